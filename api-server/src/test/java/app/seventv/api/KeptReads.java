package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways to look at reads whose answers are kept in memory. "Behind the API's back" is another
 * process's client of the database.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing the bus client can be interrupted
abstract class KeptReads {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  World world;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    world = new World(folder);
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          // Kept answers need the feed, which starts beside the listener.
          get("/v3/emote-sets/global");
          double before = hits();
          get("/v3/emote-sets/global");
          assertThat(hits()).isGreaterThan(before);
        });
  }

  @AfterAll
  void stop() throws Exception {
    world.close();
  }

  double hits() {
    return world.api.figure("api_response_cache_total{result=\"hit\"}");
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(world.api.uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return world.api.sendAtOnce(request);
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  static String channel(DevUser person) {
    return "/v3/users/twitch/" + person.id();
  }

  /** A set of somebody with these emotes, under numbered names. */
  EmoteSet set(DevUser owner, Emote... emotes) {
    EmoteSet set = world.set(owner, EmoteSet.Kind.NORMAL);
    List<EmoteSet.Entry> entries = new ArrayList<>();
    for (Emote emote : emotes) {
      entries.add(
          new EmoteSet.Entry(emote.id(), "name" + entries.size(), World.NOW, 0, null, null));
    }
    world
        .collection(CollectionNames.EMOTE_SETS)
        .updateOne(
            byId(set.id()),
            Updates.set("emotes", entries.stream().map(EmoteSet.Entry::toBson).toList()));
    return set;
  }

  static Bson byId(Id id) {
    return Filters.eq("_id", id.toBson());
  }

  /** A change behind the API's back that must show in an answer that was kept before. */
  void shows(String path, Runnable change, Predicate<HttpResponse<String>> shown) throws Exception {
    HttpResponse<String> before = get(path);
    assertThat(shown.test(before)).as("before: %s", before.body()).isFalse();
    // Not at once, as what the test has done before may still be told.
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          double hits = hits();
          assertThat(get(path).body()).isEqualTo(before.body());
          assertThat(hits()).as("answered from memory").isGreaterThan(hits);
        });
    change.run();
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          HttpResponse<String> after = get(path);
          assertThat(shown.test(after)).as("after: %s", after.body()).isTrue();
        });
  }

  static Predicate<HttpResponse<String>> says(String text) {
    return response -> response.body().contains(text);
  }

  void update(String collection, Id id, String field, @Nullable Object value) {
    world.collection(collection).updateOne(byId(id), Updates.set(field, value));
  }
}
