package app.seventv.events.dispatch;

import app.seventv.events.Examples;
import org.jspecify.annotations.Nullable;
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

  /** The event of {@code nats-user-presence}. */
  public static ObjectNode presenceEvent() {
    return (ObjectNode)
        Examples.tree("nats-user-presence").get("messagepack_as_json").get("events").get(0);
  }

  /** The same event with another active badge, one of the user's own; null for none. */
  public static ObjectNode presenceWithBadge(@Nullable String badgeId) {
    ObjectNode event = presenceEvent();
    ObjectNode data = (ObjectNode) event.get("data");
    if (badgeId == null) {
      data.putNull("active_badge");
    } else {
      ((ObjectNode) data.get("active_badge")).put("_id", badgeId);
    }
    return event;
  }

  /** The same event with another active set of things; each may be left out. */
  public static ObjectNode presenceWith(boolean badge, boolean paint, boolean sets) {
    ObjectNode event = presenceEvent();
    ObjectNode data = (ObjectNode) event.get("data");
    if (!badge) {
      data.putNull("active_badge");
    }
    if (!paint) {
      data.putNull("active_paint");
    }
    if (!sets) {
      data.putArray("personal_emote_sets");
    }
    return event;
  }

  /** A change of the active badge of the user of the presence, by that user; null for none. */
  public static ObjectNode badgeChange(@Nullable String badgeId) {
    ObjectNode presence = presenceEvent();
    JsonNode full = presence.get("data").get("user");
    ObjectNode change = MAPPER.createObjectNode();
    change.set("old", presence.get("data").get("active_badge"));
    if (badgeId == null) {
      change.putNull("new");
    } else {
      change.set("new", presence.get("data").get("active_badge").deepCopy());
      ((ObjectNode) change.get("new")).put("_id", badgeId);
    }
    ObjectNode event = addEvent();
    event.set("actor", full);
    event.set("data", data("user", full.get("user"), change("change_active_badge", "")));
    ((ObjectNode) event.get("data").get("data")).set("data", change);
    return event;
  }

  /** A change of the set's name to so many letters: one event that fills buffers. */
  public static ObjectNode longEvent(int letters) {
    return setEvent("change_name", "{'old':'x','new':'" + "n".repeat(letters) + "'}");
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
