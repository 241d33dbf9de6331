package app.seventv.core.websocket;

import static app.seventv.core.websocket.RawWebSocket.masked;
import static app.seventv.core.websocket.RawWebSocket.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Router;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames on the wire, byte by byte. */
@ParameterizedClass
@CsvSource({
  "IO_URING, false, true",
  "IO_URING, false, false",
  "IO_URING, true, true",
  "IO_URING, true, false",
  "EPOLL, false, true",
  "EPOLL, true, true",
  "NIO, false, true",
  "NIO, true, true"
})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class WebSocketTest {
  private static final int FLOOD_FRAMES = 2_000;
  private static final int FLOOD_FRAME_BYTES = 8 << 10;

  @TempDir static Path directory;

  @Parameter(0)
  TransportOptions.Choice transport;

  @Parameter(1)
  boolean tls;

  /** Whether sockets go on without a channel, where the transport can. */
  @Parameter(2)
  boolean tables;

  private EventLoops loops;
  private HttpServer server;
  private final BlockingQueue<String> closes = new LinkedBlockingQueue<>();
  private final AtomicLong mostPending = new AtomicLong();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true, tables));
    WebSocketOptions options =
        WebSocketOptions.builder()
            .maxFrameBytes(1000)
            .maxMessageBytes(2000)
            .closeTimeoutMs(4_000)
            .writeHighWatermarkBytes(48 << 10)
            .subprotocols(List.of("new", "old"))
            .allowedOrigins(Set.of("https://Good.example"))
            .build();
    Router router = Router.builder().get("/ws", e -> e.upgrade(options, new Echo())).build();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, router)
            .listen(
                tls
                    ? HttpListener.tls(any, TestCertificate.in(directory))
                    : HttpListener.plain(any))
            .start();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
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

  private Socket connect() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    Socket socket =
        tls
            ? TestCertificate.trustingClient()
                .getSocketFactory()
                .createSocket(loopback, server.port())
            : new Socket(loopback, server.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private RawWebSocket open(String extraHead, byte... hasty) throws Exception {
    return new RawWebSocket(connect(), extraHead, hasty);
  }

  /** Waits for the end of a session, among those of earlier tests that end late. */
  private void awaitClose(String start) {
    await().until(() -> closes.stream().anyMatch(close -> close.startsWith(start)));
  }

  @Test
  void handshakeGivesTheAcceptValueOfTheRfc() throws Exception {
    try (RawWebSocket client = open("")) {
      assertThat(client.head)
          .startsWith("HTTP/1.1 101 ")
          .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
  }

  @Test
  void textIsEchoedWhole() throws Exception {
    try (RawWebSocket client = open("")) {
      for (int length : new int[] {0, 1, 7, 125, 126, 700}) {
        String text = "é".repeat(length / 2) + "x".repeat(length % 2);
        client.send(0x81, utf8(text));
        assertThat(client.receive()).isEqualTo("81:" + text);
      }
    }
  }

  @Test
  void framesMaySplitAnywhere() throws Exception {
    try (RawWebSocket client = open("")) {
      for (byte b : masked(0x81, utf8("dribbled €"))) {
        client.out.write(b);
        client.out.flush();
      }
      assertThat(client.receive()).isEqualTo("81:dribbled €");
    }
  }

  @Test
  void manyFramesInOneSegment() throws Exception {
    try (RawWebSocket client = open("")) {
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

  @Test
  void fragmentsJoinAndControlFramesInterleave() throws Exception {
    try (RawWebSocket client = open("")) {
      byte[] euro = utf8("€");
      client.send(0x01, new byte[] {euro[0]});
      client.send(0x89, utf8("are you there"));
      assertThat(client.receive()).isEqualTo("8a:are you there");
      client.send(0x80, new byte[] {euro[1], euro[2]});
      assertThat(client.receive()).isEqualTo("81:€");
    }
  }

  @Test
  void violationsFailTheConnectionWithTheRightCode() throws Exception {
    expectClose(0xC1, utf8("x"), "03ea"); // reserved bit: 1002
    expectClose(0x83, utf8("x"), "03ea"); // unknown opcode
    expectClose(0x80, utf8("x"), "03ea"); // stray continuation
    expectClose(0x09, utf8("x"), "03ea"); // fragmented ping
    expectClose(0x81, new byte[] {(byte) 0xC3, 0x28}, "03ef"); // bad UTF-8: 1007
    expectClose(0x81, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, "03ef"); // surrogate
    expectClose(0x81, new byte[1001], "03f1"); // frame over the limit: 1009
    expectClose(0x88, new byte[] {3}, "03ea"); // close frame of one byte
    expectClose(0x88, new byte[] {3, (byte) 0xEE}, "03ea"); // 1006 must not be sent
  }

  private void expectClose(int first, byte[] payload, String code) throws Exception {
    try (RawWebSocket client = open("")) {
      client.send(first, payload);
      assertThat(client.receive()).startsWith("88:" + code);
      client.awaitEnd();
    }
  }

  @Test
  void messageLimitHoldsOverFragments() throws Exception {
    try (RawWebSocket client = open("")) {
      client.send(0x01, new byte[900]);
      client.send(0x00, new byte[900]);
      client.send(0x00, new byte[900]);
      assertThat(client.receive()).startsWith("88:03f1");
      client.awaitEnd();
    }
  }

  @Test
  void closeHandshakeBothWays() throws Exception {
    closes.clear();
    try (RawWebSocket client = open("")) {
      client.send(0x88, new byte[] {0x0F, (byte) 0xA0});
      assertThat(client.receive()).isEqualTo("88:0fa0");
      client.awaitEnd();
    }
    awaitClose("4000");
    try (RawWebSocket client = open("")) {
      client.send(0x81, utf8("close 4001"));
      assertThat(client.receive())
          .isEqualTo("88:0fa1" + HexFormat.of().formatHex(utf8("as asked")));
      client.send(0x88, new byte[] {0x0F, (byte) 0xA1});
      client.awaitEnd();
    }
    awaitClose("4001 as asked");
  }

  @Test
  void silentClientIsCutOffAfterTheCloseTimeout() throws Exception {
    try (RawWebSocket client = open("")) {
      client.send(0x81, utf8("close 4002"));
      assertThat(client.receive()).startsWith("88:0fa2");
      client.awaitEnd();
    }
  }

  @Test
  void vanishedClientIsReported() throws Exception {
    try (RawWebSocket client = open("")) {
      client.send(0x81, utf8("going"));
      assertThat(client.receive()).isEqualTo("81:going");
      client.send(0x01, utf8("half"));
    }
    awaitClose("1006  after going");
  }

  @Test
  void binaryPingsAndOtherThreads() throws Exception {
    try (RawWebSocket client = open("")) {
      client.send(0x82, utf8("bytes"));
      assertThat(client.receive()).isEqualTo("82:bytes");
      client.send(0x81, utf8("other thread"));
      assertThat(client.receive()).isEqualTo("82:b");
      assertThat(client.receive()).isEqualTo("89:");
      client.send(0x8A, new byte[0]);
      assertThat(client.receive()).isEqualTo("81:pong");
    }
  }

  @Test
  void framesBehindTheHandshakeAreNotLost() throws Exception {
    try (RawWebSocket client = open("", masked(0x81, utf8("hasty")))) {
      assertThat(client.receive()).isEqualTo("81:hasty");
    }
  }

  @Test
  void failedConnectionStillDeliversTheCloseFrame() throws Exception {
    closes.clear();
    try (RawWebSocket client = open("")) {
      byte[] refused = masked(0x82, new byte[1_001]);
      for (int i = 0; i < 2_000; i++) {
        client.out.write(refused);
      }
      assertThat(client.receive()).startsWith("88:03f1");
      client.awaitEnd();
    }
    awaitClose("1009");
  }

  @Test
  void slowReaderIsFelt() throws Exception {
    mostPending.set(0);
    try (RawWebSocket client = open("")) {
      client.send(0x81, utf8("flood"));
      for (int i = 0; i < FLOOD_FRAMES; i++) {
        assertThat(client.in.readUnsignedShort()).isEqualTo(0x827E);
        assertThat(client.in.readUnsignedShort()).isEqualTo(FLOOD_FRAME_BYTES);
        client.in.skipNBytes(FLOOD_FRAME_BYTES);
      }
    }
    assertThat(mostPending.get()).isBetween(48L << 10, 96L << 10);
  }

  @Test
  void vanishedWithoutCloseFrame() throws Exception {
    closes.clear();
    try (RawWebSocket client = open("")) {
      client.send(0x81, utf8("hello"));
      assertThat(client.receive()).isEqualTo("81:hello");
      client.socket.shutdownOutput();
      client.awaitEnd();
    }
    awaitClose("1006  after hello");
  }

  @Test
  void subprotocolIsTheFirstThatTheServerPrefers() throws Exception {
    try (RawWebSocket client =
        open("sec-websocket-protocol: x, old\r\nsec-websocket-protocol: new\r\n")) {
      assertThat(client.head).contains("sec-websocket-protocol: new\r\n");
    }
    try (RawWebSocket client = open("sec-websocket-protocol: x\r\n")) {
      assertThat(client.head).doesNotContain("sec-websocket-protocol");
    }
  }

  @Test
  void compressionIsOffUnlessChosen() throws Exception {
    try (RawWebSocket client = open("sec-websocket-extensions: permessage-deflate\r\n")) {
      assertThat(client.head).doesNotContain("sec-websocket-extensions");
    }
  }

  @Test
  void badHandshakesAreRefused() throws Exception {
    String version = "sec-websocket-version: 13\r\n";
    String key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    String upgrade = "upgrade: websocket\r\nconnection: upgrade\r\n";
    String good = "host: a\r\n" + upgrade + version + key;
    String get = "GET /ws HTTP/1.1\r\n";
    assertThat(refusal(get + "host: a\r\n" + upgrade + "sec-websocket-version: 8\r\n" + key))
        .startsWith("HTTP/1.1 426")
        .containsIgnoringCase("sec-websocket-version: 13\r\n")
        .contains("\r\nupgrade: websocket\r\n") // RFC 9110 §15.5.22
        .containsPattern("\r\nconnection: upgrade");
    assertThat(refusal(get + "host: a\r\n" + upgrade + key)).startsWith("HTTP/1.1 426");
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
      assertThat(refusal(bad)).as(bad).startsWith("HTTP/1.1 400");
    }
    assertThat(refusal("POST /ws HTTP/1.1\r\n" + good)).startsWith("HTTP/1.1 405");
    assertThat(refusal(get + good + "origin: https://evil.example\r\n")).startsWith("HTTP/1.1 403");
    assertThat(refusal(get + good + "origin: https://good.example\r\n")).startsWith("HTTP/1.1 101");
  }

  private String refusal(String head) throws Exception {
    try (Socket socket = connect()) {
      socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
      StringBuilder read = new StringBuilder();
      while (read.indexOf("\r\n\r\n") < 0) {
        read.append((char) new DataInputStream(socket.getInputStream()).readUnsignedByte());
      }
      return read.toString();
    }
  }
}
