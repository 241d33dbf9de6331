package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.service.ServiceMain;
import app.seventv.core.service.ServiceRuntime;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import app.seventv.events.dispatch.BusSamples;
import app.seventv.model.bus.BusBatch;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Sessions go on across a planned restart (docs/decisions/0023). */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class SuccessionTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration DRAIN = Duration.ofSeconds(20);
  private static final int PRESENCE_FRAMES = 7;

  @TempDir Path directory = Path.of(".");

  private HttpClient http;
  private TestTls tls;
  private final List<AutoCloseable> resources = new ArrayList<>();
  private DevNats nats;
  private Connection publisher;
  private int names;

  @BeforeEach
  void start() throws Exception {
    nats = DevNats.start(directory.resolve("nats"), 0, 0);
    publisher = Nats.connect(nats.uri());
    tls = TestTls.in(directory);
    http = HttpClient.newBuilder().sslContext(tls.client()).build();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable resource : resources.reversed()) {
      resource.close();
    }
    http.close();
    publisher.close();
    nats.close();
  }

  private String config(int port) {
    return """
    event_loops = 2
    handover = "%s"
    nats.servers = ["%s"]
    event_api.bind = "127.0.0.1:%d"
    event_api.secure_bind = "127.0.0.1:0"
    event_api.tls.cert = "%s"
    event_api.tls.key = "%s"
    """
        .formatted(directory.resolve("handover"), nats.uri(), port, tls.cert(), tls.key());
  }

  private EventService service() throws Exception {
    ServiceRuntime runtime =
        ServiceRuntime.start(EventServer.DEFINITION, EventServer.DEFINITION.config(config(0)));
    resources.add(runtime);
    EventService service = (EventService) runtime.service();
    await().atMost(PATIENCE).until(service::isSubscribed);
    return service;
  }

  private SocketClient connect(int port) {
    return SocketClient.connect(http, "ws://127.0.0.1:" + port + "/v3");
  }

  private SocketClient connect(EventService service, boolean isSecure) {
    return isSecure
        ? SocketClient.connect(
            http, "wss://localhost:" + service.addresses().getLast().getPort() + "/v3")
        : connect(service);
  }

  private SocketClient connect(EventService service) {
    return connect(service.addresses().getFirst().getPort());
  }

  private void publish(JsonNode... events) throws Exception {
    publisher.publish(BusBatch.SUBJECT, BusSamples.message(events));
    publisher.flush(Duration.ofSeconds(5));
  }

  private void rename() throws Exception {
    names++;
    publish(BusSamples.setEvent("change_name", "{'old':'x','new':'n" + names + "'}"));
  }

  private void assertRenamed(SocketClient client, int name) throws InterruptedException {
    assertThat(client.frame().at("/d/body/updated/0/value").stringValue("")).isEqualTo("n" + name);
  }

  private static void assertAck(SocketClient client, boolean success, int replayed, int restored)
      throws InterruptedException {
    assertThat(client.frame().get("d").toString())
        .isEqualTo(Payloads.ackResume(success, replayed, restored));
  }

  private static String greetedId(SocketClient client) throws InterruptedException {
    String id = client.frame().at("/d/session_id").stringValue();
    assertThat(client.text()).contains("\"op\":2");
    return id;
  }

  private static void assertSentAway(SocketClient client) throws InterruptedException {
    assertThat(client.frame().get("op").intValue()).isEqualTo(4);
    assertThat(client.frame().at("/d/code").intValue()).isEqualTo(4006);
    assertThat(client.closed()).isEqualTo("1001 Server is restarting");
  }

  private static void drain(EventService service) throws InterruptedException {
    service.drain(DRAIN);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsMissedIsReplayedByTheSuccessor(boolean isSecure) throws Exception {
    EventService first = service();
    SocketClient client = connect(first, isSecure);
    String id = greetedId(client);
    client.subscribed("emote_set.update", SET); // frame 2
    client.send(SocketClient.subscribeChannel("cosmetic.*", "123456789")).frame(); // frame 3
    publish(BusSamples.presenceEvent()); // frames 4 to 10
    for (int i = 0; i < PRESENCE_FRAMES; i++) {
      assertThat(client.frame().get("op").intValue()).isZero();
    }
    rename(); // frame 11, before the successor is there
    assertRenamed(client, 1);
    EventService second = service();
    rename(); // frames 12 and 13: both processes hear of it, the client from the first
    rename();
    assertRenamed(client, 2);
    assertRenamed(client, 3);
    drain(first);
    assertSentAway(client);
    rename(); // nobody is there
    try (SocketClient next = connect(second, isSecure)) {
      greetedId(next);
      next.send(SocketClient.resume(id, 12)); // 13 is lost, says the client
      assertAck(next, true, 2, 2);
      assertRenamed(next, 3);
      assertRenamed(next, 4);
      publish(BusSamples.presenceEvent()); // known, also here
      rename();
      assertRenamed(next, 5);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aClientWithoutANumberGoesOnIfItAnsweredTheCloseFrame(boolean isSecure) throws Exception {
    EventService first = service();
    SocketClient client = connect(first, isSecure);
    String id = greetedId(client);
    client.subscribed("emote_set.update", SET);
    EventService second = service();
    rename();
    assertRenamed(client, 1);
    drain(first);
    assertSentAway(client);
    try (SocketClient next = connect(second, isSecure)) {
      greetedId(next);
      next.send(SocketClient.resume(id, 0));
      assertAck(next, true, 0, 1);
      rename();
      assertRenamed(next, 2);
      next.send(SocketClient.resume(id, 0));
      assertAck(next, false, 0, 0); // once
    }
  }

  @Test
  void afterAGapOfTheBusTheAnswerIsNo() throws Exception {
    EventService first = service();
    SocketClient client = connect(first);
    String id = greetedId(client);
    client.subscribed("emote_set.update", SET);
    EventService second = service();
    drain(first);
    assertSentAway(client);
    second.hub().log().markGap(System.currentTimeMillis());
    try (SocketClient next = connect(second)) {
      greetedId(next);
      next.send(SocketClient.resume(id, 0));
      assertAck(next, false, 0, 0);
    }
  }

  @Test
  void withoutASuccessorNothingIsKept() throws Exception {
    EventService first = service();
    try (SocketClient client = connect(first)) {
      client.greeted().subscribed("emote_set.update", SET);
      drain(first);
      assertSentAway(client);
    }
  }

  private EventProcess process(int port, int number) throws IOException {
    String config = config(port) + "drain_time = \"20s\"\n";
    EventProcess process = EventProcess.start(directory, "process" + number, config);
    resources.add(process);
    return process;
  }

  /** A client that comes back at once to the same port finds its session in the new process. */
  @Test
  void twoProcesses() throws Exception {
    int port = FreePorts.find();
    EventProcess old = process(port, 1);
    List<SocketClient> found = new ArrayList<>();
    await().atMost(PATIENCE).ignoreExceptions().until(() -> found.add(connect(port)));
    SocketClient client = found.getFirst();
    String id = greetedId(client);
    client.subscribed("emote_set.update", SET);
    await() // the bus connects in the background
        .atMost(PATIENCE)
        .until(() -> {
          rename();
          return !client.frames.isEmpty();
        });
    EventProcess successor = process(port, 2);
    String last = "";
    int renamed = 0;
    for (String frame = client.frames.poll(30, TimeUnit.SECONDS);
        frame != null && !frame.contains("\"op\":7,");
        frame = client.frames.poll(30, TimeUnit.SECONDS)) {
      last = frame;
      renamed += frame.contains("\"op\":0,") ? 1 : 0;
    }
    assertThat(last).contains("\"op\":4,");
    assertThat(client.closed()).isEqualTo("1001 Server is restarting");
    assertThat(renamed).isPositive();
    rename();
    try (SocketClient next = connect(port)) {
      greetedId(next);
      next.send(SocketClient.resume(id, 0));
      // The last event is replayed, or it is still on its way and comes by itself.
      assertThat(next.text())
          .as(() -> old.log() + successor.log())
          .matches(".*\"success\":true,\"dispatches_replayed\":[01],.*_restored\":1.*");
      assertRenamed(next, names);
      rename();
      assertRenamed(next, names);
    }
    assertThat(old.exit()).isZero();
  }

  /** A client that is there meanwhile, and one that comes afterwards, get their events. */
  @Test
  void aSuccessorThatCannotReachTheBusLeavesTheOldProcessInPeace() throws Exception {
    int port = FreePorts.find();
    EventProcess old = process(port, 1);
    List<SocketClient> found = new ArrayList<>();
    await().atMost(PATIENCE).ignoreExceptions().until(() -> found.add(connect(port)));
    SocketClient client = found.getFirst();
    client.greeted().subscribed("emote_set.update", SET);
    await()
        .atMost(PATIENCE)
        .until(() -> {
          rename();
          return !client.frames.isEmpty();
        });
    String config = config(port).replace(nats.uri(), "nats://someone:hidden@127.0.0.1:1");
    EventProcess successor = EventProcess.start(directory, "lost", config);
    resources.add(successor);
    assertThat(successor.exit()).as(successor::log).isEqualTo(ServiceMain.EXIT_FAILED);
    assertThat(successor.log())
        .contains("cannot start: NATS cannot be reached within 15 s")
        .doesNotContain("hidden");
    assertThat(old.log()).doesNotContain("draining");
    try (SocketClient next = connect(port)) {
      next.greeted().subscribed("emote_set.update", SET);
      rename();
      assertRenamed(next, names);
    }
    // Nothing stands in the way of one that can.
    process(port, 2);
    assertThat(old.exit()).as(old::log).isZero();
    client.close();
  }
}
