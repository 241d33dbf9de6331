package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The room for handshakes is given back however one ends: at any byte, in any way. Were one place
 * lost in a thousand, a server would refuse everybody after some days.
 */
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL", "NIO"})
@Covers(value = Wire.H1_TLS, because = "a handshake ends before there is a version")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class HandshakeRoomTest {
  private static final int TIMEOUT_MS = 60_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROOM = 4_000;
  private static final int SILENT_CLIENTS = 40;
  private static final int NONSENSE_CLIENTS = 200;
  private static final int MAX_NONSENSE_BYTES = 600;

  /** Bytes of the first flight that are cut at each position; behind, at every seventh. */
  private static final int EACH_POSITION = 48;

  @Parameter TransportOptions.Choice transport;

  @TempDir private Path directory = Path.of("");
  private final List<Socket> kept = new ArrayList<>();
  private EventLoops loops;
  private HttpServer server;
  private SSLContext trusting;
  private int clients;

  @BeforeEach
  void start() throws Exception {
    trusting = TestCertificate.trustingClient();
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    server =
        HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "served")))
            .limits(
                HttpLimits.builder()
                    .maxConcurrentHandshakes(ROOM)
                    .handshakeTimeoutMs(2_000)
                    .build())
            .listen(
                HttpListener.tls(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : kept) {
      socket.close();
    }
    server.close();
    loops.close();
  }

  /** How a client leaves. */
  private enum End {
    CLOSE,
    HALF,
    RESET
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MS);
    clients++;
    return socket;
  }

  private void leave(Socket socket, End end) throws IOException {
    switch (end) {
      case CLOSE -> socket.close();
      case HALF -> {
        socket.shutdownOutput();
        kept.add(socket);
      }
      case RESET -> {
        socket.setSoLinger(true, 0);
        socket.close();
      }
    }
  }

  private SSLEngine engine() {
    SSLEngine engine = trusting.createSSLEngine("localhost", server.port());
    engine.setUseClientMode(true);
    return engine;
  }

  /** Bytes that the engine has to send. */
  private static byte[] wrap(SSLEngine engine) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(64 << 10);
    do {
      engine.wrap(ByteBuffer.allocate(0), out);
    } while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
    return Arrays.copyOf(out.array(), out.position());
  }

  /** The answer to the server's first flight. */
  private static byte[] secondFlight(SSLEngine engine, Socket socket) throws IOException {
    socket.getOutputStream().write(wrap(engine));
    ByteBuffer in = ByteBuffer.allocate(64 << 10);
    ByteBuffer plain = ByteBuffer.allocate(64 << 10);
    while (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
      int count = socket.getInputStream().read(in.array(), in.position(), in.remaining());
      assertThat(count).isPositive();
      in.position(in.position() + count).flip();
      int before;
      do {
        before = in.remaining();
        engine.unwrap(in, plain);
        for (Runnable task = engine.getDelegatedTask();
            task != null;
            task = engine.getDelegatedTask()) {
          task.run();
        }
      } while (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP && in.remaining() < before);
      in.compact();
    }
    return wrap(engine);
  }

  @Test
  void isGivenBackHoweverAHandshakeEnds() throws Exception {
    byte[] hello = wrap(engine());
    for (int cut = 0; cut <= hello.length; cut += cut < EACH_POSITION ? 1 : 7) {
      leaveAfter(Arrays.copyOf(hello, cut), End.values()[cut % 3]);
    }
    int secondBytes = 1;
    for (int cut = 0; cut <= secondBytes; cut++) {
      Socket socket = connect();
      byte[] second = secondFlight(engine(), socket);
      secondBytes = second.length;
      socket.getOutputStream().write(second, 0, Math.min(cut, secondBytes));
      leave(socket, End.values()[cut % 3]);
    }
    Random random = new Random(7);
    for (int i = 0; i < NONSENSE_CLIENTS; i++) {
      leaveAfter(nonsense(random, hello), End.values()[i % 3]);
    }
    for (int i = 0; i < SILENT_CLIENTS; i++) {
      Socket silent = connect();
      silent.getOutputStream().write(hello, 0, i % hello.length);
      kept.add(silent); // to the deadline
    }
    assertServed();
    await().atMost(PATIENCE).until(() -> server.handshakesUnderWay() == 0);
    for (Socket socket : kept) {
      socket.close();
    }
    await().atMost(PATIENCE).until(() -> server.openConnections() == 0);
    assertThat(server.acceptedConnections()).as("after %d clients", clients).isZero();
    assertServed();
  }

  private void leaveAfter(byte[] start, End end) throws IOException {
    Socket socket = connect();
    try {
      socket.getOutputStream().write(start);
      leave(socket, end);
    } catch (IOException refused) {
      socket.close(); // the server has seen enough
    }
  }

  /** Random bytes, most of them behind the start of something true. */
  private static byte[] nonsense(Random random, byte[] hello) {
    byte[] bytes = new byte[random.nextInt(MAX_NONSENSE_BYTES)];
    random.nextBytes(bytes);
    int truth = random.nextInt(hello.length);
    System.arraycopy(hello, 0, bytes, 0, Math.min(truth, bytes.length));
    if (random.nextInt(4) == 0) {
      byte[] http = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(http, 0, bytes, 0, Math.min(http.length, bytes.length));
    }
    return bytes;
  }

  private void assertServed() throws IOException {
    try (Socket socket =
        trusting.getSocketFactory().createSocket(connect(), "localhost", server.port(), true)) {
      socket
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .endsWith("served");
    }
  }
}
