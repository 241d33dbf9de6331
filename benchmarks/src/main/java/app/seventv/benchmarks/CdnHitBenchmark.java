package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.s3.DevS3;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Memory hits of a 20 KB image over HTTP/1.1: the server on one core, {@code wrk} on another. */
final class CdnHitBenchmark implements Benchmark {
  private static final int OBJECT_BYTES = 20_000;
  private static final String KEY = "emote/01F6MZGCNG000255K4X1K7NTHR/2x.webp";
  private static final int CONNECTIONS = 64;
  private static final int SECONDS = 15;
  private static final int QUICK_SECONDS = 4;

  @Override
  public String name() {
    return "cdn";
  }

  @Override
  public String summary() {
    return "requests per second for a 20 KB memory hit over HTTP/1.1, server on one core";
  }

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    int port = ServerProcess.freePort();
    int adminPort = ServerProcess.freePort();
    Path s3Folder = Files.createDirectories(context.work().resolve("s3"));
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    try (DevS3 s3 = DevS3.start(s3Folder, 0);
        DevNats nats = DevNats.start(natsFolder, 0, 0);
        ServerProcess server = start(context, s3, nats, port, adminPort)) {
      store(s3);
      String url = "http://127.0.0.1:" + port + "/" + KEY;
      int seconds = context.quick() ? QUICK_SECONDS : SECONDS;
      LoadTools.wrk(url, CONNECTIONS, Math.max(2, seconds / 3)); // the JIT's share
      context.progress("warmed up, server pid " + server.pid());
      LoadTools.Load load = LoadTools.wrk(url, CONNECTIONS, seconds);
      return List.of(
          new Figure("cdn-h1-hit-rps", load.requestsPerSecond(), "req/s"),
          new Figure("cdn-h1-hit-p99-ms", load.p99Ms(), "ms"));
    }
  }

  private static ServerProcess start(
      BenchContext context, DevS3 s3, DevNats nats, int port, int adminPort) throws Exception {
    String toml =
        """
        metrics_bind_address = "127.0.0.1:%d"
        level = "warn"
        event_loops = 1
        [pod]
        name = "bench"
        [nats]
        servers = ["%s"]
        [cdn]
        bind = "127.0.0.1:%d"
        [cdn.bucket]
        endpoint = "%s"
        credentials = { access_key = "%s", secret_key = "%s" }
        """
            .formatted(
                adminPort, nats.uri(), port, s3.endpoint(), DevS3.ACCESS_KEY, DevS3.SECRET_KEY);
    return ServerProcess.start(
        context,
        "cdn-server/target/cdn-server.jar",
        toml,
        adminPort,
        List.of("taskset", "-c", LoadTools.SERVER_CORE),
        "-Xmx512m",
        "-XX:MaxDirectMemorySize=1g");
  }

  private static void store(DevS3 s3) {
    byte[] image = new byte[OBJECT_BYTES];
    new Random(7).nextBytes(image);
    try (S3AsyncClient client =
        S3AsyncClient.builder()
            .endpointOverride(s3.endpoint())
            .region(Region.of(DevS3.REGION))
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(DevS3.ACCESS_KEY, DevS3.SECRET_KEY)))
            .build()) {
      client
          .putObject(
              r -> r.bucket(DevS3.PUBLIC_BUCKET).key(KEY).contentType("image/webp"),
              AsyncRequestBody.fromBytes(image))
          .join();
    }
  }
}
