package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import app.seventv.core.http.Http3Client;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A crowd wants the same cold object at once: ten thousand over HTTP/2 and 3, four thousand over
 * HTTP/1.1, where everyone needs a connection, both ends of which are in this process.
 */
class StampedeTest {
  private static final int CROWD = 10_000;

  /** Two descriptors for each, of 20,000 that a process of ours may have. */
  private static final int CROWD_OF_CONNECTIONS = 4_000;

  /** Half of the streams that a connection may have. */
  private static final int REQUESTS_PER_CONNECTION = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(100);
  private static final String KEY = "emote/01F6MZGCNG000255K4X1K7NTHR/4x.webp";
  private static final String PATH = '/' + KEY;

  @TempDir Path directory = Path.of(".");

  private final List<AutoCloseable> clients = new ArrayList<>();
  private final List<CompletableFuture<Answer>> answers = new ArrayList<>();

  @AfterEach
  void leave() throws Exception {
    for (AutoCloseable client : clients) {
      client.close();
    }
  }

  /** Has so many more ask; nobody may be answered before all have asked. */
  private void ask(CdnFixture cdn, Version version, int requests) throws Exception {
    for (int i = 0; i < requests; i += REQUESTS_PER_CONNECTION) {
      switch (version) {
        case HTTP_1_1 -> ask(cdn.client(version), cdn, version);
        case HTTP_2 -> {
          HttpClient client = CdnFixture.secureClient();
          clients.add(client::shutdownNow);
          // Opens the connection that all of this client's requests share.
          client.send(
              HttpRequest.newBuilder(cdn.uri(version, "/")).build(),
              HttpResponse.BodyHandlers.discarding());
          ask(client, cdn, version);
        }
        case HTTP_3 -> {
          Http3Client client = cdn.connectHttp3();
          clients.add(client);
          for (int j = 0; j < REQUESTS_PER_CONNECTION; j++) {
            answers.add(client.send("GET", PATH, Map.of(), new byte[0]).thenApply(Answer::of));
          }
        }
      }
    }
    await()
        .atMost(PATIENCE)
        .until(() -> {
          assertThat(answers).noneMatch(CompletableFuture::isCompletedExceptionally);
          return cdn.figure("cache_action_total{state=\"Coalesced\"}") == answers.size() - 1;
        });
  }

  private void ask(HttpClient client, CdnFixture cdn, Version version) {
    HttpRequest request = HttpRequest.newBuilder(cdn.uri(version, PATH)).build();
    for (int i = 0; i < REQUESTS_PER_CONNECTION; i++) {
      answers.add(
          client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()).thenApply(Answer::of));
    }
  }

  /** Half of the crowd waits for the head, the other half finds a body that is on its way. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void oneRequestReachesTheOrigin(Version version) throws Exception {
    byte[] image = new byte[1_000];
    new Random(version.number()).nextBytes(image);
    int crowd = version == Version.HTTP_1_1 ? CROWD_OF_CONNECTIONS : CROWD;
    CountDownLatch half = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(1);
    try (CdnFixture cdn =
        CdnFixture.start(
            directory,
            """
            origin_request_timeout = 120
            origin_hedge_delay = 120000
            """)) {
      ScriptedOrigin.Answer slowly = ScriptedOrigin.slowly(image, all);
      cdn.origin()
          .answer(
              KEY,
              (call, out) -> {
                half.await();
                slowly.write(call, out);
              });
      ask(cdn, version, crowd / 2);
      half.countDown();
      ask(cdn, version, crowd / 2);
      all.countDown();
      long misses = 0;
      for (CompletableFuture<Answer> asked : answers) {
        Answer answer = asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(image);
        misses += answer.header("x-7tv-cache").equals("miss") ? 1 : 0;
      }
      assertThat(answers).hasSize(crowd);
      assertThat(misses).isEqualTo(1);
      int requests = cdn.origin().calls(KEY).size();
      System.out.println("figure: cdn-stampede-origin-requests " + requests);
      assertThat(requests).isEqualTo(1);
    }
  }
}
