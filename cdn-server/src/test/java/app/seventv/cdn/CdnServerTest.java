package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.s3.DevS3;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The image edge over real sockets, a real S3 and a real NATS server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class CdnServerTest {
  private static final String ID = "01F6MZGCNG000255K4X1K7NTHR";

  @TempDir static Path directory = Path.of(".");

  private DevS3 s3;
  private DevNats nats;
  private S3AsyncClient bucket;
  private CdnFixture cdn;

  @BeforeAll
  void start() throws Exception {
    s3 = DevS3.start(Files.createDirectories(directory.resolve("s3")), 0);
    nats = DevNats.start(Files.createDirectories(directory.resolve("nats")), 0, 0);
    bucket =
        S3AsyncClient.builder()
            .endpointOverride(s3.endpoint())
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(DevS3.ACCESS_KEY, DevS3.SECRET_KEY)))
            .build();
    String settings =
        """
        bucket.endpoint = "%s"
        bucket.credentials = { access_key = "%s", secret_key = "%s" }
        """
            .formatted(s3.endpoint(), DevS3.ACCESS_KEY, DevS3.SECRET_KEY);
    cdn = CdnFixture.start(directory.resolve("cdn"), settings, "", nats.uri().toString());
  }

  @AfterAll
  void stop() throws Exception {
    cdn.close();
    bucket.close();
    nats.close();
    s3.close();
  }

  private void put(String key, String type, byte[] body) {
    bucket
        .putObject(
            r -> r.bucket(DevS3.PUBLIC_BUCKET).key(key).contentType(type),
            AsyncRequestBody.fromBytes(body))
        .join();
  }

  /** A key of its own for each version. */
  private static String key(String family, Version version, String file) {
    return family + "/01F6MZGCNG000255K4X1K7NT0" + version.number() + '/' + file;
  }

  /** The first one to ask is of another version each time. */
  @Test
  void firstMissThenHitOverEveryVersion() throws Exception {
    byte[] image = new byte[200_000];
    Arrays.fill(image, (byte) 7);
    for (Version first : Version.values()) {
      String path = '/' + key("emote", first, "4x.webp");
      put(path.substring(1), "image/webp", image);
      Answer miss = cdn.get(first, path);
      assertThat(miss.status()).isEqualTo(200);
      assertThat(miss.body()).isEqualTo(image);
      assertThat(miss.header("x-7tv-cache")).isEqualTo("miss");
      assertThat(miss.header("content-type")).isEqualTo("image/webp");
      assertThat(miss.header("cache-control"))
          .isEqualTo("public, max-age=604800, s-maxage=86400, immutable");
      assertThat(miss.header("x-7tv-cdn-pod")).isEqualTo("test-pod");
      assertThat(miss.header("access-control-allow-origin")).isEqualTo("*");
      int hits = 0;
      for (Version version : Version.values()) {
        hits++;
        Answer hit = cdn.get(version, path);
        assertThat(hit.body()).isEqualTo(image);
        assertThat(hit.header("x-7tv-cache")).isEqualTo("hit");
        assertThat(hit.header("x-7tv-cache-hits")).isEqualTo(Integer.toString(hits));
      }
      Answer head = cdn.send(first, "HEAD", path, Map.of());
      assertThat(head.header("content-length")).isEqualTo("200000");
      assertThat(head.body()).isEmpty();
    }
    HttpResponse<Void> second =
        cdn.client(Version.HTTP_2)
            .send(
                HttpRequest.newBuilder(cdn.uri(Version.HTTP_2, "/")).build(),
                HttpResponse.BodyHandlers.discarding());
    assertThat(second.version()).isEqualTo(HttpClient.Version.HTTP_2);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void oneFetchHoweverManyAsk(Version version) throws Exception {
    String path = '/' + key("badge", version, "1x.png");
    put(path.substring(1), "image/png", new byte[1000]);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(clients.submit(() -> cdn.get(version, path)));
      }
      long misses = 0;
      for (Future<Answer> answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
        misses += answer.get().header("x-7tv-cache").equals("miss") ? 1 : 0;
      }
      assertThat(misses).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void missingObjectsAreRememberedBriefly(Version version) throws Exception {
    Answer missing = cdn.get(version, '/' + key("badge", version, "2x.png"));
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.header("content-length")).isEqualTo("0");
    assertThat(missing.header("cache-control"))
        .isEqualTo("public, max-age=10, s-maxage=10, immutable");
  }

  /** A legacy id leads to the object in one step. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void redirectsToTheCanonicalPath(Version version) throws Exception {
    String canonical = "/emote/" + ID + '/' + version.number() + "x.webp";
    put(canonical.substring(1), "image/webp", new byte[] {9});
    String scale = Integer.toString(version.number());
    for (String path :
        List.of(
            "/emote/60ae958e229664e8667aea38/" + scale + "x",
            "/emote/" + ID.toLowerCase(Locale.ROOT) + '/' + scale + "x.webp?v=1",
            "/emote/" + ID + "/%3" + scale + "x.webp")) {
      Answer answer = cdn.get(version, path);
      assertThat(answer.status()).as(path).isEqualTo(308);
      assertThat(answer.header("location")).isEqualTo(canonical);
      assertThat(answer.header("cache-control")).isEqualTo("no-cache");
      assertThat(cdn.get(version, answer.header("location")).body()).containsExactly(9);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void purgeForgetsAndAnswers(Version version) throws Exception {
    String path = '/' + key("emote", version, "2x.webp");
    put(path.substring(1), "image/webp", new byte[] {1});
    assertThat(cdn.get(version, path).body()).containsExactly(1);
    put(path.substring(1), "image/webp", new byte[] {2});
    assertThat(cdn.get(version, path).body()).containsExactly(1);
    await().until(() -> cdn.figure("cdn_purge_connected") == 1);
    Connection connection = Nats.connect(nats.uri());
    try {
      var responses = connection.subscribe("cdn.purge.response");
      connection.flush(Duration.ofSeconds(30));
      byte[] message =
          ("{\"files\":[\"not/a/key\",\"" + path.substring(1).toLowerCase(Locale.ROOT) + "\"]}")
              .getBytes(StandardCharsets.UTF_8);
      connection.jetStream().publish("cdn.purge.request", message);
      var answer = responses.nextMessage(Duration.ofSeconds(30));
      assertThat(answer).isNotNull();
      assertThat(answer.getData()).isEqualTo(message);
    } finally {
      connection.close();
    }
    assertThat(cdn.get(version, path).body()).containsExactly(2);
  }
}
