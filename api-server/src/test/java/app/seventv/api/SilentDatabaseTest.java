package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.Emote;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database takes questions and says nothing: whoever asks the API is told so in the end. */
@SuppressWarnings("try") // closing the bus client can be interrupted
class SilentDatabaseTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private TcpRelay relay;
  private World world;
  private Emote emote;

  @BeforeEach
  void start() throws Exception {
    relay = new TcpRelay();
    world = new World(folder, "", this::relayed);
    emote = world.emote(DevUser.VIEWER, "quiet");
  }

  /** The last part goes on behind the address, in the same table of the settings. */
  private String relayed(String uri) {
    relay.to(URI.create(uri).getPort());
    return "mongodb://127.0.0.1:%d/7tv?directConnection=true\"\ntimeout = \"2s"
        .formatted(relay.port());
  }

  @AfterEach
  void stop() throws Exception {
    relay.thaw();
    world.close();
    relay.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(world.api.uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return world.api.sendAtOnce(request);
  }

  private CompletableFuture<HttpResponse<String>> asking(String path, String... headers) {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return get(path, headers);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            task -> Thread.ofVirtual().start(task))
        .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void everyQuestionEnds() throws Exception {
    String path = "/v3/emotes/" + emote.id();
    assertThat(get("/v3/emotes/" + world.newId()).statusCode()).isEqualTo(404);
    relay.freeze();
    List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
    for (int i = 0; i < 300; i++) { // more than there are connections to the database
      waiting.add(asking(path + "?" + i));
    }
    waiting.add(asking("/v3/users/" + world.newId()));
    waiting.add(asking(path, "authorization", "Bearer " + world.admin));
    for (CompletableFuture<HttpResponse<String>> each : waiting) {
      assertThat(each.join().statusCode()).isEqualTo(504);
      assertThat(each.join().body())
          .contains("\"error_code\":12000")
          .contains("the database did not answer in time");
    }
    assertThatThrownBy(() -> world.api.v3(null, "{__typename}", Map.of()))
        .hasMessageStartingWith("504 ")
        .hasMessageContaining("did not answer in time");
    relay.thaw();
    await().atMost(LIMIT).until(() -> get(path).statusCode() == 200);
  }
}
