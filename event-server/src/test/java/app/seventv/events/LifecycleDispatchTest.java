package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.dispatch.BusSamples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Who is told about what comes and goes, and since when nothing has changed, over the bus. */
class LifecycleDispatchTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";

  /** Published last, so that whatever came before it has arrived. */
  private static final ObjectNode LAST =
      BusSamples.setEvent("change_name", "{'old':'Main','new':'last'}");

  @TempDir Path directory = Path.of(".");

  private static SocketClient connect(ServiceFixture fixture) throws Exception {
    return SocketClient.connect(fixture.http, fixture.webSocketUri("")).greeted();
  }

  /** Types of everything up to the last event. */
  private static List<String> types(SocketClient client) throws Exception {
    List<String> types = new ArrayList<>();
    for (String text = client.text(); !text.contains("\"last\""); text = client.text()) {
      types.add(JsonMapper.shared().readTree(text).at("/d/type").stringValue());
    }
    return types;
  }

  private static String id(ObjectNode event, String pointer) {
    return event.at(pointer).stringValue();
  }

  @Test
  void onlyWhoAskedIsToldMoreThanBefore() throws Exception {
    ObjectNode upload = BusSamples.emoteEvent("upload", "");
    ObjectNode deletion = BusSamples.emoteEvent("delete", "");
    ObjectNode userDeletion =
        BusSamples.event("user", BusSamples.presenceEvent().at("/data/user/user"), "delete", "");
    String emote = id(upload, "/data/after/_id");
    String owner = id(upload, "/data/after/owner_id");
    String user = id(userDeletion, "/data/after/_id");
    try (ServiceFixture fixture = new ServiceFixture(directory, "");
        SocketClient before = connect(fixture);
        SocketClient exact = connect(fixture);
        SocketClient wildcard = connect(fixture)) {
      for (SocketClient client : List.of(before, exact, wildcard)) {
        client.subscribed("emote_set.update", SET);
      }
      before.subscribed("emote.update", emote).subscribed("user.update", user);
      before.subscribed("user.update", owner).subscribed("emote_set.*", owner);
      exact.subscribed("emote.create", owner).subscribed("emote.delete", emote);
      exact.subscribed("user.delete", user);
      wildcard.subscribed("emote.*", emote).subscribed("user.*", user);
      fixture.publish(BusSamples.message(upload));
      fixture.publish(BusSamples.message(deletion));
      fixture.publish(BusSamples.message(userDeletion));
      fixture.publish(BusSamples.message(LAST));
      assertThat(types(before)).containsExactly("emote.update", "emote.update", "user.update");
      assertThat(types(exact)).containsExactly("emote.create", "emote.delete", "user.delete");
      assertThat(types(wildcard))
          .containsExactly(
              "emote.update",
              "emote.create",
              "emote.update",
              "emote.delete",
              "user.update",
              "user.delete");
    }
  }

  @Test
  void manyEmotesOfOneOwnerInOneMessageCanBeResumed() throws Exception {
    ObjectNode first = BusSamples.emoteEvent("upload", "");
    ObjectNode second = BusSamples.emoteEvent("upload", "");
    ((ObjectNode) second.at("/data/after")).put("_id", "01GWKWV8ME2R00K6AGV0VFCXEC");
    String owner = id(first, "/data/after/owner_id");
    try (ServiceFixture fixture = new ServiceFixture(directory, "")) {
      SocketClient client = SocketClient.connect(fixture.http, fixture.webSocketUri(""));
      String session = client.frame().at("/d/session_id").stringValue();
      client.text();
      client.subscribed("emote.create", owner);
      long seen =
          client.send(SocketClient.subscribe("emote.update", SET)).frame().get("s").longValue();
      client.close();
      fixture.publish(BusSamples.message(first, second));
      try (SocketClient again = connect(fixture)) {
        again.send(SocketClient.resume(session, seen));
        assertThat(again.frame().at("/d/data/dispatches_replayed").intValue()).isEqualTo(2);
        assertThat(id((ObjectNode) again.frame(), "/d/body/id"))
            .isEqualTo(id(first, "/data/after/_id"));
        assertThat(id((ObjectNode) again.frame(), "/d/body/id"))
            .isEqualTo("01GWKWV8ME2R00K6AGV0VFCXEC");
      }
    }
  }

  @Test
  void withoutTheSettingsNothingIsAddedAndNothingEmptySent() throws Exception {
    ObjectNode deletion = BusSamples.emoteEvent("delete", "");
    ObjectNode setDeletion = BusSamples.setEvent("delete", "");
    ObjectNode signOut =
        BusSamples.event("user", BusSamples.presenceEvent().at("/data/user/user"), "delete", "");
    String settings = "lifecycle_dispatches = false\nempty_dispatches = false";
    try (ServiceFixture fixture = new ServiceFixture(directory, settings);
        SocketClient client = connect(fixture)) {
      client.subscribed("emote.*", id(deletion, "/data/after/_id"));
      client.subscribed("user.*", id(signOut, "/data/after/_id"));
      client.subscribed("emote_set.*", SET);
      fixture.publish(BusSamples.message(deletion, signOut));
      fixture.publish(BusSamples.message(setDeletion));
      fixture.publish(BusSamples.message(LAST));
      // That a set is gone is no empty message.
      assertThat(types(client)).containsExactly("emote_set.delete");
    }
  }

  private static long unchangedSince(SocketClient client, String type, String id) throws Exception {
    client.send(
        SocketClient.subscribe(type, id).replace("\"type\"", "\"unchanged_since\":true,\"type\""));
    JsonNode data = client.frame().at("/d/data");
    assertThat(data.propertyNames()).containsExactly("id", "type", "condition", "unchanged_since");
    return data.get("unchanged_since").longValue();
  }

  /** A client fetches a state and subscribes afterwards: did it miss a change in between? */
  @Test
  void theAckTellsSinceWhenNothingHasChanged() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "");
        SocketClient watcher = connect(fixture).subscribed("emote_set.update", SET)) {
      long startedMs = System.currentTimeMillis();
      try (SocketClient client = connect(fixture)) {
        assertThat(unchangedSince(client, "emote_set.update", SET)).isLessThanOrEqualTo(startedMs);
      }
      fixture.publish(BusSamples.message(LAST));
      long eventMs = watcher.frame().get("t").longValue();
      for (String type : List.of("emote_set.update", "emote_set.*")) {
        try (SocketClient client = connect(fixture)) {
          assertThat(unchangedSince(client, type, SET)).isEqualTo(eventMs);
          assertThat(unchangedSince(client, type, "01GWKWV8ME2R00K6AGV0VFCXEC"))
              .isLessThanOrEqualTo(startedMs);
        }
      }
      String path = "@emote_set.update%3Cobject_id%3D" + SET + ";unchanged_since%3Dtrue%3E";
      try (SocketClient client = SocketClient.connect(fixture.http, fixture.webSocketUri(path))) {
        client.frame();
        assertThat(client.frame().at("/d/data/unchanged_since").longValue()).isEqualTo(eventMs);
      }
      // Who does not ask is answered as ever.
      try (SocketClient client = connect(fixture)) {
        client.send(SocketClient.subscribe("emote_set.update", SET));
        assertThat(client.frame().get("d").toString())
            .isEqualTo(
                "{\"command\":\"SUBSCRIBE\",\"data\":{\"id\":2,\"type\":\"emote_set.update\","
                    + "\"condition\":{\"object_id\":\""
                    + SET
                    + "\"}}}");
      }
    }
  }
}
