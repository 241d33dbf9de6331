package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientKindsTest {
  private final ClientKinds kinds = new ClientKinds();

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
}
