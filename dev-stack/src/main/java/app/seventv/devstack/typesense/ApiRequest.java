package app.seventv.devstack.typesense;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One request. The path is split before it is decoded, since ids may hold slashes; empty segments
 * at the end, as in {@code /documents//}, are left out.
 *
 * @param segments decoded path segments
 * @param parameters decoded query parameters; the last of several with one name counts
 */
record ApiRequest(
    String method, List<String> segments, Map<String, String> parameters, String body) {

  static ApiRequest parse(String method, String rawPath, @Nullable String rawQuery, String body) {
    List<String> segments = new ArrayList<>();
    for (String segment : rawPath.substring(Math.min(1, rawPath.length())).split("/", -1)) {
      segments.add(decode(segment.replace("+", "%2B")));
    }
    while (segments.size() > 1 && segments.getLast().isEmpty()) {
      segments.removeLast();
    }
    return new ApiRequest(method, segments, parameters(rawQuery), body);
  }

  private static Map<String, String> parameters(@Nullable String rawQuery) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (rawQuery == null) {
      return parameters;
    }
    if (rawQuery.length() > Limits.MAX_QUERY_STRING_CHARS) {
      throw ApiException.badRequest(
          ("Query string exceeds max allowed length of %d. Use the /multi_search end-point for"
                  + " larger payloads.")
              .formatted(Limits.MAX_QUERY_STRING_CHARS));
    }
    for (String pair : rawQuery.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      parameters.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
    }
    return parameters;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest("Bad percent-encoding: `" + text + "`.");
    }
  }

  @Nullable String parameter(String name) {
    return parameters.get(name);
  }

  /** A parameter that must be there and not blank. */
  String required(String name) {
    String value = parameters.get(name);
    if (value == null || value.isBlank()) {
      throw ApiException.badRequest("Parameter `%s` must be provided.".formatted(name));
    }
    return value;
  }

  ObjectNode jsonBody() {
    return Json.parseObject(body);
  }

  /** The {@code action} of a write, or the one that applies without it. */
  Collection.Action action(Collection.Action absent) {
    return switch (parameters.getOrDefault("action", "")) {
      case "" -> absent;
      case "create" -> Collection.Action.CREATE;
      case "update" -> Collection.Action.UPDATE;
      case "upsert" -> Collection.Action.UPSERT;
      case "emplace" -> Collection.Action.EMPLACE;
      default ->
          throw ApiException.badRequest(
              "Parameter `action` must be a create|update|upsert|emplace.");
    };
  }
}
