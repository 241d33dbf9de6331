package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientKindsTest {
  private final ClientKinds kinds = new ClientKinds(List.of());

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
