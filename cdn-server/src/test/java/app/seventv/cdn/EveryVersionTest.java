package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import app.seventv.devstack.nats.DevNats;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules about the cache as a whole (cdn.md §5 to §7, §11), seen over every HTTP version. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class EveryVersionTest {
  private static final String SECRET = "the-secret";

  @TempDir static Path directory = Path.of(".");

  private DevNats nats;
  private CdnFixture cdn;
  private final byte[] image = new byte[5_000];
  private final byte[] other = {1, 2, 3};

  @BeforeAll
  void start() throws Exception {
    for (int i = 0; i < image.length; i++) {
      image[i] = (byte) (i * 31);
    }
    nats = DevNats.start(Files.createDirectories(directory.resolve("nats")), 0, 0);
    String settings =
        """
        origin_request_timeout = 120
        origin_hedge_delay = 120000
        fallbacks = true
        purge_secret = "%s"
        disk = { directory = "%s" }
        """
            .formatted(SECRET, directory.resolve("disk"));
    cdn =
        CdnFixture.start(
            directory.resolve("cdn"),
            settings,
            "metrics_bind_address = \"127.0.0.1:0\"\n",
            nats.uri().toString());
    await()
        .until(() -> cdn.figure("cdn_purge_connected") == 1 && cdn.figure("cdn_disk_certain") == 1);
  }

  @AfterAll
  void stop() throws Exception {
    cdn.close();
    nats.close();
  }

  /** A key of its own for each version and test. */
  private static String key(Version version, int test, String file) {
    return "emote/01F6MZGCNG000255K4X1K7N%02d%c/%s".formatted(test, version.name().charAt(5), file);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void oneFetchHoweverManyAsk(Version version) throws Exception {
    String key = key(version, 1, "1x.webp");
    CountDownLatch go = new CountDownLatch(1);
    cdn.origin().answer(key, ScriptedOrigin.slowly(image, go));
    double coalesced = cdn.figure("cache_action_total{state=\"Coalesced\"}");
    Set<String> hits = new HashSet<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> asked = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        asked.add(clients.submit(() -> cdn.get(version, '/' + key)));
      }
      await().until(() -> cdn.figure("cache_action_total{state=\"Coalesced\"}") == coalesced + 19);
      go.countDown();
      int collapsed = 0;
      for (Future<Answer> one : asked) {
        Answer answer = one.get();
        assertThat(answer.body()).isEqualTo(image);
        hits.add(answer.header("x-7tv-cache-hits"));
        // "miss" is the first delivery of the entry, whoever asked the origin (cdn.md §11, 9).
        assertThat(answer.header("x-7tv-cache"))
            .isEqualTo(answer.header("x-7tv-cache-hits").equals("0") ? "miss" : "hit");
        collapsed += answer.header("cache-status").endsWith("fwd=uri-miss; collapsed") ? 1 : 0;
      }
      assertThat(collapsed).isEqualTo(19);
    }
    assertThat(hits).hasSize(20); // every delivery counts
    assertThat(cdn.origin().calls(key)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void theFirstClientReadsWhileTheRestArrives(Version version) throws Exception {
    String key = key(version, 10, "1x.webp");
    byte[] large = new byte[300_000];
    new Random(version.number() - 1).nextBytes(large);
    CountDownLatch half = new CountDownLatch(1);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              ScriptedOrigin.head(out, "200 OK", "content-length: " + large.length);
              out.write(large, 0, 100_000);
              out.flush();
              half.await();
              out.write(large, 100_000, large.length - 100_000);
            });
    Reading first = cdn.read(version, '/' + key);
    await().until(() -> first.received() == 100_000);
    // Others who come now get everything too, and one of them leaves.
    Reading second = cdn.read(version, '/' + key);
    HttpResponse<InputStream> leaving =
        cdn.client(version)
            .send(
                HttpRequest.newBuilder(cdn.uri(version, '/' + key)).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    leaving.body().close();
    await().until(() -> second.received() == 100_000);
    half.countDown();
    assertThat(first.body()).isEqualTo(large);
    assertThat(second.body()).isEqualTo(large);
    assertThat(cdn.origin().calls(key)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void allWhoWaitForAFailedFetchAreToldAndTheNextOneTriesAgain(Version version) throws Exception {
    String key = key(version, 2, "1x.webp");
    CountDownLatch go = new CountDownLatch(1);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              go.await();
              ScriptedOrigin.error("403 Forbidden", "AccessDenied").write(call, out);
            });
    double coalesced = cdn.figure("cache_action_total{state=\"Coalesced\"}");
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> asked = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        asked.add(clients.submit(() -> cdn.get(version, '/' + key)));
      }
      await().until(() -> cdn.figure("cache_action_total{state=\"Coalesced\"}") == coalesced + 4);
      go.countDown();
      for (Future<Answer> one : asked) {
        assertThat(one.get().status()).isEqualTo(502);
        assertThat(one.get().header("cache-control")).isEqualTo("no-cache");
      }
    }
    cdn.origin().put(key, image);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aPurgeForgets(Version version) throws Exception {
    String key = key(version, 3, "2x.webp");
    cdn.origin().put(key, image);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
    cdn.origin().put(key, other);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
    Connection connection = Nats.connect(nats.uri());
    try {
      var answers = connection.subscribe("cdn.purge.response");
      connection.flush(Duration.ofSeconds(30));
      String message = "{\"files\":[\"not/a/key\",\"" + key.replace("2x.webp", "2x") + "\"]}";
      byte[] payload = message.getBytes(StandardCharsets.UTF_8);
      connection.jetStream().publish("cdn.purge.request", payload);
      var answer = answers.nextMessage(Duration.ofSeconds(30));
      assertThat(answer).isNotNull();
      assertThat(answer.getData()).isEqualTo(payload);
    } finally {
      connection.close();
    }
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(other);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aPurgeOfAPrefixForgetsWhatBeginsWithIt(Version version) throws Exception {
    String key = key(version, 4, "2x.webp");
    String neighbour = key(version, 5, "2x.webp");
    for (String each : List.of(key, neighbour)) {
      cdn.origin().put(each, image);
      assertThat(cdn.get(version, '/' + each).body()).isEqualTo(image);
      cdn.origin().put(each, other);
    }
    String folder = key.substring(0, key.lastIndexOf('/'));
    assertThat(cdn.purge(SECRET, "{\"prefixes\":[\"" + folder + "\"]}")).isEqualTo(200);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(other);
    assertThat(cdn.get(version, '/' + neighbour).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void anObjectPastItsLifeServesWhileANewOneIsFetched(Version version) throws Exception {
    String key = key(version, 8, "1x.webp");
    cdn.origin().put(key, image, "cache-control: max-age=1");
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
    CountDownLatch go = new CountDownLatch(1);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              go.await();
              ScriptedOrigin.head(out, "200 OK", "content-length: 3", "etag: \"new\"");
              out.write(other);
            });
    await() // nobody waits for the origin
        .until(() -> {
          Answer old = cdn.get(version, '/' + key);
          assertThat(old.body()).isEqualTo(image);
          assertThat(old.header("cache-status")).startsWith("SevenTV; hit");
          return old.header("cache-status").matches("SevenTV; hit; ttl=-\\d+")
              && cdn.origin().calls(key).size() == 2;
        });
    go.countDown();
    await().until(() -> Arrays.equals(cdn.get(version, '/' + key).body(), other));
    assertThat(cdn.origin().calls(key)).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aPurgeOfWhatWasMissingShowsWhatIsThereNow(Version version) throws Exception {
    String key = key(version, 9, "1x.webp");
    assertThat(cdn.get(version, '/' + key).status()).isEqualTo(404);
    cdn.origin().put(key, image);
    assertThat(cdn.purge(SECRET, "{\"files\":[\"" + key + "\"]}")).isEqualTo(200);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void anotherFormStandsInForAMissingOne(Version version) throws Exception {
    // Nx_static.gif is asked for and never made (cdn.md §11, 8).
    cdn.origin().put(key(version, 6, "1x_static.png"), other, "content-type: image/png");
    for (String turn : new String[] {"from the origin", "from memory"}) {
      Answer answer = cdn.get(version, '/' + key(version, 6, "1x_static.gif"));
      assertThat(answer.body()).as(turn).isEqualTo(other);
      assertThat(answer.header("content-type")).isEqualTo("image/png");
      assertThat(answer.header("cache-control"))
          .as(turn)
          .isEqualTo(ImageHandler.FALLBACK_CACHE_CONTROL);
    }
    assertThat(cdn.get(version, '/' + key(version, 6, "2x_static.gif")).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void onlyFieldsOfTheVersionAreSent(Version version) throws Exception {
    String key = key(version, 7, "1x.webp");
    cdn.origin().put(key, image);
    for (String path : new String[] {"/" + key, "/" + key, "/nothing", "/emote/x/1x.webp"}) {
      Answer answer = cdn.get(version, path);
      Map<String, String> fields = new HashMap<>(answer.headers());
      assertThat(fields).containsKey("date");
      if (version != Version.HTTP_1_1) {
        assertThat(fields)
            .doesNotContainKeys(
                "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");
        assertThat(fields.keySet()).allMatch(name -> name.equals(name.toLowerCase(Locale.ROOT)));
      }
    }
  }

  @Test
  void limitsPerAddressHoldOverEveryVersion() throws Exception {
    String limits = "rate_limit = { enabled = true, requests_per_second = 1, request_burst = 3 }\n";
    for (Version version : Version.values()) {
      try (CdnFixture limited = CdnFixture.start(directory.resolve("limits" + version), limits)) {
        Answer refused;
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
          List<Future<Answer>> asked = new ArrayList<>();
          for (int i = 0; i < 40; i++) {
            asked.add(clients.submit(() -> limited.get(version, "/nothing")));
          }
          refused = asked.getFirst().get();
          for (Future<Answer> one : asked) {
            refused = one.get().status() == 429 ? one.get() : refused;
          }
        }
        assertThat(refused.status()).as(version.name()).isEqualTo(429);
        assertThat(refused.body()).isEmpty();
        assertThat(refused.header("retry-after")).isEqualTo("1");
        assertThat(refused.header("cache-control")).isEqualTo("no-cache");
      }
    }
  }
}
