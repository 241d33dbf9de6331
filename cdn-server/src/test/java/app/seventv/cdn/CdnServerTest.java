package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Http3Client;
import app.seventv.core.service.ServiceRuntime;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.s3.DevS3;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
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
  private ServiceRuntime runtime;
  private CdnServer cdn;
  private HttpClient client;

  @BeforeAll
  void start() throws Exception {
    Files.createDirectories(directory.resolve("s3"));
    Files.createDirectories(directory.resolve("nats"));
    s3 = DevS3.start(directory.resolve("s3"), 0);
    nats = DevNats.start(directory.resolve("nats"), 0, 0);
    X509Bundle bundle =
        new CertificateBuilder()
            .algorithm(CertificateBuilder.Algorithm.ecp256)
            .subject("CN=localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path cert = Files.writeString(directory.resolve("c.pem"), bundle.getCertificatePEM());
    Path key = Files.writeString(directory.resolve("k.pem"), bundle.getPrivateKeyPEM());
    bucket =
        S3AsyncClient.builder()
            .endpointOverride(s3.endpoint())
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(DevS3.ACCESS_KEY, DevS3.SECRET_KEY)))
            .build();
    String toml =
        """
        event_loops = 2
        [pod]
        name = "test-pod"
        node_name = "test-node"
        [nats]
        servers = ["%s"]
        [cdn]
        bind = "127.0.0.1:0"
        secure_bind = "127.0.0.1:0"
        http3 = true
        allow_insecure = true
        origin_request_timeout = 60
        origin_hedge_delay = 60000
        tls = { cert = "%s", key = "%s" }
        [cdn.bucket]
        endpoint = "%s"
        credentials = { access_key = "%s", secret_key = "%s" }
        """
            .formatted(nats.uri(), cert, key, s3.endpoint(), DevS3.ACCESS_KEY, DevS3.SECRET_KEY);
    runtime = ServiceRuntime.start(CdnServer.DEFINITION, CdnServer.DEFINITION.config(toml));
    cdn = (CdnServer) runtime.service();
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  void stop() throws Exception {
    runtime.close();
    bucket.close();
    nats.close();
    s3.close();
    client.close();
  }

  private void put(String key, String type, byte[] body) {
    bucket
        .putObject(
            r -> r.bucket("7tv-public").key(key).contentType(type),
            AsyncRequestBody.fromBytes(body))
        .join();
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return send("GET", path);
  }

  private HttpResponse<byte[]> send(String method, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + cdn.ports().get(1) + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(20))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("(none)");
  }

  @Test
  void firstMissThenHitOverEveryVersion() throws Exception {
    byte[] image = new byte[200_000];
    Arrays.fill(image, (byte) 7);
    put("emote/" + ID + "/4x.webp", "image/webp", image);
    HttpResponse<byte[]> miss = get("/emote/" + ID + "/4x.webp");
    assertThat(miss.statusCode()).isEqualTo(200);
    assertThat(miss.body()).isEqualTo(image);
    assertThat(header(miss, "x-7tv-cache")).isEqualTo("miss");
    assertThat(header(miss, "content-type")).isEqualTo("image/webp");
    assertThat(header(miss, "cache-control"))
        .isEqualTo("public, max-age=604800, s-maxage=86400, immutable");
    assertThat(header(miss, "x-7tv-cdn-pod")).isEqualTo("test-pod");
    assertThat(header(miss, "access-control-allow-origin")).isEqualTo("*");
    HttpResponse<byte[]> hit = get("/emote/" + ID + "/4x.webp");
    assertThat(header(hit, "x-7tv-cache")).isEqualTo("hit");
    assertThat(header(hit, "x-7tv-cache-hits")).isEqualTo("1");
    HttpResponse<byte[]> head = send("HEAD", "/emote/" + ID + "/4x.webp");
    assertThat(header(head, "content-length")).isEqualTo("200000");
    assertThat(head.body()).isEmpty();
    HttpRequest h2 =
        HttpRequest.newBuilder(
                URI.create(
                    "https://localhost:" + cdn.ports().getFirst() + "/emote/" + ID + "/4x.webp"))
            .timeout(Duration.ofSeconds(30))
            .build();
    try (HttpClient over = CdnFixture.secureClient()) {
      HttpResponse<byte[]> answer = over.send(h2, HttpResponse.BodyHandlers.ofByteArray());
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(answer.body()).isEqualTo(image);
    }
    InetSocketAddress secure =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), cdn.ports().getFirst());
    try (Http3Client h3 = Http3Client.connect(runtime.loops(), secure)) {
      Http3Client.Answer answer = h3.get("/emote/" + ID + "/4x.webp");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(image);
      assertThat(answer.headers()).containsEntry("x-7tv-cache", "hit");
    }
  }

  @Test
  void oneFetchHoweverManyAsk() throws Exception {
    put("badge/" + ID + "/1x.png", "image/png", new byte[1000]);
    List<CompletableFuture<HttpResponse<byte[]>>> answers =
        java.util.stream.IntStream.range(0, 50)
            .mapToObj(i ->
                client.sendAsync(
                    HttpRequest.newBuilder(
                            URI.create(
                                "http://127.0.0.1:"
                                    + cdn.ports().get(1)
                                    + "/badge/"
                                    + ID
                                    + "/1x.png"))
                        .build(),
                    HttpResponse.BodyHandlers.ofByteArray()))
            .toList();
    long misses = 0;
    for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
      HttpResponse<byte[]> response = answer.get(20, TimeUnit.SECONDS);
      assertThat(response.statusCode()).isEqualTo(200);
      misses += header(response, "x-7tv-cache").equals("miss") ? 1 : 0;
    }
    assertThat(misses).isEqualTo(1);
  }

  @Test
  void missingObjectsAreRememberedBriefly() throws Exception {
    HttpResponse<byte[]> missing = get("/emote/01F6MZGCNG000255K4X1K7NTHZ/1x.webp");
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(header(missing, "content-length")).isEqualTo("0");
    assertThat(header(missing, "cache-control"))
        .isEqualTo("public, max-age=10, s-maxage=10, immutable");
  }

  @Test
  void redirectsToTheCanonicalPath() throws Exception {
    for (String path :
        List.of(
            "/emote/60ae958e229664e8667aea38/4x",
            "/emote/" + ID.toLowerCase(java.util.Locale.ROOT) + "/4x.webp?v=1",
            "/emote/" + ID + "/%34x.webp")) {
      HttpResponse<byte[]> response = get(path);
      assertThat(response.statusCode()).as(path).isEqualTo(308);
      assertThat(header(response, "location")).isEqualTo("/emote/" + ID + "/4x.webp");
      assertThat(header(response, "cache-control")).isEqualTo("no-cache");
    }
  }

  @Test
  void badRequestsSayWhy() throws Exception {
    HttpResponse<byte[]> bad = get("/emote/xyz/1x.webp");
    assertThat(bad.statusCode()).isEqualTo(400);
    assertThat(new String(bad.body(), StandardCharsets.UTF_8))
        .isEqualTo("Invalid URL: invalid id length: 3");
    assertThat(header(bad, "content-type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(get("/misc/thing").statusCode()).isEqualTo(404);
    assertThat(get("/emote/" + ID + "/").statusCode()).isEqualTo(404);
    HttpResponse<byte[]> post = send("POST", "/emote/" + ID + "/1x.webp");
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(header(post, "allow")).isEqualTo("GET,HEAD");
    HttpResponse<byte[]> preflight = send("OPTIONS", "/anything");
    assertThat(preflight.statusCode()).isEqualTo(200);
    assertThat(header(preflight, "access-control-allow-methods")).isEqualTo("*");
  }

  @Test
  void purgeForgetsAndAnswers() throws Exception {
    String key = "emote/" + ID + "/2x.webp";
    put(key, "image/webp", new byte[] {1});
    assertThat(get("/" + key).body()).containsExactly(1);
    put(key, "image/webp", new byte[] {2});
    assertThat(get("/" + key).body()).containsExactly(1);
    Connection connection = Nats.connect(nats.uri());
    try {
      var responses = connection.subscribe("cdn.purge.response");
      await().until(() -> connection.jetStreamManagement().getStreamNames().contains("CdnPurge"));
      await().until(() -> !connection.jetStreamManagement().getConsumerNames("CdnPurge").isEmpty());
      byte[] message =
          "{\"files\":[\"not/a/key\",\"emote/60ae958e229664e8667aea38/2x.webp\"]}"
              .getBytes(StandardCharsets.UTF_8);
      connection.jetStream().publish("cdn.purge.request", message);
      var answer = responses.nextMessage(Duration.ofSeconds(10));
      assertThat(answer).isNotNull();
      assertThat(answer.getData()).isEqualTo(message);
    } finally {
      connection.close();
    }
    assertThat(get("/" + key).body()).containsExactly(2);
  }

  @Test
  void statusTellsTheCache() throws Exception {
    assertThat(new String(get("/").body(), StandardCharsets.UTF_8))
        .startsWith(
            "{\"message\":\"Welcome to the 7TV CDN!\",\"name\":\"SevenTV\",\"pod_name\":\"test-pod\"");
  }
}
