package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClientKindsTest {
  private final AtomicLong nowNs = new AtomicLong();
  private final ClientKinds kinds = new ClientKinds(List.of(), nowNs::get);

  private void assertKind(ClientKind kind, String app, String version) {
    assertThat(kind.app()).isEqualTo(app);
    assertThat(kind.version()).isEqualTo(version);
  }

  @Test
  void namesComeFromTheQueryThenFromTheUserAgent() {
    assertKind(kinds.of("Websocket", "7tv-extension", "3.1", "okhttp/4"), "7tv-extension", "3.1");
    assertKind(kinds.of("Websocket", "", null, "Chatterino/2.5 (abc)"), "Chatterino", "2.5");
    assertKind(kinds.of("Websocket", null, null, "okhttp/4.12 x"), "okhttp", "4.12 x");
    assertKind(kinds.of("Websocket", null, "1", "okhttp/4"), "unknown", "1");
    assertKind(kinds.of("Websocket", null, null, "Mozilla/5.0"), "unknown", "unknown");
    assertKind(kinds.of("Websocket", null, null, null), "unknown", "unknown");
  }

  @Test
  void madeUpNamesDoNotFillTheFigures() {
    for (int i = 0; i < 10 * ClientKinds.MAX_KINDS; i++) {
      kinds.of("Websocket", "app" + i, "1", null);
    }
    assertThat(kinds.all()).hasSizeLessThanOrEqualTo(ClientKinds.MAX_KINDS + 2);
    assertKind(kinds.of("Websocket", "one more", "1", null), "other", "other");
    assertThat(kinds.of("Websocket", "app1", "1", null).app()).isEqualTo("app1");
  }

  @Test
  void madeUpVersionsDoNotHideWhichApplicationConnects() {
    ClientKinds known = new ClientKinds(List.of("7tv-extension", "Chatterino"));
    for (int i = 0; i < 10 * ClientKinds.MAX_KINDS; i++) {
      known.of("Websocket", "7tv-extension", "q" + i, null);
    }
    assertThat(known.all()).hasSizeLessThanOrEqualTo(ClientKinds.MAX_KINDS + 6);
    assertKind(known.of("Websocket", "7tv-extension", "3.1", null), "7tv-extension", "other");
    assertKind(known.of("EventStream", null, null, "Chatterino/2.5"), "Chatterino", "other");
    assertKind(known.of("Websocket", "made up", "1", null), "other", "other");
    assertThat(known.all()).hasSizeLessThanOrEqualTo(ClientKinds.MAX_KINDS + 6);
  }

  @Test
  void kindsWithoutSessionsMakeRoomAfterAWhile() {
    ClientKind busy = kinds.of("Websocket", "a", "1", null);
    busy.open.increment();
    for (int i = 0; i < ClientKinds.MAX_KINDS; i++) {
      kinds.of("Websocket", "app" + i, "1", null);
    }
    nowNs.addAndGet(ClientKinds.IDLE.toNanos());
    kinds.expire();
    assertThat(kinds.all()).as("seen so long ago").hasSizeGreaterThanOrEqualTo(512);
    ClientKind back = kinds.of("Websocket", "app7", "1", null);
    nowNs.incrementAndGet();
    kinds.expire();
    assertThat(kinds.all()).containsExactlyInAnyOrder(busy, back);
    assertKind(kinds.of("Websocket", "one more", "1", null), "one more", "1");

    busy.open.decrement();
    nowNs.addAndGet(ClientKinds.IDLE.toNanos());
    kinds.expire();
    assertThat(kinds.all()).as("busy until now").contains(busy);
    nowNs.incrementAndGet();
    kinds.expire();
    assertThat(kinds.all()).isEmpty();
  }

  @Test
  void endedSessionsAreCountedByReasonAndLife() {
    ClientKind kind = kinds.of("Websocket", "a", "1", null);
    kind.ended("RESTART", 1_000);
    kind.ended("RESTART", 1_001);
    kind.ended("CLIENT_CLOSED_AWAY", 5_000_000);
    assertThat(kind.closes())
        .hasSize(2)
        .hasEntrySatisfying("RESTART", count -> assertThat(count.sum()).isEqualTo(2))
        .hasEntrySatisfying("CLIENT_CLOSED_AWAY", count -> assertThat(count.sum()).isEqualTo(1));
    assertThat(kind.lifetimes()).containsExactly(1, 1, 0, 0, 0, 0, 0, 0, 1);
    assertThat(kind.lifetimeSeconds()).isEqualTo(5_002.001);
  }

  @Test
  void commandsThatClientsMayNotSendCountUnderTheirNames() {
    kinds.of("Websocket", "a", "1", null).received(new Command.Forbidden(Opcode.HEARTBEAT));
    kinds.of("Websocket", "a", "1", null).received(new Command.Forbidden(Opcode.SIGNAL));
    assertThat(kinds.commands().keySet())
        .containsExactlyInAnyOrder(
            new ClientKinds.CommandLabels("Client", "heartbeat", "a", "1"),
            new ClientKinds.CommandLabels("Client", "signal", "a", "1"));
  }

  @Test
  void applicationsThatNobodyKnowsCountAsOther() {
    ClientKinds known = new ClientKinds(List.of("7tv-extension"));
    assertKind(known.of("Websocket", "7tv-extension", "3.1", null), "7tv-extension", "3.1");
    assertKind(known.of("Websocket", "made up", "3.1", null), "other", "other");
    assertKind(known.of("Websocket", null, null, null), "unknown", "unknown");
  }

  @Test
  void commandsAreSummedOverTheTransports() {
    kinds.of("Websocket", "a", "1", null).sent(Opcode.ACK);
    kinds.of("EventStream", "a", "1", null).sent(Opcode.ACK);
    kinds.of("Websocket", "a", "1", null).received(Command.Plain.BRIDGE);
    assertThat(kinds.commands())
        .isEqualTo(
            Map.of(
                new ClientKinds.CommandLabels("Server", "ack", "a", "1"), 2L,
                new ClientKinds.CommandLabels("Client", "bridge", "a", "1"), 1L));
  }
}
