package app.seventv.api.web;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.UnicodeJson;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A JSON request body with the refusals of api-v3.md §3: 415 for another type, 400 for broken
 * syntax, 422 for a wrong or missing member.
 */
public final class JsonBody {
  /** Largest body (api-v3.md §1). */
  public static final int MAX_BYTES = 2 * 1024 * 1024;

  private final JsonNode root;

  private JsonBody(JsonNode root) {
    this.root = root;
  }

  /** Reads an object. */
  public static JsonBody read(ApiRequest request) {
    String type = request.head().header("content-type");
    if (type == null || !isJson(type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))) {
      throw new ApiException(415, ErrorCode.BAD_REQUEST, "expected application/json");
    }
    JsonNode root;
    try {
      root = Json.mapper().readTree(request.body());
    } catch (JacksonException e) {
      throw ApiException.badRequest("malformed JSON");
    }
    if (!UnicodeJson.isUnicode(request.body())) {
      throw ApiException.badRequest("malformed JSON");
    }
    if (root.isMissingNode()) {
      throw ApiException.badRequest("missing body");
    }
    if (!root.isObject()) {
      throw wrong("body");
    }
    return new JsonBody(root);
  }

  private static boolean isJson(String type) {
    return type.equals("application/json")
        || (type.startsWith("application/") && type.endsWith("+json"));
  }

  /** The refusal of a member. */
  public static ApiException wrong(String member) {
    return new ApiException(422, ErrorCode.BAD_REQUEST, "invalid or missing " + member);
  }

  /** A text that must be there. */
  public String text(String name) {
    JsonNode value = root.path(name);
    if (!value.isString()) {
      throw wrong(name);
    }
    return value.asString();
  }

  /** A text with a default. */
  public String text(String name, String whenAbsent) {
    return isAbsent(name) ? whenAbsent : text(name);
  }

  /** A whole number with a default. */
  public long integer(String name, long whenAbsent) {
    if (isAbsent(name)) {
      return whenAbsent;
    }
    JsonNode value = root.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(name);
    }
    return value.asLong();
  }

  /** True or false, with a default. */
  public boolean flag(String name, boolean whenAbsent) {
    if (isAbsent(name)) {
      return whenAbsent;
    }
    JsonNode value = root.path(name);
    if (!value.isBoolean()) {
      throw wrong(name);
    }
    return value.asBoolean();
  }

  /** A nested object that must be there. */
  public JsonBody object(String name) {
    JsonNode value = root.path(name);
    if (!value.isObject()) {
      throw wrong(name);
    }
    return new JsonBody(value);
  }

  /** A list that must be there. */
  public JsonNode list(String name) {
    JsonNode value = root.path(name);
    if (!value.isArray()) {
      throw wrong(name);
    }
    return value;
  }

  private boolean isAbsent(String name) {
    @Nullable JsonNode value = root.get(name);
    return value == null || value.isNull();
  }
}
