package app.seventv.events.dispatch;

import static app.seventv.events.dispatch.BusSamples.emoteEvent;
import static app.seventv.events.dispatch.BusSamples.json;
import static app.seventv.events.dispatch.BusSamples.message;
import static app.seventv.events.dispatch.BusSamples.setEvent;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.Examples;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.topic.EventType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Every dispatch example whose event this version converts, to the byte. */
class DispatchConverterTest {
  private final DispatchConverter converter =
      new DispatchConverter(URI.create("https://cdn.7tv.app/"), false, false);

  private DispatchConverter.Result convert(JsonNode... events) {
    BusEncoding.Decoded decoded = BusEncoding.decode(message(events));
    assertThat(decoded.rejected()).isEmpty();
    assertThat(decoded.unknown()).isZero();
    return converter.convert(decoded.batch());
  }

  private static String text(Dispatch dispatch) {
    return new String(dispatch.payload(), StandardCharsets.UTF_8);
  }

  private void assertConverts(JsonNode event, String example) {
    List<Dispatch> dispatches = convert(event).dispatches();
    assertThat(dispatches).hasSize(1);
    assertThat(text(dispatches.getFirst())).isEqualTo(Examples.payload(example));
  }

  /** Puts 41 other emotes before the one in the set, where the examples have it. */
  private static ObjectNode atPosition41(ObjectNode event) {
    ArrayNode emotes = (ArrayNode) event.get("data").get("after").get("emotes");
    JsonNode entry = emotes.get(0);
    for (int i = 0; i < 41; i++) {
      ObjectNode other = entry.deepCopy().asObject();
      other.put("id", "01HF7YAT3FHM8HEE7QV4YSR5%02d".formatted(i));
      emotes.insert(0, other);
    }
    return event;
  }

  private static ObjectNode addData() {
    return (ObjectNode) BusSamples.addEvent().get("data").get("data").get("data");
  }

  @Test
  void anEmoteIsAdded() {
    assertConverts(BusSamples.addEvent(), "dispatch-emote_set.update-add");
  }

  @Test
  void anEmoteIsRemoved() {
    ObjectNode change = addData();
    change.put("index", 41);
    assertConverts(setEvent("remove_emote", change.toString()), "dispatch-emote_set.update-remove");
  }

  @Test
  void anEmoteThatNoLongerExistsIsRemoved() {
    ObjectNode change = addData();
    change.put("index", 0);
    change.putNull("emote");
    change.putNull("emote_owner");
    List<Dispatch> dispatches = convert(setEvent("remove_emote", change.toString())).dispatches();
    assertThat(text(dispatches.getFirst()))
        .contains("\"actor_id\":\"01H5XXK1A1G7KYHRJXJG7DJ13N\",\"data\":null,\"origin_id\":null}")
        .contains("\"value\":null");
  }

  @Test
  void anEmoteIsRenamed() {
    ObjectNode change = addData();
    change.put("old_alias", "catJAM");
    change.remove("emote_owner");
    ((ObjectNode) change.get("emote_set_emote")).put("alias", "catDANCE");
    assertConverts(
        atPosition41(setEvent("rename_emote", change.toString())),
        "dispatch-emote_set.update-rename");
  }

  @Test
  void theSetItselfChanges() {
    assertConverts(
        setEvent("change_name", "{'old':'Main','new':'Main 2026'}"),
        "dispatch-emote_set.update-name");
    assertConverts(
        setEvent("change_capacity", "{'old':1000,'new':600}"),
        "dispatch-emote_set.update-capacity");
  }

  @Test
  void aSetComesAndGoes() {
    for (String kind : List.of("create", "delete")) {
      ObjectNode event = setEvent(kind, "");
      ((ObjectNode) event.get("data").get("after")).put("_id", "01J1NSEQE8H4QX4FR84G98PBSK");
      assertConverts(
          event,
          kind.equals("create") ? "dispatch-emote_set.update-empty" : "dispatch-emote_set.delete");
    }
  }

  @Test
  void anEmoteChanges() {
    assertConverts(
        emoteEvent("change_name", "{'old':'catJAM','new':'catDANCE'}"),
        "dispatch-emote.update-name");
    assertConverts(
        emoteEvent("change_flags", "{'old':65,'new':66}"), "dispatch-emote.update-flags");
    assertConverts(
        emoteEvent(
            "change_owner",
            "{'old':'01GWKWV8ME2R00K6AGV0VFCXEC','new':'01H5XXK1A1G7KYHRJXJG7DJ13N'}"),
        "dispatch-emote.update-owner");
    assertConverts(
        emoteEvent("change_tags", "{'old':['cat'],'new':['cat','dance']}"),
        "dispatch-emote.update-tags");
    assertConverts(emoteEvent("delete", ""), "dispatch-emote.update-empty");
    assertConverts(
        emoteEvent("change_flags", "{'old':65,'new':69}"), "dispatch-emote.update-empty");
  }

  @Test
  void changesOfOneObjectBecomeOneDispatchInOrder() {
    ObjectNode first = setEvent("change_name", "{'old':'a','new':'b'}");
    first.putNull("actor");
    DispatchConverter.Result result =
        convert(
            first,
            emoteEvent("delete", ""),
            setEvent("change_capacity", "{'old':null,'new':null}"),
            BusSamples.addEvent(),
            setEvent("delete", ""));
    assertThat(result.dispatches())
        .extracting(Dispatch::type)
        .containsExactly(
            EventType.EMOTE_SET_UPDATE, EventType.EMOTE_UPDATE, EventType.EMOTE_SET_DELETE);
    assertThat(result.converted()).isEqualTo(5);
    String text = text(result.dispatches().getFirst());
    assertThat(text)
        .contains("\"actor\":{\"id\":\"01H5XXK1A1G7KYHRJXJG7DJ13N\"")
        .contains(
            "\"updated\":[{\"key\":\"name\",\"index\":null,\"type\":\"string\",\"old_value\":\"a\","
                + "\"value\":\"b\"},{\"key\":\"capacity\",\"index\":null,\"type\":\"number\","
                + "\"value\":null}],\"pushed\":[{");
  }

  @Test
  void anEventThatContradictsItselfLosesOnlyItself() {
    ObjectNode broken = BusSamples.addEvent();
    ((ArrayNode) broken.get("data").get("after").get("emotes")).removeAll();
    DispatchConverter.Result result =
        convert(broken, setEvent("change_name", "{'old':'Main','new':'Main 2026'}"));
    assertThat(result.rejected()).isEqualTo(1);
    assertThat(text(result.dispatches().getFirst()))
        .isEqualTo(Examples.payload("dispatch-emote_set.update-name"));
  }

  private PresenceContent presence(ObjectNode event) {
    DispatchConverter.Result result = convert(event);
    assertThat(result.dispatches()).isEmpty();
    assertThat(result.converted()).isEqualTo(1);
    return result.presences().getFirst();
  }

  private Cosmetic paint(ObjectNode event) {
    return Objects.requireNonNull(presence(event).paint());
  }

  private void assertPaint(String example, String layer) {
    ObjectNode event = BusSamples.presenceEvent();
    ObjectNode paint = (ObjectNode) event.at("/data/active_paint");
    JsonNode expected = Examples.tree(example).at("/d/body/object/data");
    paint.set("_id", expected.get("id"));
    paint.set("name", expected.get("name"));
    ((ObjectNode) paint.at("/data/layers/0")).set("ty", json(layer));
    if (expected.get("shadows").isEmpty()) {
      ((ObjectNode) paint.get("data")).putArray("shadows");
    }
    assertThat(new String(paint(event).definition(), StandardCharsets.UTF_8))
        .isEqualTo(Examples.payload(example));
  }

  @Test
  void paintsOfEveryKind() {
    assertPaint(
        "dispatch-cosmetic.create-paint-solid", "{'type':'single_color','data':-1879069185}");
    assertPaint(
        "dispatch-cosmetic.create-paint-radial",
        "{'type':'radial_gradient','data':{'repeating':true,'shape':'ellipse','stops':["
            + "{'at':0.0,'color':-1},{'at':0.5,'color':-16711681}]}}");
    String layer = "paint/01HEZ07H80HXPMXY5A7292ESJR/layer/01HEZ07H815S2AX5XTJK8EVA1F/";
    assertPaint(
        "dispatch-cosmetic.create-paint-image",
        "{'type':'image','data':{'input':{'type':'image','path':'x','mime':'image/png','scale':1,"
            + "'size':9,'width':3,'height':3,'frame_count':1},'outputs':["
            + "{'path':'"
            + layer
            + "1x.webp','mime':'image/webp','scale':1,'size':9,'width':3,'height':3,"
            + "'frame_count':1}"
            + "]}}");
  }

  @Test
  void aPaintWithoutLayersAndAPresenceWithoutAnything() {
    ObjectNode event = BusSamples.presenceEvent();
    ((ObjectNode) event.at("/data/active_paint/data")).putArray("layers");
    assertThat(new String(paint(event).definition(), StandardCharsets.UTF_8))
        .contains("\"color\":null,\"gradients\":[]", "\"function\":\"LINEAR_GRADIENT\"");
    PresenceContent nothing = presence(BusSamples.presenceWith(false, false, false));
    assertThat(nothing.badge()).isNull();
    assertThat(nothing.paint()).isNull();
    assertThat(nothing.sets()).isEmpty();
  }

  @Test
  void personalEmotesKeepTheirPlaceInTheSet() {
    ObjectNode event = BusSamples.presenceEvent();
    ArrayNode emotes = (ArrayNode) event.at("/data/personal_emote_sets/0/emote_set/emotes");
    ObjectNode other = emotes.get(0).deepCopy().asObject();
    emotes.insert(0, other.put("id", "01HF7YAT3FHM8HEE7QV4YSR500"));
    assertThat(new String(presence(event).sets().getFirst().fill(), StandardCharsets.UTF_8))
        .contains("\"pushed\":[{\"key\":\"emotes\",\"index\":1,");
    ((ObjectNode) event.at("/data/personal_emote_sets/0")).putArray("emotes");
    assertThat(new String(presence(event).sets().getFirst().fill(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"type\":\"emote_set.update\",\"body\":{\"id\":\"01J45KS0RNJMRNV7E9Z0C1HT0H\","
                + "\"kind\":3}}");
  }

  // Users. Sam has two connections, a custom picture, a paint and a badge.

  private static ObjectNode sam() {
    ObjectNode full =
        (ObjectNode)
            Examples.tree("nats-user-presence")
                .get("messagepack_as_json")
                .get("events")
                .get(0)
                .get("data")
                .get("user");
    ObjectNode user = (ObjectNode) full.get("user");
    user.put("_id", "01F6YT6WH00003W81WR5MXZG86");
    ((ObjectNode) user.get("style")).put("active_emote_set_id", "01HNGZE63V1HEAD8X4A1JH69RE");
    ArrayNode connections = (ArrayNode) user.get("connections");
    ObjectNode twitch = (ObjectNode) connections.get(0);
    ObjectNode google = twitch.deepCopy();
    connection(twitch, 0, "123456789", "streamer_sam", "StreamerSam", 1622384276000L);
    connection(
        google, 2, "UCabcdefghijklmnopqrstuv", "streamer sam", "streamer sam", 1640000000000L);
    connections.add(google);
    ((ObjectNode) full.get("computed")).put("highest_role_color", -5635841);
    ((ObjectNode) full.get("computed").get("permissions")).set("user", json("{'allow':120}"));
    full.set(
        "active_profile_picture",
        json(
            """
            {'_id':'01HX6ZEG89DD64M8YNJRH1FFND','user_id':'01F6YT6WH00003W81WR5MXZG86',
             'image_set':{'input':{'type':'pending','task_id':'t','path':'p','mime':'m','size':1},
              'outputs':[%s,%s,%s]},
             'updated_at':{'$date':{'$numberLong':'0'}}}
            """
                .formatted(picture(4, 90), picture(3, 96), picture(1, 32))));
    return full;
  }

  private static String picture(int scale, int height) {
    return """
    {'path':'user/01F6YT6WH00003W81WR5MXZG86/av_01HX6ZEG89DD64M8YNJRH1FFND/%1$dx.webp',
     'mime':'image/webp','scale':%1$d,'size':9,'width':9,'height':%2$d,'frame_count':1}
    """
        .formatted(scale, height);
  }

  private static void connection(
      ObjectNode out, int platform, String id, String name, String displayName, long linkedAt) {
    out.put("platform", platform);
    out.put("platform_id", id);
    out.put("platform_username", name);
    out.put("platform_display_name", displayName);
    ((ObjectNode) out.get("linked_at").get("$date")).put("$numberLong", Long.toString(linkedAt));
  }

  private static ObjectNode samEvent(boolean bySam, String changeKind, String changeData) {
    ObjectNode event = BusSamples.event("user", sam().get("user"), changeKind, changeData);
    if (bySam) {
      event.set("actor", sam());
    }
    return event;
  }

  private static ObjectNode kick(ObjectNode event) {
    ObjectNode kick =
        (ObjectNode) event.get("data").get("after").get("connections").get(0).deepCopy();
    connection(kick, 3, "4455667", "streamersam", "streamersam", 1764590395000L);
    return kick;
  }

  @Test
  void aUserSwitchesTheActiveSet() {
    ObjectNode old = (ObjectNode) BusSamples.addEvent().get("data").get("after");
    ObjectNode updated = old.deepCopy();
    updated.put("_id", "01J1NSEQE8H4QX4FR84G98PBSK").put("name", "Halloween");
    updated.set("tags", json("['spooky']"));
    assertConverts(
        samEvent(false, "change_active_emote_set", "{'old':" + old + ",'new':" + updated + "}"),
        "dispatch-user.update-active-emote-set");
  }

  @Test
  void aUserChangesPaintAndBadge() {
    String paint =
        Examples.tree("dispatch-user.update-paint")
            .at("/d/body/updated/0/value/0/value")
            .toString();
    assertConverts(
        samEvent(true, "change_active_paint", "{'old':null,'new':" + paint + "}"),
        "dispatch-user.update-paint");
    String badge =
        Examples.tree("dispatch-user.update-badge")
            .at("/d/body/updated/0/value/0/old_value")
            .toString();
    assertConverts(
        samEvent(true, "change_active_badge", "{'old':" + badge + ",'new':null}"),
        "dispatch-user.update-badge");
  }

  @Test
  void aUserLinksAndUnlinksAConnection() {
    ObjectNode added = samEvent(false, "delete", "");
    ObjectNode kick = kick(added);
    ((ArrayNode) added.get("data").get("after").get("connections")).add(kick);
    ((ObjectNode) added.get("data"))
        .set("data", json("{'kind':'add_connection','data':{'connection':" + kick + "}}"));
    assertConverts(added, "dispatch-user.update-add-connection");
    assertConverts(
        samEvent(true, "remove_connection", "{'connection':" + kick + "}"),
        "dispatch-user.update-remove-connection");
  }

  @Test
  void whatHappensAroundAUserIsAnEmptyChange() {
    assertConverts(samEvent(true, "delete", ""), "dispatch-user.update-empty");
    JsonNode session =
        json(
            """
            {'_id':'01KBCS3GW0BXAK062GRPHRZNA7','user_id':'01F6YT6WH00003W81WR5MXZG86',
             'expires_at':{'$date':{'$numberLong':'1'}},
             'last_used_at':{'$date':{'$numberLong':'1'}}}
            """);
    ObjectNode event = BusSamples.event("user_session", session, "delete", "");
    event.set("actor", sam());
    assertConverts(event, "dispatch-user.update-empty");
  }
}
