package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.dispatch.BusSamples;
import java.net.http.HttpClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate is renewed while sessions live (event-api.md §20 row 29). */
class CertificateReloadTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";

  @TempDir Path directory = Path.of(".");

  @Test
  void newClientsSeeTheNewCertificateAndOldSessionsGoOn() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "")) {
      String uri = fixture.secureUri("wss", "");
      try (SocketClient old = SocketClient.connect(fixture.http, uri)) {
        old.greeted().subscribed("emote_set.update", SET);
        TestTls renewed = TestTls.in(directory);
        fixture.service.reload();
        // This one trusts nothing but the new certificate.
        try (HttpClient http = HttpClient.newBuilder().sslContext(renewed.client()).build();
            SocketClient young = SocketClient.connect(http, uri)) {
          young.greeted().subscribed("emote_set.update", SET);
          fixture.publish(
              BusSamples.message(BusSamples.setEvent("change_name", "{'old':'a','new':'b'}")));
          for (SocketClient client : new SocketClient[] {old, young}) {
            assertThat(client.frame().at("/d/type").stringValue()).isEqualTo("emote_set.update");
          }
        }
        // What the client sends is still decrypted, too.
        old.subscribed("emote.update", SET);
      }
    }
  }
}
