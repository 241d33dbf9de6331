package app.seventv.events.dispatch;

import app.seventv.events.Examples;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Bus messages for the tests, built out of those of the specification. */
public final class BusSamples {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private BusSamples() {}

  /** The event of {@code nats-emote-set-add}. */
  public static ObjectNode addEvent() {
    return (ObjectNode)
        Examples.tree("nats-emote-set-add").get("messagepack_as_json").get("events").get(0);
  }

  /** The same event with another change of the set. */
  public static ObjectNode setEvent(String changeKind, String changeData) {
    ObjectNode event = addEvent();
    ((ObjectNode) event.get("data")).set("data", change(changeKind, changeData));
    return event;
  }

  /** An event about the emote that the set event adds, done by the emote's owner. */
  public static ObjectNode emoteEvent(String changeKind, String changeData) {
    ObjectNode event = addEvent();
    JsonNode add = event.get("data").get("data").get("data");
    event.set("actor", add.get("emote_owner"));
    event.set("data", data("emote", add.get("emote"), change(changeKind, changeData)));
    return event;
  }

  /** An event of any entity; the actor is that of the set event. */
  public static ObjectNode event(
      String kind, JsonNode after, String changeKind, String changeData) {
    ObjectNode event = addEvent();
    event.set("data", data(kind, after, change(changeKind, changeData)));
    return event;
  }

  private static ObjectNode data(String kind, JsonNode after, ObjectNode change) {
    ObjectNode data = MAPPER.createObjectNode();
    data.put("kind", kind);
    data.set("after", after);
    data.set("data", change);
    return data;
  }

  private static ObjectNode change(String kind, String data) {
    ObjectNode change = MAPPER.createObjectNode();
    change.put("kind", kind);
    if (!data.isEmpty()) {
      change.set("data", json(data));
    }
    return change;
  }

  /** JSON text with single quotes. */
  public static JsonNode json(String text) {
    return MAPPER.readTree(text.replace('\'', '"'));
  }

  /** A message with these events. */
  public static byte[] message(JsonNode... events) {
    ObjectNode batch = MAPPER.createObjectNode();
    ArrayNode list = batch.putArray("events");
    for (JsonNode event : events) {
      list.add(event);
    }
    batch.put("timestamp", "2025-12-01T12:00:00Z");
    return JsonToMessagePack.encode(batch);
  }
}
