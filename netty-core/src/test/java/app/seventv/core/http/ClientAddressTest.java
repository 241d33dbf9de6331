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

  @Test
  void otherNotationsAreNoAddresses() {
    for (String text :
        List.of(
            "[2001:db8::1]",
            "fe80::1%eth0",
            "07.7.7.7",
            "7.7.7.00",
            "::ffff:7.7.7.07",
            "7.7.7",
            "1.2.3.4:80",
            "256.1.1.1",
            "1::2::3",
            ":",
            "12345::",
            "",
            " ",
            "0x7.7.7.7")) {
      assertThatThrownBy(() -> client(text))
          .as(text)
          .isInstanceOfSatisfying(
              HttpError.class,
              refused -> {
                assertThat(refused.status()).isEqualTo(400);
                assertThat(refused.clientMessage()).isEqualTo("invalid ip format in header");
              });
    }
    assertThat(client("0.7.70.255")).isEqualTo("0.7.70.255");
    assertThat(client("2001:DB8::01")).isEqualTo("2001:db8:0:0:0:0:0:1");
    assertThat(client("::")).isEqualTo("0:0:0:0:0:0:0:0");
    assertThat(client("::ffff:203.0.113.9")).isEqualTo("203.0.113.9");
  }
}
