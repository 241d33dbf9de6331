package app.seventv.api.web;

import app.seventv.core.http.Response;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** JSON answers, encoded from maps, lists and plain values in their own order. */
public final class Json {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  public static Response response(int status, @Nullable Object value) {
    return Response.json(status, MAPPER.writeValueAsBytes(value));
  }

  /** The shared mapper, for reading. */
  public static JsonMapper mapper() {
    return MAPPER;
  }
}
