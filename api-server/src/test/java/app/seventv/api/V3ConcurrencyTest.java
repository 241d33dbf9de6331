package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import com.mongodb.client.model.Filters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Changes that happen at the same time keep the rules that hold for one after the other. */
class V3ConcurrencyTest extends SharedWorld {
  private static final String ADD =
      "mutation($s: ObjectID!, $e: ObjectID!, $n: String) { emoteSet(id: $s) {"
          + " emotes(id: $e, action: ADD, name: $n) { id name } } }";
  private static final String CREATE =
      "mutation($u: ObjectID!) { createEmoteSet(user_id: $u, data: {name: \"Another\"}) { id } }";
  private static final String MERGE =
      "mutation($e: ObjectID!, $t: ObjectID!) { emote(id: $e) { merge(target_id: $t) { id } } }";

  private ExecutorService threads;

  @BeforeAll
  void start() {
    threads = Executors.newVirtualThreadPerTaskExecutor();
  }

  @AfterAll
  void stop() {
    threads.shutdownNow();
  }

  private Callable<JsonNode> call(String token, String query, Object... variables) {
    Map<String, Object> map = new java.util.HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      map.put((String) variables[i], variables[i + 1].toString());
    }
    return () -> world.api.v3(token, query, map);
  }

  /** How many of the calls have succeeded. */
  private int succeeded(List<Callable<JsonNode>> calls) throws Exception {
    int succeeded = 0;
    for (Future<JsonNode> each : threads.invokeAll(calls)) {
      succeeded += each.get().has("errors") ? 0 : 1;
    }
    return succeeded;
  }

  @Test
  void oneNameIsTakenOnce() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    List<Callable<JsonNode>> calls = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Emote emote = world.emote(DevUser.VIEWER, "same" + i);
      calls.add(call(world.streamer, ADD, "s", set.id(), "e", emote.id(), "n", "same"));
    }
    assertThat(succeeded(calls)).isOne();
    assertThat(world.set(set.id()).emotes()).hasSize(1);
  }

  @Test
  void aSetIsNotOverfilled() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    List<Callable<JsonNode>> calls = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      Emote emote = world.emote(DevUser.VIEWER, "full" + i);
      calls.add(call(world.streamer, ADD, "s", set.id(), "e", emote.id()));
    }
    assertThat(succeeded(calls)).isEqualTo(10);
    assertThat(world.set(set.id()).emotes()).hasSize(10);
  }

  @Test
  void nobodyGetsMoreSetsThanAllowed() throws Exception {
    Id viewer = world.idOf(DevUser.VIEWER);
    List<Callable<JsonNode>> calls = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      calls.add(call(world.viewer, CREATE, "u", viewer));
    }
    assertThat(succeeded(calls)).isEqualTo(10);
  }

  @Test
  void mergesTowardsEachOtherMakeNoCircle() throws Exception {
    Emote one = world.emote(DevUser.VIEWER, "one");
    Emote two = world.emote(DevUser.VIEWER, "two");
    assertThat(
            succeeded(
                List.of(
                    call(world.admin, MERGE, "e", one.id(), "t", two.id()),
                    call(world.admin, MERGE, "e", two.id(), "t", one.id()))))
        .isOne();
  }

  /**
   * The embedded database runs one transaction at a time and so hides what a real one would show:
   * that a change waits for whoever changes what it relies on.
   */
  @Test
  void changesWaitForChangesOfWhatTheyRelyOn() throws Exception {
    Emote one = world.emote(DevUser.VIEWER, "source");
    Emote two = world.emote(DevUser.VIEWER, "target");
    waitsFor("emote:" + one.id(), call(world.admin, MERGE, "e", one.id(), "t", two.id()));
    Emote three = world.emote(DevUser.VIEWER, "another");
    waitsFor("emote:" + two.id(), call(world.admin, MERGE, "e", three.id(), "t", two.id()));
    Id editor = world.idOf(DevUser.EDITOR);
    waitsFor("user:" + editor, call(world.editor, CREATE, "u", editor));
  }

  private void waitsFor(String object, Callable<JsonNode> call) throws Exception {
    BsonString key = new BsonString("mutex:general:" + object);
    var leases = world.collection(CollectionNames.API_LEASES);
    leases.deleteOne(Filters.eq("_id", key));
    leases.insertOne(
        new BsonDocument("_id", key)
            .append("token", new BsonInt64(1))
            .append(
                "expires_at",
                new BsonDateTime(Instant.now().plus(Duration.ofHours(1)).toEpochMilli())));
    Future<JsonNode> running = threads.submit(call);
    try {
      assertThat(isDoneWithin(running, Duration.ofSeconds(2))).as(object).isFalse();
    } finally {
      leases.deleteOne(Filters.eq("_id", key));
    }
    await().atMost(Duration.ofSeconds(30)).until(running::isDone);
    assertThat(running.get().has("errors")).as(running.get().toString()).isFalse();
  }

  private static boolean isDoneWithin(Future<?> running, Duration limit) throws Exception {
    try {
      running.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (java.util.concurrent.TimeoutException e) {
      return false;
    }
  }
}
