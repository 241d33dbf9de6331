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
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import org.junit.jupiter.api.Test;

/**
 * The bad days of sockets in a table, with and without TLS: clients that read nothing, dribble,
 * reset, or flood.
 */
abstract class SocketTableCases {
  private static final int LOW_BYTES = 16 << 10;
  private static final int HIGH_BYTES = 32 << 10;
  private static final int MAX_MESSAGE_BYTES = 1 << 20;
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

  private final EventLoops loops =
      EventLoops.start(new TransportOptions(TransportOptions.Choice.IO_URING, 1, true));
  final EventLoop loop = loops.loops().getFirst();
  final SocketTable table = Objects.requireNonNull(loops.sockets().of(loop));
  final Set<WebSocket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  private final Map<Boolean, AtomicInteger> connections = new ConcurrentHashMap<>();
  private final AtomicInteger turnedWritable = new AtomicInteger();
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
            .get("/ws", exchange -> exchange.upgrade(options, new Echo()))
            .get("/cut", exchange -> exchange.upgrade(options, new Cut()))
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
      socket.flush();
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

  private void reset(Socket client) throws IOException {
    plain(client).setSoLinger(true, 0);
    plain(client).close();
  }

  @Test
  void socketsMoveAndTheirSlotsAreUsedAgain() throws Exception {
    for (int round = 0; round < 3; round++) {
      List<Socket> some = new ArrayList<>();
      for (int i = 0; i < SocketPage.SLOTS / 4; i++) {
        some.add(open());
      }
      int expected = some.size();
      await().untilAsserted(() -> assertThat(size()).isEqualTo(expected));
      for (Socket client : some) {
        client.getOutputStream().write(frame(0x81, ascii("hello")));
      }
      for (Socket client : some) {
        assertThat(receive(client)).isEqualTo("81:hello");
        client.close();
      }
      await().untilAsserted(() -> assertThat(size()).isZero());
    }
  }

  @Test
  void aTableGrowsByPages() throws Exception {
    List<Integer> slots =
        onLoop(() -> {
          List<Integer> reserved = new ArrayList<>();
          for (int i = 0; i < 2 * SocketPage.SLOTS + 1; i++) {
            reserved.add(table.reserve(new NoUser()));
          }
          reserved.forEach(table::abandon);
          return reserved;
        });
    assertThat(slots).doesNotHaveDuplicates().doesNotContain(SocketTable.NONE);
    assertThat(size()).isZero();
  }

  private static final class NoUser implements SocketUser {
    @Override
    public void received(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void writabilityChanged() {}

    @Override
    public void closed() {}

    @Override
    public int lowWatermarkBytes() {
      return LOW_BYTES;
    }

    @Override
    public int highWatermarkBytes() {
      return HIGH_BYTES;
    }
  }

  @Test
  void anAnswerStillOnItsWayArrivesBeforeTheHandshake() throws Exception {
    Socket client = connect();
    client.getOutputStream().write(ascii("GET / HTTP/1.1\r\nhost: a\r\n\r\n" + HANDSHAKE));
    client.getOutputStream().write(frame(0x81, ascii("hasty")));
    InputStream in = client.getInputStream();
    assertThat(readHead(in)).startsWith("HTTP/1.1 200");
    assertThat(new String(in.readNBytes(2), StandardCharsets.US_ASCII)).isEqualTo("ok");
    assertThat(readHead(in)).startsWith("HTTP/1.1 101");
    assertThat(receive(client)).isEqualTo("81:hasty");
  }

  @Test
  void aClientThatLeavesWithItsHandshakeStillGetsTheAnswer() throws Exception {
    Socket client = connect();
    client.getOutputStream().write(ascii(HANDSHAKE));
    client.getOutputStream().write(frame(0x88, new byte[] {3, (byte) 0xE8}));
    client.shutdownOutput();
    assertThat(readHead(client.getInputStream())).startsWith("HTTP/1.1 101");
    assertThat(receive(client)).startsWith("88:");
    assertThat(client.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void aFrameMayComeByteByByteAndAHugeOneInManyReads() throws Exception {
    Socket client = open();
    for (byte b : frame(0x81, ascii("slowly"))) {
      client.getOutputStream().write(b);
      client.getOutputStream().flush();
    }
    assertThat(receive(client)).isEqualTo("81:slowly");
    client.getOutputStream().write(frame(0x82, new byte[MAX_MESSAGE_BYTES]));
    assertThat(receive(client)).isEqualTo("81:" + MAX_MESSAGE_BYTES);
    client.getOutputStream().write(frame(0x81, new byte[400_000]));
    assertThat(receive(client)).hasSize(3 + 400_000);
  }

  @Test
  void aClientMayResetInAnyState() throws Exception {
    for (int i = 0; i < 20; i++) {
      Socket atOnce = connect();
      atOnce.getOutputStream().write(ascii(HANDSHAKE));
      reset(atOnce);
      reset(open());
      Socket inTheMidst = open();
      inTheMidst.getOutputStream().write(new byte[] {(byte) 0x81, (byte) 0xFE, 1});
      reset(inTheMidst);
      Socket asking = open();
      asking.getOutputStream().write(frame(0x81, new byte[300_000]));
      reset(asking);
      Socket closing = open();
      closing.getOutputStream().write(frame(0x88, new byte[0]));
      reset(closing);
    }
    Socket last = open();
    last.getOutputStream().write(frame(0x81, ascii("fine")));
    assertThat(receive(last)).isEqualTo("81:fine");
  }

  @Test
  void aClientThatReadsNothingIsFeltAndCanBeCutOff() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    int frames =
        onLoop(() -> {
          int written = 0;
          while (session.isWritable() || session.pendingBytes() < 16 << 20) {
            session.writeBinary(Unpooled.wrappedBuffer(new byte[60_000]));
            session.flush();
            written++;
          }
          return written;
        });
    assertThat(frames).isPositive();
    assertThat(session.isWritable()).isFalse();
    Socket other = open();
    other.getOutputStream().write(frame(0x81, ascii("unharmed")));
    assertThat(receive(other)).isEqualTo("81:unharmed");
    assertThat(turnedWritable.get()).isZero();
    session.abort();
    await().until(() -> closed.get() == 1);
    session.flush(); // of a session that has no socket any more
    assertThat(session.isWritable()).isTrue();
    assertThat(session.pendingBytes()).isZero();
    other.getOutputStream().write(frame(0x81, ascii("still there")));
    assertThat(receive(other)).isEqualTo("81:still there");
    assertThat(client.isClosed()).isFalse();
  }

  @Test
  void bytesComeWholeAndInOrderThroughAFullSocket() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    onLoop(() -> {
      for (int i = 0; i < 400; i++) {
        ByteBuf shared = ByteBufAllocator.DEFAULT.directBuffer(20_000);
        shared.writeByte(0x82).writeByte(126).writeShort(16_000).writeZero(15_996).writeInt(i);
        session.writeFrames(shared.retainedSlice(0, 5_000));
        session.writeFrames(shared.retainedSlice(5_000, shared.readableBytes() - 5_000));
        shared.release();
        session.flush();
      }
      return null;
    });
    DataInputStream in = new DataInputStream(client.getInputStream());
    for (int i = 0; i < 400; i++) {
      assertThat(in.readInt()).isEqualTo(0x827E0000 | 16_000);
      in.skipNBytes(15_996);
      assertThat(in.readInt()).isEqualTo(i);
    }
    await().until(() -> turnedWritable.get() == 1);
    assertThat(session.pendingBytes()).isZero();
  }

  @Test
  void whoPaysNoHeedToWritabilityIsCutOff() throws Exception {
    open();
    WebSocket session = onlySession();
    onLoop(() -> {
      ByteBuf large = Unpooled.directBuffer(8 << 20).writeZero(8 << 20);
      for (int i = 0; i <= SocketTable.MAX_PENDING_BYTES / (8 << 20); i++) {
        session.writeFrames(large.retainedDuplicate());
      }
      large.release();
      return null;
    });
    await().until(() -> closed.get() == 1);
  }

  @Test
  void aPausedClientWaitsAndIsReadLater() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    session.pauseReading();
    onLoop(() -> null);
    client.getOutputStream().write(frame(0x81, ascii("later")));
    client.setSoTimeout(200);
    assertThat(catchTimeout(client)).isTrue();
    session.resumeReading();
    client.setSoTimeout(20_000);
    assertThat(receive(client)).isEqualTo("81:later");
  }

  @Test
  void aClientThatLeavesWhilePausedIsMissedLater() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    session.pauseReading();
    onLoop(() -> null);
    client.getOutputStream().write(frame(0x81, ascii("last")));
    client.shutdownOutput();
    client.setSoTimeout(200);
    assertThat(catchTimeout(client)).isTrue();
    session.resumeReading();
    await().until(() -> closed.get() == 1);
  }

  @Test
  void aClientThatDoesNotTakeAnEarlierAnswerCanBeCutOff() throws Exception {
    Socket client = connect();
    client.getOutputStream().write(ascii("GET /large HTTP/1.1\r\nhost: a\r\n\r\n" + HANDSHAKE));
    WebSocket session = onlySession();
    onLoop(() -> null); // the move has begun
    session.abort();
    await().until(() -> closed.get() == 1);
  }

  @Test
  void aSessionMayEndBeforeItsSocketWaits() throws Exception {
    Socket client = connect();
    String handshake = HANDSHAKE.replace("/ws", "/cut");
    client.getOutputStream().write(ascii("GET /large HTTP/1.1\r\nhost: a\r\n\r\n" + handshake));
    await().until(() -> closed.get() == 1);
  }

  static boolean catchTimeout(Socket client) throws IOException {
    try {
      client.getInputStream().read();
      return false;
    } catch (SocketTimeoutException expected) {
      return true;
    }
  }

  @Test
  void aCloseFrameArrivesAlthoughTheClientKeepsSending() throws Exception {
    Socket client = open();
    onlySession().close(1001, "bye");
    onLoop(() -> null);
    byte[] some = frame(0x82, new byte[1000]);
    for (int i = 0; i < 100; i++) {
      client.getOutputStream().write(some);
    }
    assertThat(receive(client)).isEqualTo("88:\u0003\ufffdbye");
    await().until(() -> closed.get() == 1); // after the close timeout
  }

  @Test
  void aLoopThatEndsClosesItsSockets() throws Exception {
    Socket client = open();
    Socket busy = open();
    await().until(() -> open.size() == 2);
    WebSocket session = open.iterator().next();
    onLoop(() -> {
      for (int i = 0; i < 200; i++) {
        session.writeBinary(Unpooled.wrappedBuffer(new byte[60_000]));
        session.flush();
      }
      return null;
    });
    loops.close();
    await().until(() -> closed.get() == 2);
    for (Socket socket : List.of(client, busy)) {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream()); // to the end
    }
  }
}
