package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.metrics.Metrics;
import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.ErrorCode;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.Input;
import app.seventv.model.imageprocessor.Limits;
import app.seventv.model.imageprocessor.Task;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad days of the worker: event bus away, job taken away, time over, a job that kills. */
class WorkerTest {
  @TempDir Path drive;
  @TempDir Path jobFolders;

  private DevMongoServer server;
  private MongoClient client;
  private JobQueue queue;
  private ExecutorService threads;
  private Worker worker;
  private WorkFolder workFolder;
  private final MemoryQueue published = new MemoryQueue();

  /** Refuses as many publications as it is told to. */
  private static final class MemoryQueue implements EventQueue {
    final BlockingQueue<EventCallback> events = new LinkedBlockingQueue<>();
    final AtomicInteger refusals = new AtomicInteger();

    @Override
    public String name() {
      return "nats";
    }

    @Override
    public void publish(String topic, EventCallback event, String messageId) throws IOException {
      if (!event.hasStart() && refusals.getAndDecrement() > 0) {
        throw new IOException("away");
      }
      events.add(event);
    }

    @Override
    public void check() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void start() throws Exception {
    server = DevMongoServer.inMemory(0);
    client = MongoClients.create(server.uri("worker-test"));
    MongoDatabase database = client.getDatabase("worker-test");
    queue = new JobQueue(database, Clock.systemUTC(), Duration.ofSeconds(60));
    threads = Executors.newFixedThreadPool(2);
    workFolder = WorkFolder.open(jobFolders);
    JobMetrics metrics = new JobMetrics(new Metrics());
    Drives drives = new Drives(List.of(new LocalDrive("s3", Drive.Mode.READ_WRITE, drive)));
    Tools tools = new Tools(Tools.Sandbox.LIMITS, Duration.ofMinutes(1));
    Pipeline pipeline = new Pipeline(tools, threads, metrics::stage);
    worker =
        new Worker(
            new Worker.Settings(
                1,
                Duration.ofMillis(20),
                Duration.ofMillis(50),
                10,
                Duration.ofMillis(20),
                Duration.ofMinutes(5)),
            queue,
            new JobRunner(drives, pipeline, metrics, workFolder),
            new Events(List.of(published), Clock.systemUTC()),
            metrics,
            failure -> {});
  }

  @AfterEach
  void stop() throws Exception {
    worker.close();
    workFolder.close();
    threads.shutdownNow();
    client.close();
    server.close();
  }

  private ObjectId insert(byte[] input, @Nullable Limits limits) throws IOException {
    Files.write(drive.resolve("input"), input);
    app.seventv.model.imageprocessor.EventQueue.Builder target =
        app.seventv.model.imageprocessor.EventQueue.newBuilder().setName("nats").setTopic("t");
    Task.Builder task =
        SampleTasks.emote("out").toBuilder()
            .setInput(
                Input.newBuilder()
                    .setDrivePath(DrivePath.newBuilder().setDrive("s3").setPath("input")));
    task.getEventsBuilder().setOnStart(target).setOnSuccess(target).setOnFailure(target);
    if (limits != null) {
      task.setLimits(limits);
    }
    ObjectId id = new ObjectId();
    queue.insert(id, task.build(), 5, null);
    return id;
  }

  private EventCallback nextEvent() throws InterruptedException {
    EventCallback event = published.events.poll(60, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("no event");
    }
    return event;
  }

  private void assertNoFoldersLeft() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> {
          try (Stream<Path> left = Files.walk(jobFolders)) {
            assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith("job-"));
          }
        });
  }

  private static byte[] png() {
    return PngEncoder.encodeFast(SampleGif.frame(32, 32, 0));
  }

  @Test
  void anEventBusThatIsAwayDelaysTheEventButLosesNothing() throws Exception {
    published.refusals.set(2);
    ObjectId id = insert(png(), null);
    worker.start();
    assertThat(nextEvent().hasStart()).isTrue();
    EventCallback event = nextEvent();
    assertThat(event.getId()).isEqualTo(id.toHexString());
    assertThat(event.getSuccess().getFilesCount()).isEqualTo(12);
    assertThat(drive.resolve("out/4x.webp")).exists();
    Awaitility.await().untilAsserted(() -> assertThat(queue.cancel(id)).isNull());
  }

  @Test
  void aCancelledJobStopsWithoutAWord() throws Exception {
    ObjectId id = insert(SampleGif.bytes(500, 500), null);
    worker.start();
    assertThat(nextEvent().hasStart()).isTrue();
    assertThat(queue.cancel(id)).isNotNull();
    assertThat(worker.drain(Duration.ofSeconds(30))).isTrue();
    assertNoFoldersLeft();
    assertThat(published.events).isEmpty();
    assertThat(drive.resolve("out")).doesNotExist();
  }

  @Test
  void aJobOverItsTimeFails() throws Exception {
    insert(SampleGif.bytes(500, 500), Limits.newBuilder().setMaxProcessingTimeMs(30).build());
    worker.start();
    assertThat(nextEvent().hasStart()).isTrue();
    EventCallback event = nextEvent();
    assertThat(event.getFail().getError().getCode()).isEqualTo(ErrorCode.ErrorCodeInternal);
    assertThat(event.getFail().getError().getMessage()).isEqualTo("timeout");
    assertNoFoldersLeft();
  }

  @Test
  void aMissingInputFails() throws Exception {
    insert(png(), null);
    Files.delete(drive.resolve("input"));
    worker.start();
    assertThat(nextEvent().hasStart()).isTrue();
    assertThat(nextEvent().getFail().getError().getCode())
        .isEqualTo(ErrorCode.ErrorCodeInputDownload);
  }

  @Test
  void aJobThatKilledThreeWorkersIsGivenUp() throws Exception {
    insert(png(), null);
    JobQueue crashing =
        new JobQueue(client.getDatabase("worker-test"), Clock.systemUTC(), Duration.ofSeconds(-1));
    for (int i = 0; i < Worker.MAX_ATTEMPTS; i++) {
      assertThat(crashing.claim()).isNotNull();
    }
    worker.start();
    assertThat(nextEvent().getFail().getError().getMessage())
        .isEqualTo("given up after 3 attempts");
  }
}
