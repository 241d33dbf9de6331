package app.seventv.cdn;

import app.seventv.core.service.ServiceRuntime;
import app.seventv.devstack.s3.DevS3;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** An edge on a plain port with a real S3 behind it, and further settings. */
final class EdgeFixture implements AutoCloseable {
  static final String ID = "01F6MZGCNG000255K4X1K7NTHR";

  private final DevS3 s3;
  private final S3AsyncClient bucket;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String toml;
  private ServiceRuntime runtime;

  /**
   * Starts it.
   *
   * @param folder an empty folder
   * @param natsUri address of a NATS server, which need not be there
   * @param settings lines below {@code [cdn]}
   */
  EdgeFixture(Path folder, String natsUri, String settings) throws Exception {
    s3 = DevS3.start(Files.createDirectories(folder.resolve("s3")), 0);
    bucket =
        S3AsyncClient.builder()
            .endpointOverride(s3.endpoint())
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(DevS3.ACCESS_KEY, DevS3.SECRET_KEY)))
            .build();
    toml =
        """
        event_loops = 2
        metrics_bind_address = "127.0.0.1:0"
        [pod]
        name = "test-pod"
        [nats]
        servers = ["%s"]
        [cdn]
        bind = "127.0.0.1:0"
        origin_request_timeout = 60
        origin_hedge_delay = 60000
        %s
        [cdn.bucket]
        endpoint = "%s"
        credentials = { access_key = "%s", secret_key = "%s" }
        """
            .formatted(natsUri, settings, s3.endpoint(), DevS3.ACCESS_KEY, DevS3.SECRET_KEY);
    runtime = start();
  }

  private ServiceRuntime start() throws Exception {
    return ServiceRuntime.start(CdnServer.DEFINITION, CdnServer.DEFINITION.config(toml));
  }

  /** Stops the service and starts it again with the same settings. */
  void restart() throws Exception {
    restart(() -> null);
  }

  /** The same with something that happens while it is away. */
  void restart(Callable<?> meanwhile) throws Exception {
    runtime.close();
    meanwhile.call();
    runtime = start();
  }

  int port() {
    return ((CdnServer) runtime.service()).ports().getFirst();
  }

  int adminPort() {
    return runtime.adminAddress().orElseThrow().getPort();
  }

  void put(String key, byte[] body) {
    bucket
        .putObject(
            r -> r.bucket(DevS3.PUBLIC_BUCKET).key(key).contentType("image/webp"),
            AsyncRequestBody.fromBytes(body))
        .join();
  }

  void delete(String key) {
    bucket.deleteObject(r -> r.bucket(DevS3.PUBLIC_BUCKET).key(key)).join();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofSeconds(60));
  }

  HttpResponse<byte[]> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> get(String path) throws Exception {
    return send(request(path).build());
  }

  /** A figure of the admin port; NaN if there is none of that name. */
  double figure(String name) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort() + "/metrics")).build();
    String text = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return text.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Calls {@code /purge} on the admin port. */
  HttpResponse<String> purge(String method, String authorization, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort() + "/purge"))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!authorization.isEmpty()) {
      request.header("authorization", authorization);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    runtime.close();
    bucket.close();
    client.close();
    try {
      s3.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
