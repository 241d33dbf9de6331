package app.seventv.api.graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.UnicodeJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The body of a GraphQL POST: one request or a batch (api-v4.md §8, api-v3.md §11.1).
 *
 * @param items the requests in order, never empty
 * @param batch whether the body was an array, so that the answer is one too
 */
public record GraphqlRequests(List<GraphqlRequest> items, boolean batch) {
  /** Most requests in one batch. */
  public static final int MAX_BATCH = 30;

  private static final JsonMapper JSON = new JsonMapper();

  /** The body could not be understood as GraphQL; answered with plain text and status 400. */
  public static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Malformed(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Parses a JSON body.
   *
   * @throws Malformed when it is not a request or a non-empty array of requests
   * @throws ApiException 400 when the batch is larger than {@link #MAX_BATCH}
   */
  public static GraphqlRequests parse(byte[] body) {
    Object root = read(body);
    if (!(root instanceof List<?> list)) {
      return new GraphqlRequests(List.of(request(root)), false);
    }
    if (list.isEmpty()) {
      throw new Malformed("Invalid request: empty batch");
    }
    if (list.size() > MAX_BATCH) {
      throw ApiException.badRequest("batch size too large");
    }
    List<GraphqlRequest> items = new ArrayList<>(list.size());
    for (Object item : list) {
      items.add(request(item));
    }
    return new GraphqlRequests(List.copyOf(items), true);
  }

  /** Parses the {@code variables} query parameter of a GET request. */
  public static Map<String, @Nullable Object> variables(@Nullable String json) {
    if (json == null || json.isEmpty()) {
      return Map.of();
    }
    return object(read(json.getBytes(StandardCharsets.UTF_8)), "variables");
  }

  private static @Nullable Object read(byte[] json) {
    Object root;
    try {
      root = JSON.readValue(json, Object.class);
    } catch (JacksonException e) {
      throw new Malformed("Invalid request: " + e.getOriginalMessage());
    }
    if (!UnicodeJson.isUnicode(json)) {
      throw new Malformed("Invalid request: lone surrogate in a string");
    }
    return root;
  }

  private static GraphqlRequest request(@Nullable Object value) {
    Map<String, @Nullable Object> map = object(value, "request");
    Object query = map.get("query");
    Object operation = map.get("operationName");
    if (!(query instanceof String text)) {
      throw new Malformed("Invalid request: missing field `query`");
    }
    if (operation != null && !(operation instanceof String)) {
      throw new Malformed("Invalid request: `operationName` must be a string");
    }
    Object variables = map.get("variables");
    return new GraphqlRequest(
        text, (String) operation, variables == null ? Map.of() : object(variables, "variables"));
  }

  private static Map<String, @Nullable Object> object(@Nullable Object value, String what) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new Malformed("Invalid request: " + what + " must be an object");
    }
    Map<String, @Nullable Object> out = LinkedHashMap.newLinkedHashMap(map.size());
    map.forEach((key, item) -> out.put(String.valueOf(key), item));
    return out;
  }
}
