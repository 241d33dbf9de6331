package app.seventv.events;

import app.seventv.core.http.Request;
import app.seventv.model.topic.EventType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Subscriptions that a request brings along (event-api.md §2.5). */
final class InlineSubscriptions {
  private static final String HEADER = "x-7tv-query";

  private InlineSubscriptions() {}

  /**
   * Reads the first source that applies: path, header, query parameter.
   *
   * @param suffix path behind the endpoint, as sent
   * @throws InvalidPayloadException if one of the JSON forms is malformed
   */
  static List<SubscriptionRequest> of(Request request, String suffix, FormQuery query)
      throws InvalidPayloadException {
    String once = PercentCoding.decode(suffix, false);
    int at = once.indexOf('@');
    if (at >= 0) {
      String twice = PercentCoding.decodeStrictly(once);
      return twice == null ? List.of() : parse(twice.substring(twice.indexOf('@') + 1));
    }
    String header = request.header(HEADER);
    if (header != null && isVisibleAscii(header)) {
      return CommandParser.parseList(header);
    }
    String parameter = query.first("q");
    return parameter == null ? List.of() : CommandParser.parseList(parameter);
  }

  private static boolean isVisibleAscii(String text) {
    return text.chars().allMatch(c -> (c >= 0x20 && c < 0x7F) || c == '\t');
  }

  /** Reads the inline syntax; items that make no sense are skipped. */
  static List<SubscriptionRequest> parse(String list) {
    List<SubscriptionRequest> requests = new ArrayList<>();
    for (String item : list.split(",", -1)) {
      SubscriptionRequest request = item(item.strip());
      if (request != null) {
        requests.add(request);
      }
    }
    return requests;
  }

  private static @Nullable SubscriptionRequest item(String item) {
    int open = item.indexOf('<');
    if (open < 0 || !item.endsWith(">")) {
      return null; // without conditions there is no scope
    }
    EventType type = EventType.ofWireName(item.substring(0, open));
    Map<String, String> values = new HashMap<>();
    for (String pair : item.substring(open + 1, item.length() - 1).split(";", -1)) {
      int equals = pair.indexOf('=');
      values.put(
          equals < 0 ? pair : pair.substring(0, equals),
          equals < 0 ? "" : pair.substring(equals + 1));
    }
    Condition condition =
        CommandParser.condition(
            values.get("object_id"), values.get("ctx"), values.get("platform"), values.get("id"));
    return type == null || condition == null
        ? null
        : new SubscriptionRequest(
            type, condition, "true".equals(values.get(SubscriptionRequest.UNCHANGED_SINCE)));
  }
}
