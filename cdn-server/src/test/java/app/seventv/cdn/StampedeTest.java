package app.seventv.cdn;

import static app.seventv.cdn.ScriptedOrigin.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand clients want the same cold object at once. */
class StampedeTest {
  private static final int REQUESTS = 10_000;

  /** Below the streams that a connection may have. */
  private static final int REQUESTS_PER_CONNECTION = 100;

  private static final String KEY = "emote/01F6MZGCNG000255K4X1K7NTHR/4x.webp";

  @TempDir static Path directory = Path.of(".");

  @Test
  void oneRequestReachesTheOrigin() throws Exception {
    byte[] image = new byte[4_000];
    Arrays.fill(image, (byte) 5);
    CountDownLatch all = new CountDownLatch(1);
    List<HttpClient> clients = new ArrayList<>();
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
      List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
      for (int i = 0; i < REQUESTS / REQUESTS_PER_CONNECTION; i++) {
        HttpClient client = CdnFixture.secureClient();
        clients.add(client);
        // Opens the connection that all of this client's requests share.
        client.send(
            HttpRequest.newBuilder(cdn.uri(Version.HTTP_2, "/")).build(),
            HttpResponse.BodyHandlers.discarding());
        for (int j = 0; j < REQUESTS_PER_CONNECTION; j++) {
          answers.add(
              client.sendAsync(
                  HttpRequest.newBuilder(cdn.uri(Version.HTTP_2, '/' + KEY)).build(),
                  HttpResponse.BodyHandlers.ofByteArray()));
        }
      }
      await()
          .atMost(Duration.ofSeconds(100))
          .until(() -> cdn.figure("cache_action_total{state=\"Coalesced\"}") == REQUESTS - 1);
      all.countDown();
      long misses = 0;
      for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
        HttpResponse<byte[]> response = answer.get(60, TimeUnit.SECONDS);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(image);
        misses += response.headers().firstValue("x-7tv-cache").orElse("").equals("miss") ? 1 : 0;
      }
      assertThat(misses).isEqualTo(1);
      int requests = cdn.origin().calls(KEY).size();
      System.out.println("figure: cdn-stampede-origin-requests " + requests);
      assertThat(requests).isEqualTo(1);
    } finally {
      clients.forEach(HttpClient::shutdownNow);
    }
  }
}
