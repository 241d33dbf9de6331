package app.seventv.core.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.Http3Client;
import app.seventv.core.http.HttpLimits;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.QuicTokenKeys;
import app.seventv.core.http.Response;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Datagrams that want the server to work, or to answer, for somebody else. */
@Tag("attacks")
@EveryTransport
@Covers(
    value = {Wire.H3},
    because = "datagrams")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class QuicDatagramAttackTest {
  @Parameter TransportOptions.Choice transport;

  /** RFC 9000 §8.1. */
  private static final int AMPLIFICATION_LIMIT = 3;

  private static final int QUIET_MS = 1_500;
  private static final int NOISE_DATAGRAMS = 8_000;

  @TempDir private Path directory = Path.of(".");
  private EventLoops loops;
  private EventLoops clientLoops;
  private final List<HttpServer> servers = new ArrayList<>();

  @BeforeEach
  void start() {
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
    clientLoops = EventLoops.start(TransportOptions.loops(1));
  }

  @AfterEach
  void stop() {
    servers.forEach(HttpServer::close);
    loops.close();
    clientLoops.close();
  }

  private InetSocketAddress server(HttpLimits limits) throws Exception {
    HttpServer server =
        HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "hello")))
            .limits(limits)
            .quicTokenKeys(QuicTokenKeys.of(List.of(new byte[32])))
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
    servers.add(server);
    return server.addresses().getFirst();
  }

  private void assertServes(InetSocketAddress server) throws IOException {
    try (Http3Client client = Http3Client.connect(clientLoops, server)) {
      assertThat(client.get("/").status()).isEqualTo(200);
    }
  }

  /** Bytes that come back for datagrams whose sender never answers. */
  private static long answered(InetSocketAddress server, List<byte[]> datagrams)
      throws IOException {
    return QuicFirstFlight.bytes(QuicFirstFlight.answers(server, datagrams, QUIET_MS));
  }

  private byte[] initial() throws IOException {
    return QuicFirstFlight.initial(clientLoops);
  }

  /** Puts a token into an Initial (RFC 9000 §17.2.2); its protection breaks, as an attacker's. */
  private static byte[] withToken(byte[] initial, byte[] token) {
    int destination = 6 + initial[5];
    int source = destination + 1 + initial[destination];
    byte[] changed = new byte[initial.length + 1 + token.length];
    System.arraycopy(initial, 0, changed, 0, source);
    changed[source] = (byte) (0x40 | (token.length >> 8));
    changed[source + 1] = (byte) token.length;
    System.arraycopy(token, 0, changed, source + 2, token.length);
    System.arraycopy(
        initial, source + 1, changed, source + 2 + token.length, initial.length - source - 1);
    return changed;
  }

  @Test
  void unfinishedHandshakesGetAtMostThreeTimesWhatTheySent() throws Exception {
    InetSocketAddress server = server(HttpLimits.DEFAULT);
    byte[] initial = initial();
    long received = answered(server, List.of(initial));
    System.out.printf(
        "figure: quic-amplification %.2f ratio%n", received / (double) initial.length);
    assertThat(received)
        .isPositive()
        .isLessThanOrEqualTo((long) AMPLIFICATION_LIMIT * initial.length);
    assertServes(server);
  }

  @Test
  void junkTokensBuyNothing() throws Exception {
    byte[] initial = initial();
    Random random = new Random(7);
    for (int threshold : new int[] {0, 256}) {
      InetSocketAddress server =
          server(HttpLimits.builder().maxUnvalidatedHandshakes(threshold).build());
      List<byte[]> attack = new ArrayList<>();
      long sent = 0;
      for (int length : new int[] {1, 8, 16, 24, 25, 40, 44, 45, 60}) {
        byte[] token = new byte[length];
        random.nextBytes(token);
        byte[] datagram = withToken(initial, token);
        attack.add(datagram);
        sent += datagram.length;
      }
      assertThat(answered(server, attack))
          .as("threshold " + threshold)
          .isLessThanOrEqualTo(AMPLIFICATION_LIMIT * sent);
      assertServes(server);
    }
  }

  @Test
  void manyHalfOpenHandshakesMakeTheServerAskForTheAddress() throws Exception {
    InetSocketAddress server =
        server(HttpLimits.builder().maxUnvalidatedHandshakes(4).handshakeTimeoutMs(60_000).build());
    List<byte[]> flood = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      flood.add(initial());
    }
    long before = answered(server, flood.subList(0, 4));
    assertThat(before).isGreaterThan(1_200);
    // A Retry is one small datagram (RFC 9000 §17.2.5), no certificate.
    assertThat(answered(server, flood.subList(4, 5))).isBetween(1L, 200L);
    assertServes(server);
  }

  /** Who goes away in the midst of it holds up nobody for longer than that. */
  @Test
  void aHandshakeHasADeadline() throws Exception {
    InetSocketAddress server =
        server(HttpLimits.builder().maxUnvalidatedHandshakes(1).handshakeTimeoutMs(6_000).build());
    assertThat(answered(server, List.of(initial()))).isGreaterThan(1_200); // the certificate
    assertThat(answered(server, List.of(initial()))).isBetween(1L, 200L); // asks for the address
    await().until(() -> answered(server, List.of(initial())) > 1_200);
  }

  @Test
  void noiseDoesNotHurt() throws Exception {
    InetSocketAddress server = server(HttpLimits.DEFAULT);
    Random random = new Random(11);
    byte[] initial = initial();
    try (DatagramSocket socket =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Http3Client client = Http3Client.connect(clientLoops, server)) {
      for (int i = 0; i < NOISE_DATAGRAMS; i++) {
        byte[] datagram;
        if (i % 4 == 0) {
          datagram = initial.clone(); // the shape of a packet with bits turned
          for (int bit = 0; bit < 1 + i % 16; bit++) {
            datagram[random.nextInt(64)] ^= (byte) (1 << random.nextInt(8));
          }
        } else {
          datagram = new byte[random.nextInt(1_500)];
          random.nextBytes(datagram);
        }
        socket.send(new DatagramPacket(datagram, datagram.length, server));
        if (i % 1_000 == 0) {
          assertThat(client.get("/").status()).isEqualTo(200);
        }
      }
    }
    await().untilAsserted(() -> assertServes(server));
  }
}
