package app.seventv.core.websocket;

import static org.awaitility.Awaitility.await;

import app.seventv.core.http.HttpFixture;
import app.seventv.core.http.Router;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

/** A server of websockets over every transport, and clients that write frames byte by byte. */
@ParameterizedClass
@CsvSource({"IO_URING, true", "IO_URING, false", "EPOLL, true", "NIO, true"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
abstract class WebSocketFixture {
  static final int FLOOD_FRAMES = 200;
  static final int FLOOD_FRAME_BYTES = 8 << 10;

  @TempDir static Path directory;

  @Parameter(0)
  TransportOptions.Choice transport;

  /** Whether sockets go on without a channel, where the transport can. */
  @Parameter(1)
  boolean tables;

  HttpFixture http;
  final BlockingQueue<String> closes = new LinkedBlockingQueue<>();
  final AtomicLong mostPending = new AtomicLong();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    WebSocketOptions options =
        WebSocketOptions.builder()
            .maxFrameBytes(1000)
            .maxMessageBytes(2000)
            .closeTimeoutMs(120_000)
            .writeHighWatermarkBytes(48 << 10)
            .subprotocols(List.of("new", "old"))
            .allowedOrigins(Set.of("https://Good.example"))
            .build();
    WebSocketOptions impatient = WebSocketOptions.builder().closeTimeoutMs(300).build();
    Router router =
        Router.builder()
            .webSocket("/ws", e -> e.upgrade(options, new Echo()))
            .webSocket("/impatient", e -> e.upgrade(impatient, new Echo()))
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

  final RawWebSocket open(Wire wire, String... headers) throws Exception {
    return open(wire, "/ws", new byte[0], headers);
  }

  final RawWebSocket open(Wire wire, String path, byte[] hasty, String... headers)
      throws Exception {
    String[] fields =
        Arrays.copyOf(new String[] {"sec-websocket-version", "13"}, 2 + headers.length);
    System.arraycopy(headers, 0, fields, 2, headers.length);
    return new RawWebSocket(http.tunnel(wire, path, hasty, fields));
  }

  /** Waits for the end of a session, among those of earlier tests that end late. */
  final void awaitClose(String start) {
    await().until(() -> closes.stream().anyMatch(close -> close.startsWith(start)));
  }
}
