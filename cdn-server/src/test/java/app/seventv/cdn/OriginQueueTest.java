package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More fetches than the origin may be asked for at once, and than may wait. */
class OriginQueueTest {
  private static final String SETTINGS =
      """
      origin_request_timeout = 300
      origin_hedge_delay = 300000
      max_concurrent_requests = 4
      """;

  @TempDir Path directory = Path.of(".");

  @Test
  void beyondTheQueueOneIsTurnedAway() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(directory, SETTINGS)) {
      CountDownLatch go = new CountDownLatch(1);
      List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
      int most = 4 + 4 * BoundedOrigin.QUEUE_FACTOR;
      for (int i = 0; i < most; i++) {
        String key = "badge/01F6MZGCNG000255K4X1K7N%03d/1x.webp".formatted(i);
        cdn.origin().answer(key, ScriptedOrigin.slowly(new byte[1000], go));
        answers.add(
            cdn.client(Version.HTTP_2)
                .sendAsync(
                    HttpRequest.newBuilder(cdn.uri(Version.HTTP_2, '/' + key)).build(),
                    HttpResponse.BodyHandlers.ofByteArray()));
      }
      await().until(() -> cdn.figure("cache_inflight") == most);
      assertThat(cdn.figure("cache_upstream_queued")).isEqualTo(40);
      for (Version version : Version.values()) {
        Answer refused = cdn.get(version, "/emote/01F6MZGCNG000255K4X1K7NTHR/1x.webp");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).isEmpty();
        assertThat(refused.header("cache-control")).isEqualTo("no-cache");
        assertThat(refused.header("cache-status")).endsWith("detail=overloaded");
        assertThat(refused.header("retry-after")).isEqualTo("1");
      }
      go.countDown();
      for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
        assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      }
      await().until(() -> cdn.figure("cache_upstream_running") == 0);
    }
  }

  /** The only place is one's who takes his time: a turn that does not come is a timeout. */
  @Test
  void aTurnThatDoesNotComeIsATimeout() throws Exception {
    String settings =
        """
        origin_request_timeout = 4
        max_concurrent_requests = 1
        max_object_size = 1000
        """;
    String large = "/badge/01F6MZGCNG000255K4X1K7NT01/1x.webp";
    String missing = "/badge/01F6MZGCNG000255K4X1K7NT02/1x.webp";
    CountDownLatch go = new CountDownLatch(1);
    try (CdnFixture cdn = CdnFixture.start(directory, settings)) {
      // The first request loads half the SDK.
      await().until(() -> cdn.get(Version.HTTP_2, missing.replace("1x", "2x")).status() == 404);
      // Too large to keep: it may take as long as bytes come.
      cdn.origin().answer(large.substring(1), ScriptedOrigin.slowly(new byte[5000], go));
      Reading first = cdn.read(Version.HTTP_2, large);
      await().until(() -> first.received() > 0);
      for (Answer waited : cdn.getOverEveryVersion(missing)) {
        assertThat(waited.status()).isEqualTo(504);
        assertThat(waited.body()).isEmpty();
        assertThat(waited.header("cache-control")).isEqualTo("no-cache");
        assertThat(waited.header("cache-status")).contains("; detail=queued");
        assertThat(waited.header("x-7tv-cache")).isEqualTo("(none)");
      }
      assertThat(first.isOver()).isFalse();
      go.countDown();
      assertThat(first.body()).hasSize(5000);
      for (Version version : Version.values()) {
        assertThat(cdn.get(version, missing).status()).isEqualTo(404);
      }
    }
  }

  /** Whoever reads slowly what is not kept holds a turn; half of them are left to the others. */
  @Test
  void bodiesThatPassTakeHalfOfTheTurns() throws Exception {
    String settings = SETTINGS + "max_object_size = 1000\n";
    String large = "/badge/01F6MZGCNG000255K4X1K7NT%02d/1x.webp";
    CountDownLatch go = new CountDownLatch(1);
    try (CdnFixture cdn = CdnFixture.start(directory, settings);
        AutoCloseable _ = go::countDown) {
      for (int i = 0; i < 3; i++) {
        String key = large.formatted(i).substring(1);
        cdn.origin().answer(key, ScriptedOrigin.slowly(new byte[5000], go));
      }
      Reading first = cdn.read(Version.HTTP_1_1, large.formatted(0));
      Reading second = cdn.read(Version.HTTP_3, large.formatted(1));
      await().until(() -> first.received() > 0 && second.received() > 0);
      for (Answer refused : cdn.getOverEveryVersion(large.formatted(2))) {
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).isEmpty();
        assertThat(refused.header("cache-control")).isEqualTo("no-cache");
        assertThat(refused.header("cache-status")).contains("; detail=overloaded");
        assertThat(refused.header("retry-after")).isEqualTo("1");
      }
      assertThat(cdn.figure("cache_upstream_running")).isEqualTo(2);
      for (Answer other : cdn.getOverEveryVersion("/emote/01F6MZGCNG000255K4X1K7NTHR/1x.webp")) {
        assertThat(other.status()).isEqualTo(404);
      }
      go.countDown();
      assertThat(first.body()).hasSize(5000);
      assertThat(second.body()).hasSize(5000);
      for (Version version : Version.values()) {
        await().until(() -> cdn.get(version, large.formatted(2)).status() == 200);
      }
    }
  }
}
