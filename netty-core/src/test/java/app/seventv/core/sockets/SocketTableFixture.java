package app.seventv.core.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Connection;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A server on one io_uring loop whose websockets go to the table of the loop, and clients of it.
 * Whatever a test does, nothing is left in the table at its end.
 */
abstract class SocketTableFixture {
  static final int LOW_BYTES = 16 << 10;
  static final int HIGH_BYTES = 32 << 10;
  static final int MAX_MESSAGE_BYTES = 1 << 20;

  /** A text that is written back, but not flushed. */
  static final String UNFLUSHED = "not yet";

  private static final String LARGE = "x".repeat(16 << 20);
  static final String HANDSHAKE =
      String.join(
          "\r\n",
          "GET /ws HTTP/1.1",
          "host: a",
          "upgrade: websocket",
          "connection: upgrade",
          "sec-websocket-version: 13",
          "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
          "",
          "");

  final EventLoops loops =
      EventLoops.start(new TransportOptions(TransportOptions.Choice.IO_URING, 1, true));
  final EventLoop loop = loops.loops().getFirst();
  final SocketTable table = Objects.requireNonNull(loops.sockets().of(loop));
  final Set<WebSocket> open = ConcurrentHashMap.newKeySet();
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  private final Map<Boolean, AtomicInteger> connections = new ConcurrentHashMap<>();
  final AtomicInteger turnedWritable = new AtomicInteger();
  private final List<Socket> clients = new ArrayList<>();
  private final Map<Socket, Socket> plain = new HashMap<>();
  private HttpServer server = serve();

  /** The listener under test. */
  abstract HttpListener listener(InetSocketAddress address) throws Exception;

  /** The client's side of a connection. */
  abstract Socket client(Socket connected) throws IOException;

  private HttpServer serve() {
    WebSocketOptions options =
        WebSocketOptions.builder()
            .maxFrameBytes(MAX_MESSAGE_BYTES)
            .maxMessageBytes(MAX_MESSAGE_BYTES)
            .closeTimeoutMs(500)
            .writeLowWatermarkBytes(LOW_BYTES)
            .writeHighWatermarkBytes(HIGH_BYTES)
            .build();
    Router router =
        Router.builder()
            .webSocket("/ws", exchange -> exchange.upgrade(options, new Echo()))
            .webSocket("/cut", exchange -> exchange.upgrade(options, new Cut()))
            .get("/", exchange -> exchange.respond(Response.text(200, "ok")))
            .get("/large", exchange -> exchange.respond(Response.text(200, LARGE)))
            .build();
    try {
      return HttpServer.builder(loops, router)
          .observer(new OpenConnections())
          .listen(listener(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
          .start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void startsEmpty() throws Exception {
    assertThat(size()).isZero();
  }

  @AfterEach
  void endsEmpty() throws Exception {
    for (Socket client : clients) {
      plain(client).close();
    }
    if (!loop.isTerminated()) {
      await().untilAsserted(() -> assertThat(size()).isZero());
      assertThat(onLoop(table::secured)).as("TLS connections that were not freed").isZero();
    }
    assertThat(closed.get()).isEqualTo(opened.get());
    if (!loop.isTerminated()) {
      await().untilAsserted(() -> assertThat(connections).allSatisfy(this::isZero));
    }
    server.close();
    loops.close();
  }

  private void isZero(boolean secure, AtomicInteger count) {
    assertThat(count.get()).as("open connections, secure: " + secure).isZero();
  }

  /** Counts connections as the services' figures do, with and without TLS. */
  private final class OpenConnections implements HttpObserver {
    @Override
    public void connectionOpened(Connection connection) {
      count(connection.secure()).incrementAndGet();
    }

    @Override
    public void connectionClosed(Protocol protocol, boolean secure, long ageNs) {
      count(secure).decrementAndGet();
    }

    private AtomicInteger count(boolean secure) {
      return connections.computeIfAbsent(secure, key -> new AtomicInteger());
    }
  }

  private class Echo implements WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, String subprotocol) {
      opened.incrementAndGet();
      open.add(socket);
    }

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {
      socket.writeText(utf8.retainedSlice());
      if (!utf8.toString(StandardCharsets.UTF_8).equals(UNFLUSHED)) {
        socket.flush();
      }
    }

    @Override
    public void onBinary(WebSocket socket, ByteBuf data) {
      socket.writeText(Unpooled.copiedBuffer("" + data.readableBytes(), StandardCharsets.UTF_8));
      socket.flush();
    }

    @Override
    public void onWritabilityChanged(WebSocket socket) {
      if (socket.isWritable()) {
        turnedWritable.incrementAndGet();
      }
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      closed.incrementAndGet();
      open.remove(socket);
    }
  }

  private final class Cut extends Echo {
    @Override
    public void onOpen(WebSocket socket, String subprotocol) {
      super.onOpen(socket, subprotocol);
      socket.abort();
    }
  }

  final <T> T onLoop(Callable<T> task) throws Exception {
    return loop.submit(task).get();
  }

  final int size() throws Exception {
    return onLoop(table::size);
  }

  final Socket connect() throws IOException {
    return register(new Socket(InetAddress.getLoopbackAddress(), port()));
  }

  final int port() {
    return server.port();
  }

  final Socket register(Socket connected) throws IOException {
    connected.setSoTimeout(20_000);
    connected.setTcpNoDelay(true);
    Socket client = client(connected);
    clients.add(client);
    plain.put(client, connected);
    return client;
  }

  /** What carries a client's TLS, or the client itself. */
  final Socket plain(Socket client) {
    return plain.getOrDefault(client, client);
  }

  final Socket open() throws IOException {
    Socket client = connect();
    client.getOutputStream().write(ascii(HANDSHAKE));
    readHead(client.getInputStream());
    return client;
  }

  static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) new DataInputStream(in).readUnsignedByte());
    }
    return head.toString();
  }

  final WebSocket onlySession() {
    await().until(() -> open.size() == 1);
    return open.iterator().next();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A client's frame, masked with zeros. */
  static byte[] frame(int first, byte[] payload) {
    ByteBuf frame = Unpooled.buffer();
    frame.writeByte(first);
    if (payload.length <= 125) {
      frame.writeByte(0x80 | payload.length);
    } else if (payload.length <= 0xFFFF) {
      frame.writeByte(0x80 | 126).writeShort(payload.length);
    } else {
      frame.writeByte(0x80 | 127).writeLong(payload.length);
    }
    frame.writeInt(0).writeBytes(payload);
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    return bytes;
  }

  static String receive(Socket client) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = (int) in.readLong();
    }
    return Integer.toHexString(first)
        + ':'
        + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  final void reset(Socket client) throws IOException {
    plain(client).setSoLinger(true, 0);
    plain(client).close();
  }

  static boolean catchTimeout(Socket client) throws IOException {
    try {
      client.getInputStream().read();
      return false;
    } catch (SocketTimeoutException expected) {
      return true;
    }
  }
}
