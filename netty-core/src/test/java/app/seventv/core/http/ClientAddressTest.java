package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.config.CidrBlock;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom a request behind proxies comes from. */
class ClientAddressTest {
  private static final ClientAddress BEHIND_PROXY =
      new ClientAddress(
          List.of("x-forwarded-for"),
          List.of(CidrBlock.parse("127.0.0.0/8"), CidrBlock.parse("10.0.0.0/8")),
          List.of());

  private static String client(String... lines) {
    HttpHeaders headers = Response.newHeaders();
    for (String line : lines) {
      headers.add("x-forwarded-for", line);
    }
    InetSocketAddress peer = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    Connection connection = new Connection(Protocol.HTTP_1, peer, 80, false);
    return BEHIND_PROXY.of(new Request("GET", "/", headers, connection)).getHostAddress();
  }

  @Test
  void theRightmostUntrustedEntryIsTheClient() {
    assertThat(client("203.0.113.9, 198.51.100.7, 10.0.0.1")).isEqualTo("198.51.100.7");
  }

  @Test
  void aLineThatAProxyAppendedWinsOverTheClients() {
    assertThat(client("203.0.113.9", "198.51.100.7, 10.0.0.1")).isEqualTo("198.51.100.7");
    assertThat(client("203.0.113.9", "198.51.100.7", "10.0.0.1")).isEqualTo("198.51.100.7");
  }

  @Test
  void nonsenseInAnyLineIsRefused() {
    assertThatThrownBy(() -> client("198.51.100.7", "me")).isInstanceOf(HttpError.class);
  }
}
