package app.seventv.events.dispatch;

import static app.seventv.events.dispatch.BusSamples.emoteEvent;
import static app.seventv.events.dispatch.BusSamples.json;
import static app.seventv.events.dispatch.BusSamples.setEvent;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.Examples;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.topic.EventType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The dispatches that today's service does not have (event-api.md §20 row 18). */
class LifecycleTest {
  private static final URI CDN = URI.create("https://cdn.7tv.app");
  private static final String OTHER = "01GWKWV8ME2R00K6AGV0VFCXEC";

  /** What a batch leads to beyond what it has always led to, which stays byte for byte. */
  private static List<Dispatch> added(JsonNode... events) {
    var batch = BusEncoding.decode(BusSamples.message(events));
    assertThat(batch.rejected()).isEmpty();
    assertThat(batch.unknown()).isZero();
    List<Dispatch> today =
        new DispatchConverter(CDN, false, false).convert(batch.batch()).dispatches();
    var result = new DispatchConverter(CDN, true, false).convert(batch.batch());
    assertThat(result.rejected()).isZero();
    List<Dispatch> all = result.dispatches();
    for (int i = 0; i < today.size(); i++) {
      assertThat(all.get(i)).usingRecursiveComparison().isEqualTo(today.get(i));
    }
    return all.subList(today.size(), all.size());
  }

  private static JsonNode body(Dispatch dispatch) {
    JsonNode payload = JsonMapper.shared().readTree(dispatch.payload());
    assertThat(payload.get("type").stringValue()).isEqualTo(dispatch.type().wireName());
    return payload.get("body");
  }

  private static List<String> topics(List<Dispatch> dispatches) {
    return dispatches.stream().map(each -> each.type().wireName() + " " + each.id()).toList();
  }

  private static JsonNode emote() {
    return BusSamples.addEvent().at("/data/data/data/emote");
  }

  private static String text(JsonNode node, String pointer) {
    return node.at(pointer).stringValue();
  }

  @Test
  void anUploadIsTheBirthOfAnEmote() {
    List<Dispatch> made = added(emoteEvent("upload", ""));
    String id = text(emote(), "/_id");
    assertThat(topics(made))
        .containsExactly("emote.create " + id, "emote.create " + text(emote(), "/owner_id"));
    JsonNode body = body(made.getFirst());
    assertThat(body.propertyNames()).containsExactly("id", "kind", "actor", "object");
    assertThat(body.get("kind").intValue()).isEqualTo(2);
    assertThat(body.get("object"))
        .isEqualTo(
            Examples.tree("dispatch-emote_set.update-add").at("/d/body/pushed/0/value/data"));
    assertThat(made.getLast().payload()).isEqualTo(made.getFirst().payload());
    assertThat(made).allMatch(each -> each.about().toString().equals(id));
  }

  @Test
  void nobodyHearsOfThePrivateEmotesOfAnOwner() {
    ObjectNode upload = emoteEvent("upload", "");
    ((ObjectNode) upload.at("/data/after")).put("flags", 2);
    assertThat(topics(added(upload))).containsExactly("emote.create " + text(emote(), "/_id"));
  }

  @Test
  void anEmoteGoes() {
    Dispatch deleted = added(emoteEvent("delete", "")).getFirst();
    assertThat(deleted.type()).isEqualTo(EventType.EMOTE_DELETE);
    assertThat(deleted.empty()).isFalse();
    assertThat(body(deleted).propertyNames()).containsExactly("id", "kind", "actor");
    Dispatch merged = added(emoteEvent("merge", "{'new_emote_id':'" + OTHER + "'}")).getFirst();
    assertThat(merged.type()).isEqualTo(EventType.EMOTE_DELETE);
    assertThat(body(merged).get("updated"))
        .hasToString(
            "[{\"key\":\"merged_into_id\",\"index\":null,\"type\":\"string\",\"value\":\""
                + OTHER
                + "\"}]");
    assertThat(added(emoteEvent("process", "{'event':{'kind':'success'}}"))).isEmpty();
  }

  @Test
  void aSetComesAndGoesForThoseWhoWatchItsOwner() {
    String set = text(setEvent("create", ""), "/data/after/_id");
    String owner = text(setEvent("create", ""), "/data/after/owner_id");
    List<Dispatch> made = added(setEvent("create", ""));
    assertThat(topics(made))
        .containsExactly("emote_set.create " + set, "emote_set.create " + owner);
    assertThat(body(made.getFirst()).at("/object/id").stringValue()).isEqualTo(set);
    List<Dispatch> gone = added(setEvent("delete", ""));
    assertThat(topics(gone)).containsExactly("emote_set.delete " + owner);
    assertThat(body(gone.getFirst()).get("id").stringValue()).isEqualTo(set);
    ObjectNode nobodys = setEvent("delete", "");
    ((ObjectNode) nobodys.at("/data/after")).putNull("owner_id");
    assertThat(added(nobodys)).isEmpty();
    assertThat(added(setEvent("change_name", "{'old':'a','new':'b'}"))).isEmpty();
  }

  private static ObjectNode userEvent(String change, String data) {
    JsonNode user = BusSamples.presenceEvent().at("/data/user/user");
    ObjectNode event = BusSamples.event("user", user, change, data);
    event.putNull("actor");
    return event;
  }

  @Test
  void aUserComesAndGoes() {
    String id = text(userEvent("create", ""), "/data/after/_id");
    Dispatch made = added(userEvent("create", "")).getFirst();
    assertThat(topics(List.of(made))).containsExactly("user.create " + id);
    JsonNode user = body(made).get("object");
    JsonNode full = Examples.tree("dispatch-entitlement.create-badge").at("/d/body/object/user");
    assertThat(user.get("username")).isEqualTo(full.get("username"));
    assertThat(user.at("/connections/0/id")).isEqualTo(full.at("/connections/0/id"));
    assertThat(user.get("style")).isEmpty();
    assertThat(new String(made.payload(), StandardCharsets.UTF_8)).doesNotContain("email");
    assertThat(topics(added(userEvent("delete", "")))).containsExactly("user.delete " + id);
    List<Dispatch> merged =
        added(userEvent("merge", "{'source_id':'" + OTHER + "','connections':[]}"));
    assertThat(topics(merged)).containsExactly("user.delete " + OTHER);
    assertThat(body(merged.getFirst()).at("/updated/0/value").stringValue()).isEqualTo(id);
  }

  @Test
  void entitlementsAreGivenAndTaken() {
    String id = text(userEvent("create", ""), "/data/after/_id");
    String target = "{'target':{'kind':'%s','%s_id':'" + OTHER + "'}}";
    List<Dispatch> both =
        added(
            userEvent("add_entitlement", target.formatted("role", "role")),
            userEvent("remove_entitlement", target.formatted("badge", "badge")),
            userEvent("add_entitlement", target.formatted("product", "product")));
    assertThat(topics(both))
        .containsExactly("entitlement.create " + id, "entitlement.delete " + id);
    assertThat(body(both.getFirst()).get("object").propertyNames())
        .containsExactly("id", "kind", "ref_id", "user");
    assertThat(text(body(both.getFirst()), "/object/kind")).isEqualTo("ROLE");
    assertThat(text(body(both.getLast()), "/object/kind")).isEqualTo("BADGE");
    assertThat(text(body(both.getLast()), "/object/ref_id")).isEqualTo(OTHER);
  }

  @Test
  void cosmeticsAreMadeAndChanged() {
    JsonNode paint = BusSamples.presenceEvent().at("/data/active_paint");
    JsonNode badge = BusSamples.presenceEvent().at("/data/active_badge");
    String success = "{'event':{'kind':'success'}}";
    List<Dispatch> all =
        added(
            BusSamples.event("paint", paint, "create", ""),
            BusSamples.event("paint", paint, "change_name", "{'old':'a','new':'b'}"),
            BusSamples.event("paint", paint, "process", success),
            BusSamples.event("badge", badge, "process", success),
            BusSamples.event("badge", badge, "process", "{'event':{'kind':'start'}}"));
    assertThat(topics(all))
        .containsExactly(
            "cosmetic.create " + text(paint, "/_id"),
            "cosmetic.update " + text(paint, "/_id"),
            "cosmetic.update " + text(badge, "/_id"));
    assertThat(body(all.get(1)).get("object"))
        .isEqualTo(Examples.tree("dispatch-cosmetic.create-paint-linear").at("/d/body/object"));
    assertThat(body(all.get(2)).get("object"))
        .isEqualTo(Examples.tree("dispatch-cosmetic.create-badge").at("/d/body/object"));
  }

  @Test
  void rolesChange() {
    JsonNode role =
        json(
            """
            {'_id':'01G68MMQFR0007J6GNM9E2M0TM','name':'Mod','description':null,'tags':[],
             'created_by':'01GWKWV8ME2R00K6AGV0VFCXEC','permissions':{},'hoist':false,
             'color':-65281,'rank':7,'applied_rank':null,
             'updated_at':{'$date':{'$numberLong':'1'}},'search_updated_at':null}
            """);
    List<Dispatch> all =
        added(
            BusSamples.event("role", role, "change_name", "{'old':'A','new':'Mod'}"),
            BusSamples.event("role", role, "change_color", "{'old':null,'new':-65281}"),
            BusSamples.event("role", role, "change_rank", "{'old':6,'new':7}"),
            BusSamples.event("role", role, "change_permissions", "{'old':{},'new':{}}"),
            BusSamples.event("role", role, "delete", ""));
    String id = text(role, "/_id");
    assertThat(topics(all)).containsExactly("role.update " + id, "role.delete " + id);
    JsonNode body = body(all.getFirst());
    assertThat(body.get("kind").intValue()).isEqualTo(4);
    assertThat(body.get("updated"))
        .extracting(each -> text(each, "/key"))
        .containsExactly("name", "color", "position");
    assertThat(body.get("object"))
        .isEqualTo(json("{'id':'" + id + "','name':'Mod','position':7,'color':-65281}"));
    assertThat(body(all.getLast()).has("object")).isFalse();
    assertThat(topics(added(BusSamples.event("role", role, "create", ""))))
        .containsExactly("role.create " + id);
  }

  @Test
  void updatesThatWereEmptyCanBeFilled() {
    var full = new DispatchConverter(CDN, false, true);
    for (String[] row :
        new String[][] {
          {"process", "{'event':{'kind':'success'}}", "lifecycle", "0", "3"},
          {"process", "{'event':{'kind':'fail'}}", "lifecycle", "0", "-1"},
          {"delete", "", "lifecycle", "3", "-1"},
          {"merge", "{'new_emote_id':'" + OTHER + "'}", "lifecycle", "3", "-1"},
          {"change_flags", "{'old':65,'new':69}", "flags", "0", "65536"}
        }) {
      var batch = BusEncoding.decode(BusSamples.message(emoteEvent(row[0], row[1]))).batch();
      Dispatch dispatch = full.convert(batch).dispatches().getFirst();
      assertThat(dispatch.empty()).isFalse();
      JsonNode change = body(dispatch).at("/updated/0");
      assertThat(body(dispatch).get("updated")).hasSize(1);
      assertThat(text(change, "/key")).isEqualTo(row[2]);
      assertThat(change.get("old_value")).hasToString(row[3]);
      assertThat(change.get("value")).hasToString(row[4]);
    }
    // What was told before is told no other way.
    var listed =
        BusEncoding.decode(BusSamples.message(emoteEvent("change_flags", "{'old':65,'new':66}")));
    assertThat(
            new String(
                full.convert(listed.batch()).dispatches().getFirst().payload(),
                StandardCharsets.UTF_8))
        .isEqualTo(Examples.payload("dispatch-emote.update-flags"));
  }
}
