package app.seventv.core.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.conformance.RawRequests.RawRequest;
import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.TestSockets;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * Requests that two servers could read differently, each followed by one that must not be seen (RFC
 * 9112 §11.2): all are refused and their connections closed. Odd but right ones are answered.
 */
@Tag("conformance")
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H1_PLAIN, Wire.H1_TLS},
    because = "the syntax is HTTP/1.1's")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class SmugglingTest {
  private static final int WAIT_MS = 5_000;
  private static final long SEED = 7;
  private static final int MAX_PIECE_BYTES = 40;
  private static final Set<Integer> REFUSALS = Set.of(400, 408, 413, 414, 417, 431, 501, 505);
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private List<RawRequest> refused;
  private List<RawRequest> accepted;
  private EventLoops loops;
  private HttpServer server;
  private int sent;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    refused = RawRequests.load("refused-requests.txt");
    accepted = RawRequests.load("accepted-requests.txt");
    assertThat(refused).hasSizeGreaterThan(300);
    assertThat(accepted).hasSizeGreaterThan(60);
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, this::answer)
            .listen(HttpListener.plain(any))
            .listen(HttpListener.tls(any, TestCertificate.in(directory)))
            .start();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
  }

  private void answer(Exchange exchange) {
    exchange.readBody(
        1 << 20,
        body -> {
          seen.add(exchange.request().path());
          body.release();
          exchange.respond(Response.text(200, "ok"));
        });
  }

  @Test
  void inOnePieceNothingIsSmuggled() throws Exception {
    List<String> wrong = notRefused(false, left -> left);
    System.out.println("figure: smuggling-accepted " + wrong.size());
    assertThat(wrong).isEmpty();
  }

  @Test
  void byteByByteNothingIsSmuggled() throws Exception {
    assertThat(notRefused(false, left -> 1)).isEmpty();
  }

  @Test
  void inRandomPiecesNothingIsSmuggled() throws Exception {
    Random random = new Random(SEED);
    assertThat(notRefused(false, left -> 1 + random.nextInt(MAX_PIECE_BYTES))).isEmpty();
  }

  @Test
  void overTlsNothingIsSmuggled() throws Exception {
    assertThat(notRefused(true, left -> left)).isEmpty();
  }

  @Test
  void oddButRightRequestsAreAnswered() throws Exception {
    accept(false, left -> left);
    accept(true, left -> left);
  }

  @Test
  void oddButRightRequestsAreAnsweredHoweverTheyAreCut() throws Exception {
    accept(false, left -> 1);
    Random random = new Random(SEED);
    accept(false, left -> 1 + random.nextInt(MAX_PIECE_BYTES));
  }

  private List<String> notRefused(boolean tls, IntUnaryOperator pieces) throws Exception {
    List<String> wrong = new ArrayList<>();
    for (RawRequest request : refused) {
      String hidden = "/hidden-" + sent++;
      Reply reply = send(tls, request.bytes(), hidden, pieces);
      boolean once = reply.statuses().size() == 1 && REFUSALS.contains(reply.statuses().getFirst());
      boolean reached = seen.contains(hidden) || seen.contains("/hidden");
      if (!once || reached || !reply.closed()) {
        wrong.add(request.name() + " " + reply + (reached ? " SMUGGLED" : ""));
      }
      seen.clear();
    }
    return wrong;
  }

  private void accept(boolean tls, IntUnaryOperator pieces) throws Exception {
    List<String> wrong = new ArrayList<>();
    for (RawRequest request : accepted) {
      String next = "/next-" + sent++;
      Reply reply = send(tls, request.bytes(), next, pieces);
      List<Integer> statuses = reply.statuses().stream().filter(s -> s != 100).toList();
      if (!statuses.equals(List.of(200, 200)) || seen.size() != 2 || !seen.contains(next)) {
        wrong.add(request.name() + " " + reply + " " + seen);
      }
      seen.clear();
    }
    assertThat(wrong).isEmpty();
  }

  /** Statuses of what came back, and whether the server closed the connection. */
  private record Reply(List<Integer> statuses, boolean closed) {}

  private Reply send(boolean tls, byte[] first, String nextPath, IntUnaryOperator pieces)
      throws Exception {
    try (Socket socket = TestSockets.connect(server.addresses().get(tls ? 1 : 0), tls)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(WAIT_MS);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.write(first);
      String next = "GET " + nextPath + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
      all.write(next.getBytes(StandardCharsets.US_ASCII));
      write(socket.getOutputStream(), all.toByteArray(), pieces);
      return read(socket.getInputStream());
    }
  }

  private static void write(OutputStream out, byte[] bytes, IntUnaryOperator pieces) {
    try {
      int at = 0;
      while (at < bytes.length) {
        int piece = Math.min(bytes.length - at, pieces.applyAsInt(bytes.length - at));
        out.write(bytes, at, piece);
        out.flush();
        at += piece;
      }
    } catch (IOException refusedEarly) {
      // What the server said before is still to be read.
    }
  }

  private static Reply read(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    boolean closed = false;
    try {
      in.transferTo(all);
      closed = true;
    } catch (SocketTimeoutException stillOpen) {
      closed = false;
    } catch (SocketException reset) {
      closed = true;
    }
    List<Integer> statuses = new ArrayList<>();
    Matcher lines = STATUS_LINE.matcher(all.toString(StandardCharsets.ISO_8859_1));
    while (lines.find()) {
      statuses.add(Integer.valueOf(lines.group(1)));
    }
    return new Reply(statuses, closed);
  }
}
