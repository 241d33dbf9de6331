package app.seventv.cdn;

import static app.seventv.cdn.ScriptedOrigin.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import app.seventv.core.http.Http3Client;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ten thousand clients want the same cold object at once; over HTTP/1.1, where each of them takes
 * two file descriptors here, as many as there are descriptors for.
 */
class StampedeTest {
  private static final int REQUESTS = 10_000;

  /** Below the streams that a connection may have. */
  private static final int REQUESTS_PER_CONNECTION = 100;

  /** File descriptors for everything else in this process. */
  private static final long OTHER_DESCRIPTORS = 1_500;

  private static final String KEY = "emote/01F6MZGCNG000255K4X1K7NTHR/4x.webp";
  private static final String PATH = '/' + KEY;

  @TempDir Path directory = Path.of(".");

  private final List<AutoCloseable> clients = new ArrayList<>();

  private static int requestsOver(Version version) {
    if (version != Version.HTTP_1_1) {
      return REQUESTS;
    }
    var system = ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class);
    long free =
        system.getMaxFileDescriptorCount()
            - system.getOpenFileDescriptorCount()
            - OTHER_DESCRIPTORS;
    return Math.clamp(free / 2, 100, REQUESTS);
  }

  /** Sends so many requests, as many on a connection as it may have at once. */
  private List<CompletableFuture<Answer>> ask(CdnFixture cdn, Version version, int requests)
      throws Exception {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    if (version == Version.HTTP_1_1) {
      for (int i = 0; i < requests; i++) {
        answers.add(get(cdn.client(version), cdn, version));
      }
      return answers;
    }
    for (int i = 0; i < requests / REQUESTS_PER_CONNECTION; i++) {
      if (version == Version.HTTP_3) {
        Http3Client client = cdn.connectHttp3();
        clients.add(client);
        for (int j = 0; j < REQUESTS_PER_CONNECTION; j++) {
          answers.add(client.send("GET", PATH, Map.of(), new byte[0]).thenApply(Answer::of));
        }
      } else {
        HttpClient client = CdnFixture.secureClient();
        clients.add(client::shutdownNow);
        // Opens the connection that all of this client's requests share.
        client.send(
            HttpRequest.newBuilder(cdn.uri(version, "/")).build(),
            HttpResponse.BodyHandlers.discarding());
        for (int j = 0; j < REQUESTS_PER_CONNECTION; j++) {
          answers.add(get(client, cdn, version));
        }
      }
    }
    return answers;
  }

  private static CompletableFuture<Answer> get(HttpClient client, CdnFixture cdn, Version version) {
    return client
        .sendAsync(
            HttpRequest.newBuilder(cdn.uri(version, PATH)).build(),
            HttpResponse.BodyHandlers.ofByteArray())
        .thenApply(Answer::of);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void oneRequestReachesTheOrigin(Version version) throws Exception {
    byte[] image = new byte[4_000];
    Arrays.fill(image, (byte) 5);
    CountDownLatch all = new CountDownLatch(1);
    int requests = requestsOver(version);
    try (CdnFixture cdn =
        CdnFixture.start(
            directory,
            """
            origin_request_timeout = 120
            origin_hedge_delay = 120000
            """)) {
      cdn.origin()
          .answer(
              KEY,
              (call, out) -> {
                // A byte now and then: an origin that says nothing for 20 s is asked again.
                head(out, "200 OK", "content-length: " + image.length);
                int sent = 0;
                while (!all.await(1, TimeUnit.SECONDS)) {
                  out.write(image, sent++, 1);
                  out.flush();
                }
                out.write(image, sent, image.length - sent);
              });
      List<CompletableFuture<Answer>> answers = ask(cdn, version, requests);
      await()
          .atMost(Duration.ofSeconds(100))
          .until(() -> cdn.figure("cache_action_total{state=\"Coalesced\"}") == requests - 1);
      all.countDown();
      long misses = 0;
      for (CompletableFuture<Answer> answer : answers) {
        Answer response = answer.get(60, TimeUnit.SECONDS);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(image);
        misses += response.header("x-7tv-cache").equals("miss") ? 1 : 0;
      }
      assertThat(misses).isEqualTo(1);
      int asked = cdn.origin().calls(KEY).size();
      System.out.println("figure: cdn-stampede-origin-requests " + asked);
      System.out.printf("figure: cdn-stampede-clients-h%d %d%n", version.number(), answers.size());
      assertThat(asked).isEqualTo(1);
    } finally {
      for (AutoCloseable client : clients) {
        client.close();
      }
    }
  }
}
