package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API's way to the database fails while somebody else changes what it has in memory. */
@SuppressWarnings("try") // closing the bus client can be interrupted
class FeedLossTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;
  private TcpRelay relay;
  private World world;
  private Emote emote;
  private String path;

  @BeforeEach
  void start() throws Exception {
    relay = new TcpRelay();
    world = new World(folder, "", this::relayed);
    emote = world.emote(DevUser.VIEWER, "before");
    path = "/v3/emotes/" + emote.id();
    awaitKept();
  }

  private String relayed(String uri) {
    relay.to(URI.create(uri).getPort());
    return "mongodb://127.0.0.1:" + relay.port() + "/7tv?directConnection=true";
  }

  @AfterEach
  void stop() throws Exception {
    relay.thaw();
    relay.mend();
    world.close();
    relay.close();
  }

  private HttpResponse<String> get() throws Exception {
    return world.api.sendAtOnce(HttpRequest.newBuilder(world.api.uri(path)));
  }

  private double live() {
    return world.api.figure("api_change_feed_live");
  }

  private void awaitKept() {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          double hits = world.api.figure("api_response_cache_total{result=\"hit\"}");
          assertThat(get().statusCode()).isEqualTo(200);
          assertThat(world.api.figure("api_response_cache_total{result=\"hit\"}"))
              .isGreaterThan(hits);
        });
  }

  /** As another process would, over a way of its own. */
  private void changeBehindTheBack(String name) {
    world
        .collection(CollectionNames.EMOTES)
        .updateOne(Filters.eq("_id", emote.id().toBson()), Updates.set("default_name", name));
  }

  @Test
  void aChangeThatIsMissedShowsOnceTheDatabaseIsBack() throws Exception {
    assertThat(get().body()).contains("before");
    relay.cut();
    await().atMost(LIMIT).until(() -> live() == 0);
    changeBehindTheBack("after");
    assertThat(get().statusCode()).as("rather an error than what was").isGreaterThanOrEqualTo(500);
    relay.mend();
    await()
        .atMost(LIMIT)
        .until(() -> {
          HttpResponse<String> answer = get();
          assertThat(answer.body()).doesNotContain("before");
          return answer.statusCode() == 200 && answer.body().contains("after");
        });
    await().atMost(LIMIT).until(() -> live() == 1);
    assertThat(get().body()).contains("after");
    awaitKept();
    assertThat(get().body()).contains("after");
  }

  @Test
  void silenceEndsWhatIsInMemory() throws Exception {
    assertThat(get().body()).contains("before");
    relay.freeze();
    await().atMost(LIMIT).until(() -> live() == 0);
    changeBehindTheBack("after");
    CompletableFuture<HttpResponse<String>> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return get();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            task -> Thread.ofVirtual().start(task));
    relay.thaw();
    assertThat(waiting.get(LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS).body())
        .contains("after");
    await().atMost(LIMIT).until(() -> live() == 1);
    assertThat(get().body()).contains("after");
    awaitKept();
    assertThat(get().body()).contains("after");
  }

  /**
   * What the feed was about to say when it was frozen is heard first, and knows nothing of the
   * change; what was in memory must not come back by that.
   */
  @Test
  void anAnswerRightAfterAThawIsNeverOlderThanTheDatabase() throws Exception {
    for (int round = 1; round <= 3; round++) {
      awaitKept();
      relay.freeze();
      await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> live() == 0);
      String name = "round" + round;
      changeBehindTheBack(name);
      relay.thaw();
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> {
            assertThat(get().body()).contains(name);
            return live() == 1;
          });
      for (int i = 0; i < 20; i++) {
        assertThat(get().body()).contains(name);
      }
    }
  }

  /** The bus carries events to clients; what is in memory does not depend on it. */
  @Test
  void withoutTheBusChangesShowAllTheSame() throws Exception {
    world.api.nats.close();
    assertThat(get().body()).contains("before");
    changeBehindTheBack("after");
    await().atMost(LIMIT).until(() -> get().body().contains("after"));
    awaitKept();
  }
}
