package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What bare sockets get: event-api.md §2.1, row by row. */
class TransportRulesTest extends ServiceCases {
  private static final int TIMEOUT_MS = 30_000;
  private static final int HEAD_BYTES = 8_192;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  /** Length, type, flags and stream of an empty SETTINGS frame. */
  private static final String SETTINGS = "\0\0\0\u0004\0\0\0\0\0";

  private int securePort() {
    return fixture.service.addresses().getLast().getPort();
  }

  /** All that comes until the server ends the connection. */
  private static String answer(int port, String sent) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MS);
      socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void plainHttpOnTheTlsPortIsToldSo() throws IOException {
    String answer = answer(securePort(), "GET /v3 HTTP/1.1\r\nhost: x\r\n\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 400 Bad Request\r\n")
        .contains("<title>400 Sent plain HTTP request to an HTTPS port</title>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v3@emote_set.update%3Cobject_id%3D0%3E HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "nonsense",
        "\u0016\u0003\u0000\u0000\u0005hello"
      })
  void anythingElseOnTheTlsPortIsABadRequest(String sent) throws IOException {
    assertThat(answer(securePort(), sent))
        .startsWith("HTTP/1.1 400 Bad Request\r\n")
        .contains("<title>400 Bad Request</title>");
  }

  @Test
  void http2WithoutTlsOnTheTlsPortEndsWithoutAWord() throws IOException {
    assertThat(answer(securePort(), PREFACE + SETTINGS)).isEmpty();
  }

  /** The service of before had a limit for the head as a whole; nobody sees the difference. */
  @Test
  void aHeadThatIsTooLargeIsAnEmpty431() throws IOException {
    String field = "GET /v3 HTTP/1.1\r\nhost: x\r\nx: " + "y".repeat(HEAD_BYTES) + "\r\n\r\n";
    String line = "GET /v3?" + "y".repeat(HEAD_BYTES) + " HTTP/1.1\r\nhost: x\r\n\r\n";
    String fields = "GET /v3 HTTP/1.1\r\nhost: x\r\n" + "x: y\r\n".repeat(100) + "\r\n";
    for (String head : new String[] {field, line, fields}) {
      assertThat(answer(fixture.port(), head))
          .startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n")
          .containsIgnoringCase("\r\ncontent-length: 0\r\n")
          .endsWith("\r\n\r\n");
    }
  }

  @Test
  void http2NeedsNoAlpn() throws Exception {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), fixture.port())) {
      plain.setSoTimeout(TIMEOUT_MS);
      assertSpeaksHttp2(plain);
    }
  }

  private static void assertSpeaksHttp2(Socket socket) throws IOException {
    socket.getOutputStream().write((PREFACE + SETTINGS).getBytes(StandardCharsets.ISO_8859_1));
    assertThat(socket.getInputStream().readNBytes(4)[3]).as("SETTINGS").isEqualTo((byte) 4);
  }
}
