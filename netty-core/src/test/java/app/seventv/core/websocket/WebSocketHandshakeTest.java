package app.seventv.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.OverWires;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Tunnel;
import app.seventv.core.http.Wire;
import java.io.DataInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Handshakes that are accepted, agreed upon or refused. */
class WebSocketHandshakeTest extends WebSocketFixture {
  /** RFC 6455 §4.2.2; RFC 8441 §5 and RFC 9220 §3 take the key away. */
  @OverWires
  void handshakeGivesTheAcceptValueOfTheRfc(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      Map<String, String> head = client.tunnel.headers();
      if (wire.protocol() == Protocol.HTTP_1) {
        assertThat(client.tunnel.status()).isEqualTo(101);
        assertThat(head).containsEntry("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      } else {
        assertThat(client.tunnel.status()).isEqualTo(200);
        assertThat(head).doesNotContainKeys("sec-websocket-accept", "upgrade", "connection");
      }
    }
  }

  @OverWires
  void subprotocolIsTheFirstThatTheServerPrefers(Wire wire) throws Exception {
    String name = "sec-websocket-protocol";
    try (RawWebSocket client = open(wire, name, "x, old", name, "new")) {
      assertThat(client.tunnel.headers()).containsEntry(name, "new");
    }
    try (RawWebSocket client = open(wire, name, "x")) {
      assertThat(client.tunnel.headers()).doesNotContainKey(name);
    }
  }

  @OverWires
  void compressionIsOffUnlessChosen(Wire wire) throws Exception {
    String name = "sec-websocket-extensions";
    try (RawWebSocket client = open(wire, name, "permessage-deflate")) {
      assertThat(client.tunnel.headers()).doesNotContainKey(name);
    }
  }

  @OverWires
  void handshakesThatTheServerDoesNotWantAreRefused(Wire wire) throws Exception {
    try (Tunnel old = http.tunnel(wire, "/ws", new byte[0], "sec-websocket-version", "8")) {
      assertThat(old.status()).isEqualTo(426);
      assertThat(old.headers()).containsEntry("sec-websocket-version", "13");
    }
    try (Tunnel unversioned = http.tunnel(wire, "/ws", new byte[0])) {
      assertThat(unversioned.status()).isEqualTo(426);
    }
    try (RawWebSocket odd = open(wire, "sec-websocket-extensions", ";")) {
      assertThat(odd.tunnel.status()).isEqualTo(400);
    }
    try (RawWebSocket foreign = open(wire, "origin", "https://evil.example")) {
      assertThat(foreign.tunnel.status()).isEqualTo(403);
    }
    try (RawWebSocket own = open(wire, "origin", "https://good.example")) {
      assertThat(own.tunnel.status()).isEqualTo(wire.protocol() == Protocol.HTTP_1 ? 101 : 200);
    }
    assertThat(http.get(wire, "/ws").status()).as("no websocket").isEqualTo(400);
  }

  @OverWires(
      value = {Wire.H1_PLAIN, Wire.H1_TLS},
      because = "the syntax is HTTP/1.1's; Http3WebSocketTest has its own")
  void badHandshakesAreRefused(Wire wire) throws Exception {
    String version = "sec-websocket-version: 13\r\n";
    String key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    String upgrade = "upgrade: websocket\r\nconnection: upgrade\r\n";
    String good = "host: a\r\n" + upgrade + version + key;
    String get = "GET /ws HTTP/1.1\r\n";
    assertThat(refusal(wire, get + "host: a\r\n" + upgrade + "sec-websocket-version: 8\r\n" + key))
        .startsWith("HTTP/1.1 426")
        .containsIgnoringCase("sec-websocket-version: 13\r\n")
        .contains("\r\nupgrade: websocket\r\n") // RFC 9110 §15.5.22
        .containsPattern("\r\nconnection: upgrade");
    assertThat(refusal(wire, get + "host: a\r\n" + upgrade + key)).startsWith("HTTP/1.1 426");
    for (String bad :
        new String[] {
          get + "host: a\r\n" + upgrade + version,
          get + "host: a\r\n" + upgrade + version + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ\r\n",
          get
              + "host: a\r\n"
              + upgrade
              + version
              + "sec-websocket-key: !!!!IHNhbXBsZSBub25jZQ==\r\n",
          get + good + key,
          get + "host: a\r\nconnection: upgrade\r\n" + version + key,
          get + "host: a\r\nupgrade: websocket\r\n" + version + key,
          get + "host: a\r\nupgrade: h2c\r\nconnection: upgrade\r\n" + version + key,
          get + upgrade + version + key,
          get + good + "content-length: 3\r\n",
          get + good + "transfer-encoding: chunked\r\n",
          get + good + "sec-websocket-extensions: ;\r\n",
          "GET /ws HTTP/1.0\r\n" + good
        }) {
      assertThat(refusal(wire, bad)).as(bad).startsWith("HTTP/1.1 400");
    }
    assertThat(refusal(wire, "POST /ws HTTP/1.1\r\n" + good)).startsWith("HTTP/1.1 405");
    assertThat(refusal(wire, get + good + "origin: https://evil.example\r\n"))
        .startsWith("HTTP/1.1 403");
    assertThat(refusal(wire, get + good + "origin: https://good.example\r\n"))
        .startsWith("HTTP/1.1 101")
        .containsPattern("\r\ndate: \\w{3}, \\d\\d \\w{3} \\d{4} [\\d:]{8} GMT\r\n");
  }

  private String refusal(Wire wire, String head) throws Exception {
    try (Socket socket = http.connect(wire)) {
      socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
      StringBuilder read = new StringBuilder();
      while (read.indexOf("\r\n\r\n") < 0) {
        read.append((char) new DataInputStream(socket.getInputStream()).readUnsignedByte());
      }
      return read.toString();
    }
  }
}
