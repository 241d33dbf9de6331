package app.seventv.imageprocessor;

import app.seventv.core.config.Config;
import app.seventv.core.mongo.MongoOptions;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;
import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The image processor: tasks over gRPC in, files in the drives and events on NATS out. */
public final class ImageProcessor implements RunningService {
  private static final Logger LOG = LoggerFactory.getLogger(ImageProcessor.class);

  /** Both ways (image-processor.md §1): a whole upload is one message. */
  private static final int MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

  /** A few API hosts connect, with one connection each; each call may hold a whole upload. */
  private static final int MAX_CALLS_PER_CONNECTION = 16;

  private static final Duration DEPTH_PERIOD = Duration.ofSeconds(5);
  private static final Duration START_STEP_TIMEOUT = Duration.ofSeconds(3);

  /** Above this no encode of an allowed input comes; a hung program must not hold its slot. */
  private static final Duration TOOL_TIMEOUT = Duration.ofMinutes(5);

  /** What to close, last opened first. */
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  private @Nullable Server grpc;
  private @Nullable Worker worker;

  private ImageProcessor() {}

  /** Its name, settings and start. */
  public static ServiceDefinition definition() {
    return ServiceDefinition.of(
        "image-processor", ImageProcessor.class, ImageProcessorKeys.SCHEMA, ImageProcessor::start);
  }

  /** Runs the service until it is told to stop. */
  public static void main(String[] args) {
    ServiceMain.run(args, definition());
  }

  private static ImageProcessor start(ServiceContext context) throws Exception {
    ImageProcessor service = new ImageProcessor();
    try {
      service.open(context);
      return service;
    } catch (Exception e) {
      service.close();
      throw e;
    }
  }

  private void open(ServiceContext context) throws Exception {
    Config config = context.config();
    MongoDatabase database = database(config);
    JobQueue queue =
        new JobQueue(database, Clock.systemUTC(), config.get(ImageProcessorKeys.WORKER_HOLD_TIME));
    queue.createIndexes();
    Drives drives = opened(drives(config));
    Events events = opened(events(config));
    JobMetrics metrics = new JobMetrics(context.metrics());
    context.health().require("mongodb", () -> ping(database));
    context.health().require("event_queues", events::check);
    watchDepth(queue, metrics);

    Runnable onQueued = () -> {};
    if (config.get(ImageProcessorKeys.WORKER_ENABLED)) {
      WorkFolder folder = opened(WorkFolder.open(config.get(ImageProcessorKeys.WORKER_DIRECTORY)));
      JobRunner runner = new JobRunner(drives, pipeline(metrics), metrics, folder);
      Worker pool =
          opened(
              new Worker(
                  ImageProcessorKeys.worker(config),
                  queue,
                  runner,
                  events,
                  metrics,
                  context::fail));
      pool.start();
      worker = pool;
      onQueued = pool::wake;
    }
    if (config.get(ImageProcessorKeys.GRPC_ENABLED)) {
      ManagementService management =
          new ManagementService(drives, queue, events, metrics, onQueued);
      grpc = listen(config, management);
    }
  }

  /** Counts beside the event loops, which answer for health and must not wait for MongoDB. */
  private void watchDepth(JobQueue queue, JobMetrics metrics) {
    ScheduledExecutorService watch =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("queue-depth").daemon().factory());
    opened(watch::shutdownNow);
    watch.scheduleWithFixedDelay(
        () -> metrics.waiting(waiting(queue)), 0, DEPTH_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Not a number while MongoDB is away. */
  private static double waiting(JobQueue queue) {
    try {
      return queue.waiting();
    } catch (MongoException e) {
      return Double.NaN;
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    resources.push(resource);
    return resource;
  }

  private MongoDatabase database(Config config) {
    ConnectionString uri =
        new ConnectionString(config.get(ImageProcessorKeys.DATABASE_URI).reveal());
    long timeoutMs = START_STEP_TIMEOUT.toMillis();
    MongoClient client =
        opened(
            MongoClients.create(
                MongoClientSettings.builder()
                    .applyConnectionString(uri)
                    .applyToClusterSettings(
                        s -> s.serverSelectionTimeout(timeoutMs, TimeUnit.MILLISECONDS))
                    .build()));
    MongoDatabase database = client.getDatabase(MongoOptions.databaseName(config));
    ping(database);
    return database;
  }

  private static void ping(MongoDatabase database) {
    database.runCommand(new BsonDocument("ping", new BsonInt32(1)));
  }

  private static Drives drives(Config config) throws IOException {
    List<Drive> drives = new ArrayList<>();
    for (Config drive : config.get(ImageProcessorKeys.DRIVES)) {
      drives.add(
          drive.tag().equals("s3")
              ? new S3Drive(ImageProcessorKeys.s3(drive))
              : ImageProcessorKeys.local(drive));
    }
    if (drives.isEmpty()) {
      LOG.warn("no drives are configured: no task can be accepted");
    }
    return new Drives(drives);
  }

  private static Events events(Config config) throws IOException, InterruptedException {
    List<EventQueue> queues = new ArrayList<>();
    for (Config queue : config.get(ImageProcessorKeys.EVENT_QUEUES)) {
      queues.add(new NatsEventQueue(ImageProcessorKeys.nats(queue)));
    }
    if (queues.isEmpty()) {
      LOG.warn("no event queues are configured: nobody learns how a task ended");
    }
    return new Events(queues, Clock.systemUTC());
  }

  private Pipeline pipeline(JobMetrics metrics) {
    Tools.Sandbox sandbox = Tools.strongestSandbox();
    if (sandbox == Tools.Sandbox.BUBBLEWRAP) {
      LOG.info("codec programs are confined by {}", sandbox);
    } else {
      LOG.warn("bubblewrap does not work here: codec programs can reach files and the network");
    }
    ExecutorService encodeThreads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().name("encode-", 0).factory());
    opened(encodeThreads::shutdownNow);
    return new Pipeline(new Tools(sandbox, TOOL_TIMEOUT), encodeThreads, metrics::stage);
  }

  private Server listen(Config config, ManagementService management) throws IOException {
    ExecutorService requests =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory());
    opened(requests::shutdownNow);
    Server server =
        OkHttpServerBuilder.forPort(
                config.get(ImageProcessorKeys.GRPC_BIND), InsecureServerCredentials.create())
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
            .executor(requests)
            .addService(management)
            .build()
            .start();
    LOG.info("gRPC listens on port {}", server.getPort());
    return server;
  }

  /** Port of gRPC, -1 if it is off. */
  public int grpcPort() {
    return grpc == null ? -1 : grpc.getPort();
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    if (grpc != null) {
      grpc.shutdown();
    }
    if (worker != null && !worker.drain(limit)) {
      LOG.warn("jobs still running are left to other workers");
    }
    if (grpc != null) {
      grpc.awaitTermination(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() {
    if (grpc != null) {
      grpc.shutdownNow();
    }
    while (!resources.isEmpty()) {
      AutoCloseable resource = resources.pop();
      try {
        resource.close();
      } catch (Exception e) {
        LOG.warn("cannot close {}", resource, e);
      }
    }
  }
}
