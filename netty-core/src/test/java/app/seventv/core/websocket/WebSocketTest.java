package app.seventv.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Router;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames on the wire, byte by byte. */
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL", "NIO"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class WebSocketTest {
  private static final byte[] MASK = {1, 2, 3, 4};

  @Parameter TransportOptions.Choice transport;

  private EventLoops loops;
  private HttpServer server;
  private final BlockingQueue<String> closes = new LinkedBlockingQueue<>();

  @BeforeParameterizedClassInvocation
  void start() throws IOException {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    WebSocketOptions options =
        WebSocketOptions.builder()
            .maxFrameBytes(1000)
            .maxMessageBytes(2000)
            .closeTimeoutMs(300)
            .build();
    Router router = Router.builder().get("/ws", e -> e.upgrade(options, new Echo())).build();
    server =
        HttpServer.builder(loops, router)
            .listen(HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .start();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
  }

  private final class Echo implements WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, String subprotocol) {}

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {
      String text = utf8.toString(StandardCharsets.UTF_8);
      if (text.startsWith("close ")) {
        socket.close(Integer.parseInt(text.substring(6)), "as asked");
      } else {
        socket.writeText(utf8.retainedSlice());
        socket.flush();
      }
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      closes.add(code + " " + reason);
    }
  }

  /** A client that writes exactly the bytes it is told to. */
  private final class Client implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final String head;

    Client(String extraHead) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
      socket.setSoTimeout(5_000);
      in = new DataInputStream(socket.getInputStream());
      out = socket.getOutputStream();
      out.write(
          ("GET /ws HTTP/1.1\r\nhost: a\r\nupgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\n"
                  + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  + extraHead
                  + "\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      StringBuilder read = new StringBuilder();
      while (read.indexOf("\r\n\r\n") < 0) {
        read.append((char) in.readUnsignedByte());
      }
      head = read.toString();
    }

    void send(int first, byte[] payload) throws IOException {
      out.write(masked(first, payload));
    }

    String receive() throws IOException {
      int first = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      }
      byte[] payload = in.readNBytes(length);
      return Integer.toHexString(first)
          + ":"
          + (first == 0x88
              ? HexFormat.of().formatHex(payload)
              : new String(payload, StandardCharsets.UTF_8));
    }

    void awaitEnd() throws IOException {
      assertThat(in.read()).isEqualTo(-1);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static byte[] masked(int first, byte[] payload) {
    boolean wide = payload.length > 125;
    byte[] frame = new byte[(wide ? 8 : 6) + payload.length];
    frame[0] = (byte) first;
    frame[1] = (byte) (0x80 | (wide ? 126 : payload.length));
    if (wide) {
      frame[2] = (byte) (payload.length >> 8);
      frame[3] = (byte) payload.length;
    }
    System.arraycopy(MASK, 0, frame, frame.length - payload.length - 4, 4);
    for (int i = 0; i < payload.length; i++) {
      frame[frame.length - payload.length + i] = (byte) (payload[i] ^ MASK[i & 3]);
    }
    return frame;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void handshakeGivesTheAcceptValueOfTheRfc() throws Exception {
    try (Client client = new Client("")) {
      assertThat(client.head)
          .startsWith("HTTP/1.1 101 ")
          .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
  }

  @Test
  void textIsEchoedWhole() throws Exception {
    try (Client client = new Client("")) {
      for (int length : new int[] {0, 1, 7, 125, 126, 700}) {
        String text = "é".repeat(length / 2) + "x".repeat(length % 2);
        client.send(0x81, utf8(text));
        assertThat(client.receive()).isEqualTo("81:" + text);
      }
    }
  }

  @Test
  void framesMaySplitAnywhere() throws Exception {
    try (Client client = new Client("")) {
      for (byte b : masked(0x81, utf8("dribbled €"))) {
        client.out.write(b);
        client.out.flush();
      }
      assertThat(client.receive()).isEqualTo("81:dribbled €");
    }
  }

  @Test
  void manyFramesInOneSegment() throws Exception {
    try (Client client = new Client("")) {
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
    try (Client client = new Client("")) {
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

  private void expectClose(int first, byte[] payload, String code) throws IOException {
    try (Client client = new Client("")) {
      client.send(first, payload);
      assertThat(client.receive()).startsWith("88:" + code);
      client.awaitEnd();
    }
  }

  @Test
  void messageLimitHoldsOverFragments() throws Exception {
    try (Client client = new Client("")) {
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
    try (Client client = new Client("")) {
      client.send(0x88, new byte[] {0x0F, (byte) 0xA0});
      assertThat(client.receive()).isEqualTo("88:0fa0");
      client.awaitEnd();
    }
    assertThat(closes.poll(10, TimeUnit.SECONDS)).startsWith("4000");
    try (Client client = new Client("")) {
      client.send(0x81, utf8("close 4001"));
      assertThat(client.receive())
          .isEqualTo("88:0fa1" + HexFormat.of().formatHex(utf8("as asked")));
      client.send(0x88, new byte[] {0x0F, (byte) 0xA1});
      client.awaitEnd();
    }
    assertThat(closes.poll(10, TimeUnit.SECONDS)).isEqualTo("4001 as asked");
  }

  @Test
  void silentClientIsCutOffAfterTheCloseTimeout() throws Exception {
    try (Client client = new Client("")) {
      client.send(0x81, utf8("close 4002"));
      assertThat(client.receive()).startsWith("88:0fa2");
      client.awaitEnd();
    }
  }

  @Test
  void vanishedClientIsReportedOnce() throws Exception {
    closes.clear();
    try (Client client = new Client("")) {
      client.send(0x01, utf8("half"));
    }
    assertThat(closes.poll(10, TimeUnit.SECONDS)).startsWith("1006");
    assertThat(closes).isEmpty();
  }

  @Test
  void badHandshakesAreRefused() throws Exception {
    assertThat(
            refusal("sec-websocket-version: 8\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
        .startsWith("HTTP/1.1 426");
    assertThat(refusal("sec-websocket-version: 13\r\n")).startsWith("HTTP/1.1 400");
  }

  private String refusal(String fields) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(5_000);
      socket
          .getOutputStream()
          .write(
              ("GET /ws HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                      + fields
                      + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }
  }
}
