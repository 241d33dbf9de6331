package app.seventv.imageprocessor;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.Secret;
import app.seventv.core.config.ValueTypes;
import app.seventv.core.mongo.MongoOptions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The service's settings (operations.md §3.5). */
final class ImageProcessorKeys {
  static final Key<Secret> DATABASE_URI =
      MongoOptions.URI.withDefault(new Secret("mongodb://localhost:27017/scuffle-image-processor"));
  static final Key<Boolean> GRPC_ENABLED =
      Key.bool("management.grpc.enabled", true, "Whether tasks are taken in.");
  static final Key<InetSocketAddress> GRPC_BIND =
      Key.address("management.grpc.bind", "0.0.0.0:50051", "Address of gRPC, plaintext.");
  static final Key<Boolean> WORKER_ENABLED =
      Key.bool("worker.enabled", true, "Whether jobs are worked on.");
  static final Key<Integer> WORKER_CONCURRENCY =
      Key.integer("worker.concurrency", 0, 0, 1024, "Jobs at once; 0 = one per processor.");
  static final Key<Integer> WORKER_ERROR_THRESHOLD =
      Key.integer(
          "worker.error_threshold",
          10,
          1,
          1_000_000,
          "Consecutive failures to fetch a job that end the process.");
  static final Key<Duration> WORKER_ERROR_DELAY =
      Key.duration("worker.error_delay", Duration.ofSeconds(5), "Pause after such a failure.");
  static final Key<Duration> WORKER_POLLING_INTERVAL =
      Key.duration("worker.polling_interval", Duration.ofSeconds(1), "Pause when there is no job.");
  static final Key<Duration> WORKER_HOLD_TIME =
      Key.duration(
          "worker.hold_time", Duration.ofSeconds(60), "Lease of a job; a crash frees it then.");
  static final Key<Duration> WORKER_REFRESH_INTERVAL =
      Key.duration(
          "worker.refresh_interval", Duration.ofSeconds(20), "Time between lease renewals.");
  static final Key<Duration> WORKER_MAX_PROCESSING_TIME =
      Key.duration(
          "worker.max_processing_time",
          Duration.ofMinutes(10),
          "Limit of one job, whatever its task allows.");
  static final Key<Path> WORKER_DIRECTORY =
      Key.path(
          "worker.directory",
          System.getProperty("java.io.tmpdir", "/tmp"),
          "Where each job gets a private folder while it is worked on.");

  private static final Key<String> NAME = Key.required("name", ValueTypes.STRING, "Its name.");
  private static final Key<Drive.Mode> MODE =
      Key.of("mode", ValueTypes.oneOf(Drive.Mode.class), Drive.Mode.READ_WRITE, "What is allowed.");
  private static final Key<String> BUCKET =
      Key.required("bucket", ValueTypes.STRING, "Name of the bucket.");
  private static final Key<Secret> ACCESS_KEY = Key.secret("access_key", "", "Access key id.");
  private static final Key<Secret> SECRET_KEY = Key.secret("secret_key", "", "Secret key.");
  private static final Key<String> REGION = Key.string("region", "us-east-1", "Region.");
  private static final Key<Optional<URI>> ENDPOINT =
      Key.optional("endpoint", ValueTypes.URL, "Address of a store other than Amazon's.");
  private static final Key<String> PREFIX_PATH =
      Key.string("prefix_path", "", "Goes before every path.");
  private static final Key<Boolean> FORCE_PATH_STYLE =
      Key.bool("force_path_style", false, "Bucket in the path instead of the host name.");
  private static final Key<Integer> MAX_CONNECTIONS =
      Key.integer("max_connections", 32, 1, 10_000, "Connections at once.");
  private static final Key<Optional<String>> ACL =
      Key.optional("acl", ValueTypes.STRING, "Access rule of objects that ask for none.");
  private static final Key<Path> PATH = Key.required("path", ValueTypes.PATH, "Its folder.");

  static final Key<List<Config>> DRIVES =
      Key.taggedTables(
          "drives",
          "kind",
          Map.of(
              "s3",
              ConfigSchema.of(
                  NAME,
                  MODE,
                  BUCKET,
                  ACCESS_KEY,
                  SECRET_KEY,
                  REGION,
                  ENDPOINT,
                  PREFIX_PATH,
                  FORCE_PATH_STYLE,
                  MAX_CONNECTIONS,
                  ACL),
              "local",
              ConfigSchema.of(NAME, MODE, PATH)),
          "Where inputs and outputs lie.");

  private static final Key<List<String>> SERVERS =
      Key.of(
          "servers",
          ValueTypes.SERVER.list(),
          List.of("nats://localhost:4222"),
          "Addresses of the servers.");
  private static final Key<Optional<String>> USERNAME =
      Key.optional("username", ValueTypes.STRING, "User, if the server asks for one.");
  private static final Key<Optional<Secret>> PASSWORD = Key.secret("password", "Its password.");
  private static final Key<NatsEventQueue.Encoding> MESSAGE_ENCODING =
      Key.of(
          "message_encoding",
          ValueTypes.oneOf(NatsEventQueue.Encoding.class),
          NatsEventQueue.Encoding.JSON,
          "How events are written; the platform reads protobuf.");

  static final Key<List<Config>> EVENT_QUEUES =
      Key.taggedTables(
          "event_queues",
          "kind",
          Map.of("nats", ConfigSchema.of(NAME, SERVERS, USERNAME, PASSWORD, MESSAGE_ENCODING)),
          "Where events go.");

  static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(DATABASE_URI, GRPC_ENABLED, GRPC_BIND)
          .add(WORKER_ENABLED, WORKER_CONCURRENCY, WORKER_ERROR_THRESHOLD, WORKER_ERROR_DELAY)
          .add(WORKER_POLLING_INTERVAL, WORKER_HOLD_TIME, WORKER_REFRESH_INTERVAL)
          .add(WORKER_MAX_PROCESSING_TIME, WORKER_DIRECTORY)
          .add(DRIVES, EVENT_QUEUES)
          .check(MongoOptions::checkUri)
          .ignore("management is served over gRPC only", "management.http")
          .ignore(
              "health and metrics are at metrics_bind_address",
              "telemetry.bind",
              "telemetry.metrics",
              "telemetry.logs")
          .build();

  private ImageProcessorKeys() {}

  static S3Drive.Settings s3(Config drive) {
    return new S3Drive.Settings(
        drive.get(NAME),
        drive.get(MODE),
        drive.get(BUCKET),
        drive.get(ACCESS_KEY).reveal(),
        drive.get(SECRET_KEY).reveal(),
        drive.get(REGION),
        drive.get(ENDPOINT),
        drive.get(PREFIX_PATH),
        drive.get(FORCE_PATH_STYLE),
        drive.get(MAX_CONNECTIONS),
        drive.get(ACL));
  }

  static LocalDrive local(Config drive) throws java.io.IOException {
    return new LocalDrive(drive.get(NAME), drive.get(MODE), drive.get(PATH));
  }

  static NatsEventQueue.Settings nats(Config queue) {
    return new NatsEventQueue.Settings(
        queue.get(NAME),
        queue.get(SERVERS),
        queue.get(USERNAME),
        queue.get(PASSWORD).map(Secret::reveal),
        queue.get(MESSAGE_ENCODING));
  }

  static Worker.Settings worker(Config config) {
    int concurrency = config.get(WORKER_CONCURRENCY);
    return new Worker.Settings(
        concurrency == 0 ? Runtime.getRuntime().availableProcessors() : concurrency,
        config.get(WORKER_POLLING_INTERVAL),
        config.get(WORKER_REFRESH_INTERVAL),
        config.get(WORKER_ERROR_THRESHOLD),
        config.get(WORKER_ERROR_DELAY),
        config.get(WORKER_MAX_PROCESSING_TIME));
  }
}
