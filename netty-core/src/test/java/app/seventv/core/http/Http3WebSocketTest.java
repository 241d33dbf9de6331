package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Websockets over HTTP/3 streams (RFC 9220). */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H3},
    because = "streams of HTTP/3 that are used again; WebSocketTest has the rest")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3WebSocketTest {
  @TempDir static Path directory;
  @Parameter TransportOptions.Choice transport;

  private EventLoops loops;
  private HttpServer server;
  private InetSocketAddress address;
  private final BlockingQueue<String> closes = new LinkedBlockingQueue<>();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    WebSocketOptions options =
        WebSocketOptions.builder().subprotocols(List.of("chat")).maxMessageBytes(100_000).build();
    Router routes = Router.builder().webSocket("/ws", e -> e.upgrade(options, new Echo())).build();
    server =
        HttpServer.builder(loops, routes)
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
    address = server.addresses().getFirst();
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
      socket.writeText(utf8.retainedSlice());
      socket.flush();
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      closes.add(code + " " + reason);
    }
  }

  private static Http3Probe.Stream connect(Http3Probe probe, String... more) throws Exception {
    String[] fields = Arrays.copyOf(more, more.length + 2);
    fields[more.length] = ":protocol";
    fields[more.length + 1] = "websocket";
    // Pseudo-header fields come first.
    String[] ordered = new String[fields.length];
    System.arraycopy(fields, more.length, ordered, 0, 2);
    System.arraycopy(more, 0, ordered, 2, more.length);
    return probe.open().request("CONNECT", "/ws", ordered);
  }

  /** A client's frame with a mask of zeros. */
  private static byte[] frame(int first, String payload) {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    byte[] frame = new byte[6 + bytes.length];
    frame[0] = (byte) first;
    frame[1] = (byte) (0x80 | bytes.length);
    System.arraycopy(bytes, 0, frame, 6, bytes.length);
    return frame;
  }

  private static void awaitBytes(Http3Probe.Stream stream, String hex) {
    await()
        .untilAsserted(() -> assertThat(HexFormat.of().formatHex(stream.bytes())).isEqualTo(hex));
  }

  @Test
  void violationEndsTheStreamAfterACloseFrame() throws Exception {
    closes.clear();
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream stream = connect(probe, "sec-websocket-version", "13");
      stream.data(frame(0x83, "x"));
      stream.await();
      assertThat(HexFormat.of().formatHex(stream.bytes())).contains("03ea");
      assertThat(closes.poll(10, TimeUnit.SECONDS)).startsWith("1002");
      // The connection lives on.
      Http3Probe.Stream other = connect(probe, "sec-websocket-version", "13");
      other.data(frame(0x81, "y"));
      awaitBytes(other, "810179");
    }
    assertThat(closes.poll(10, TimeUnit.SECONDS)).startsWith("1006");
  }

  @ParameterizedTest
  @ValueSource(strings = {"connect-udp", "foo"})
  void anotherProtocolIsNotImplemented(String protocol) throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream other = probe.open().request("CONNECT", "/ws", ":protocol", protocol);
      assertThat(other.end().await().status()).isEqualTo("501"); // RFC 9220 §3
    }
  }

  @Test
  void aRequestThatIsNoConnectOpensNone() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream get = probe.open().request("GET", "/ws", "sec-websocket-version", "13");
      get.end().await();
      assertThat(get.status()).isEqualTo("400");
    }
  }
}
