package app.seventv.core.websocket;

import static app.seventv.core.websocket.RawWebSocket.masked;
import static app.seventv.core.websocket.RawWebSocket.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.HttpFixture;
import app.seventv.core.http.OverWires;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Router;
import app.seventv.core.http.Tunnel;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames on the wire, byte by byte. */
@ParameterizedClass
@CsvSource({"IO_URING, true", "IO_URING, false", "EPOLL, true", "NIO, true"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class WebSocketTest {
  private static final int FLOOD_FRAMES = 200;
  private static final int FLOOD_FRAME_BYTES = 8 << 10;

  @TempDir static Path directory;

  @Parameter(0)
  TransportOptions.Choice transport;

  /** Whether sockets go on without a channel, where the transport can. */
  @Parameter(1)
  boolean tables;

  private HttpFixture http;
  private final BlockingQueue<String> closes = new LinkedBlockingQueue<>();
  private final AtomicLong mostPending = new AtomicLong();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    WebSocketOptions options =
        WebSocketOptions.builder()
            .maxFrameBytes(1000)
            .maxMessageBytes(2000)
            .closeTimeoutMs(4_000)
            .writeHighWatermarkBytes(48 << 10)
            .subprotocols(List.of("new", "old"))
            .allowedOrigins(Set.of("https://Good.example"))
            .build();
    WebSocketOptions impatient = WebSocketOptions.builder().closeTimeoutMs(300).build();
    Router router =
        Router.builder()
            .get("/ws", e -> e.upgrade(options, new Echo()))
            .get("/impatient", e -> e.upgrade(impatient, new Echo()))
            .build();
    http =
        HttpFixture.start(
            new TransportOptions(transport, 1, true, tables),
            directory,
            threads -> router,
            builder -> builder);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    http.close();
  }

  private final class Echo implements WebSocketListener {
    private int flooded = FLOOD_FRAMES;
    private String lastText = "";

    @Override
    public void onOpen(WebSocket socket, String subprotocol) {}

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {
      String text = utf8.toString(StandardCharsets.UTF_8);
      lastText = text;
      if (text.startsWith("close ")) {
        socket.close(Integer.parseInt(text.substring(6)), "as asked");
      } else if (text.equals("flood")) {
        flooded = 0;
        flood(socket);
      } else if (text.equals("other thread")) {
        Thread.ofVirtual()
            .start(() -> {
              socket.writeBinary(Unpooled.wrappedBuffer(new byte[] {'b'}));
              socket.writePing();
              socket.flush();
            });
      } else {
        socket.writeText(utf8.retainedSlice());
        socket.flush();
      }
    }

    /** As much as there is room for, until {@link #FLOOD_FRAMES} are out. */
    private void flood(WebSocket socket) {
      while (flooded < FLOOD_FRAMES && socket.isWritable()) {
        flooded++;
        socket.writeBinary(Unpooled.wrappedBuffer(new byte[FLOOD_FRAME_BYTES]));
        mostPending.accumulateAndGet(socket.pendingBytes(), Math::max);
      }
      socket.flush();
    }

    @Override
    public void onWritabilityChanged(WebSocket socket) {
      flood(socket);
    }

    @Override
    public void onBinary(WebSocket socket, ByteBuf data) {
      socket.writeBinary(data.retainedSlice());
      socket.flush();
    }

    @Override
    public void onPong(WebSocket socket) {
      socket.writeText(Unpooled.copiedBuffer("pong", StandardCharsets.UTF_8));
      socket.flush();
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      closes.add(code + " " + reason + " after " + lastText);
    }
  }

  private RawWebSocket open(Wire wire, String... headers) throws Exception {
    return open(wire, "/ws", new byte[0], headers);
  }

  private RawWebSocket open(Wire wire, String path, byte[] hasty, String... headers)
      throws Exception {
    String[] fields =
        Arrays.copyOf(new String[] {"sec-websocket-version", "13"}, 2 + headers.length);
    System.arraycopy(headers, 0, fields, 2, headers.length);
    return new RawWebSocket(http.tunnel(wire, path, hasty, fields));
  }

  /** Waits for the end of a session, among those of earlier tests that end late. */
  private void awaitClose(String start) {
    await().until(() -> closes.stream().anyMatch(close -> close.startsWith(start)));
  }

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
  void textIsEchoedWhole(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      for (int length : new int[] {0, 1, 7, 125, 126, 700}) {
        String text = "é".repeat(length / 2) + "x".repeat(length % 2);
        client.send(0x81, utf8(text));
        assertThat(client.receive()).isEqualTo("81:" + text);
      }
    }
  }

  @OverWires
  void framesMaySplitAnywhere(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      for (byte b : masked(0x81, utf8("dribbled €"))) {
        client.out.write(b);
        client.out.flush();
      }
      assertThat(client.receive()).isEqualTo("81:dribbled €");
    }
  }

  @OverWires
  void manyFramesInOneSegment(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      byte[] one = masked(0x81, utf8("a"));
      byte[] all = new byte[one.length * 500];
      for (int i = 0; i < 500; i++) {
        System.arraycopy(one, 0, all, i * one.length, one.length);
      }
      client.out.write(all);
      for (int i = 0; i < 500; i++) {
        assertThat(client.receive()).isEqualTo("81:a");
      }
    }
  }

  @OverWires
  void fragmentsJoinAndControlFramesInterleave(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      byte[] euro = utf8("€");
      client.send(0x01, new byte[] {euro[0]});
      client.send(0x89, utf8("are you there"));
      assertThat(client.receive()).isEqualTo("8a:are you there");
      client.send(0x80, new byte[] {euro[1], euro[2]});
      assertThat(client.receive()).isEqualTo("81:€");
    }
  }

  @OverWires
  void violationsFailTheConnectionWithTheRightCode(Wire wire) throws Exception {
    expectClose(wire, 0xC1, utf8("x"), "03ea"); // reserved bit: 1002
    expectClose(wire, 0x83, utf8("x"), "03ea"); // unknown opcode
    expectClose(wire, 0x80, utf8("x"), "03ea"); // stray continuation
    expectClose(wire, 0x09, utf8("x"), "03ea"); // fragmented ping
    expectClose(wire, 0x81, new byte[] {(byte) 0xC3, 0x28}, "03ef"); // bad UTF-8: 1007
    expectClose(
        wire, 0x81, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, "03ef"); // surrogate
    expectClose(wire, 0x81, new byte[1001], "03f1"); // frame over the limit: 1009
    expectClose(wire, 0x88, new byte[] {3}, "03ea"); // close frame of one byte
    expectClose(wire, 0x88, new byte[] {3, (byte) 0xEE}, "03ea"); // 1006 must not be sent
  }

  private void expectClose(Wire wire, int first, byte[] payload, String code) throws Exception {
    try (RawWebSocket client = open(wire)) {
      client.send(first, payload);
      assertThat(client.receive()).startsWith("88:" + code);
      client.awaitEnd();
    }
  }

  @OverWires
  void messageLimitHoldsOverFragments(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      client.send(0x01, new byte[900]);
      client.send(0x00, new byte[900]);
      client.send(0x00, new byte[900]);
      assertThat(client.receive()).startsWith("88:03f1");
      client.awaitEnd();
    }
  }

  @OverWires
  void closeHandshakeBothWays(Wire wire) throws Exception {
    closes.clear();
    try (RawWebSocket client = open(wire)) {
      client.send(0x88, new byte[] {0x0F, (byte) 0xA0});
      assertThat(client.receive()).isEqualTo("88:0fa0");
      client.awaitEnd();
    }
    awaitClose("4000");
    try (RawWebSocket client = open(wire)) {
      client.send(0x81, utf8("close 4001"));
      assertThat(client.receive())
          .isEqualTo("88:0fa1" + HexFormat.of().formatHex(utf8("as asked")));
      client.send(0x88, new byte[] {0x0F, (byte) 0xA1});
      client.awaitEnd();
    }
    awaitClose("4001 as asked");
  }

  @OverWires
  void silentClientIsCutOffAfterTheCloseTimeout(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire, "/impatient", new byte[0])) {
      client.send(0x81, utf8("close 4002"));
      assertThat(client.receive()).startsWith("88:0fa2");
      client.awaitEnd();
    }
  }

  @OverWires
  void vanishedClientIsReported(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      client.send(0x81, utf8("going"));
      assertThat(client.receive()).isEqualTo("81:going");
      client.send(0x01, utf8("half"));
    }
    awaitClose("1006  after going");
  }

  @OverWires
  void binaryPingsAndOtherThreads(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      client.send(0x82, utf8("bytes"));
      assertThat(client.receive()).isEqualTo("82:bytes");
      client.send(0x81, utf8("other thread"));
      assertThat(client.receive()).isEqualTo("82:b");
      assertThat(client.receive()).isEqualTo("89:");
      client.send(0x8A, new byte[0]);
      assertThat(client.receive()).isEqualTo("81:pong");
    }
  }

  @OverWires
  void framesBehindTheHandshakeAreNotLost(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire, "/ws", masked(0x81, utf8("hasty")))) {
      assertThat(client.receive()).isEqualTo("81:hasty");
    }
  }

  @OverWires
  void failedConnectionStillDeliversTheCloseFrame(Wire wire) throws Exception {
    closes.clear();
    try (RawWebSocket client = open(wire)) {
      byte[] refused = masked(0x82, new byte[1_001]);
      for (int i = 0; i < 2_000; i++) {
        client.out.write(refused);
      }
      assertThat(client.receive()).startsWith("88:03f1");
      client.awaitEnd();
    }
    awaitClose("1009");
  }

  @OverWires
  void slowReaderIsFelt(Wire wire) throws Exception {
    mostPending.set(0);
    try (RawWebSocket client = open(wire)) {
      client.send(0x81, utf8("flood"));
      for (int i = 0; i < FLOOD_FRAMES; i++) {
        assertThat(client.in.readUnsignedShort()).isEqualTo(0x827E);
        assertThat(client.in.readUnsignedShort()).isEqualTo(FLOOD_FRAME_BYTES);
        client.in.skipNBytes(FLOOD_FRAME_BYTES);
      }
    }
    assertThat(mostPending.get()).isBetween(48L << 10, 96L << 10);
  }

  @OverWires
  void vanishedWithoutCloseFrame(Wire wire) throws Exception {
    closes.clear();
    try (RawWebSocket client = open(wire)) {
      client.send(0x81, utf8("hello"));
      assertThat(client.receive()).isEqualTo("81:hello");
      client.tunnel.end();
      client.awaitEnd();
    }
    awaitClose("1006  after hello");
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
        .startsWith("HTTP/1.1 101");
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
