package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Every mutation of the old API, made over HTTP: what it announces has the bytes of event-api.md
 * §15, and what viewers are told about (api-v3.md §12.1) reaches a websocket of the live-event
 * service through a real bus.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing the bus client can be interrupted
class V3LiveEventsTest {
  @TempDir static Path folder;
  private World world;
  private LiveSocket live;
  private Connection nats;
  private Subscription bus;
  private List<V3Changes.Change> changes = List.of();

  @BeforeAll
  void start() throws Exception {
    world = new World(folder);
    live = new LiveSocket(world.api.nats.uri());
    nats = Nats.connect(world.api.nats.uri());
    bus = nats.subscribe(BusBatch.SUBJECT);
    nats.flush(Duration.ofSeconds(5));
    changes = V3Changes.in(world);
  }

  @AfterAll
  void stop() throws Exception {
    nats.close();
    live.close();
    world.close();
  }

  @Test
  void everyMutationIsHere() throws Exception {
    Set<String> made = new TreeSet<>(changes.stream().map(V3Changes.Change::operation).toList());
    assertThat(made).isEqualTo(OperationsTableTest.servedMutations());
  }

  @TestFactory
  Stream<DynamicTest> mutationsAreAnnouncedAndTold() {
    return changes.stream()
        .map(change -> DynamicTest.dynamicTest(change.operation(), () -> check(change)));
  }

  private void check(V3Changes.Change change) throws Exception {
    forgetMessages();
    V3Changes.Told told = change.told();
    if (told != null) {
      live.subscribe(told.type(), told.object());
    }
    world.ok(world.admin, change.query(), change.variables().toArray());
    List<String> kinds = new ArrayList<>();
    if (!change.events().isEmpty()) {
      kinds.addAll(next());
    }
    assertThat(kinds).containsExactlyElementsOf(change.events());
    if (told != null) {
      JsonNode dispatch = live.dispatch(told.type(), told.text());
      assertThat(dispatch.at("/body/id").asString()).isEqualTo(told.object().toString());
      assertThat(dispatch.toString()).contains(DevUser.ADMIN.login());
    }
  }

  private void forgetMessages() throws Exception {
    world.forgetEvents();
    nats.flush(Duration.ofSeconds(5));
    while (bus.nextMessage(Duration.ofMillis(20)) != null) {
      // earlier announcements
    }
  }

  /** The next announcement that has events; its bytes are those that its content is written as. */
  private List<String> next() throws Exception {
    while (true) {
      Message message = Objects.requireNonNull(bus.nextMessage(Duration.ofSeconds(10)));
      BusBatch batch = BusEncoding.decode(message.getData()).batch();
      assertThat(BusEncoding.encode(batch)).isEqualTo(message.getData());
      List<String> kinds = World.kinds(batch);
      if (!kinds.isEmpty()) {
        return kinds;
      }
    }
  }
}
