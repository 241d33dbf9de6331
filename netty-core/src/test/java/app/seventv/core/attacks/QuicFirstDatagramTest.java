package app.seventv.core.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.Http3Client;
import app.seventv.core.http.HttpLimits;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** What is answered to datagrams that open no connection, and how much to those that try. */
@Tag("attacks")
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H3},
    because = "datagrams")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class QuicFirstDatagramTest {
  /** So that all that a handshake sends in its life has come when it is quiet. */
  private static final int HANDSHAKE_TIMEOUT_MS = 1_200;

  private static final int QUIET_MS = 2_000;

  private static final int UNKNOWN_VERSION = 0x1a2a3a4a;

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private EventLoops clientLoops;
  private HttpServer server;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
    clientLoops = EventLoops.start(TransportOptions.loops(1));
    server =
        HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "hello")))
            .limits(HttpLimits.builder().handshakeTimeoutMs(HANDSHAKE_TIMEOUT_MS).build())
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
    clientLoops.close();
  }

  /** Lengths of what comes back. */
  private List<Integer> answers(byte[] datagram) throws Exception {
    return replies(datagram).stream().map(reply -> reply.length).toList();
  }

  private List<byte[]> replies(byte[] datagram) throws Exception {
    return QuicFirstFlight.answers(server.addresses().getFirst(), List.of(datagram), QUIET_MS);
  }

  private void assertServes() throws Exception {
    try (Http3Client client = Http3Client.connect(clientLoops, server.addresses().getFirst())) {
      assertThat(client.get("/").status()).isEqualTo(200);
    }
  }

  /** A packet with a long header (RFC 8999 §5.1), filled up with zeros. */
  private static byte[] packet(int first, int version, int idLength, int bytes) {
    ByteBuffer packet = ByteBuffer.allocate(bytes);
    packet.put((byte) first).putInt(version).put((byte) idLength);
    packet.put(id(idLength, 'd')).put((byte) idLength).put(id(idLength, 's'));
    return packet.array();
  }

  private static byte[] id(int length, char filler) {
    byte[] id = new byte[length];
    Arrays.fill(id, (byte) filler);
    return id;
  }

  /** RFC 9000 §14.1. */
  @Test
  void anInitialInASmallDatagramIsDropped() throws Exception {
    byte[] small = QuicFirstFlight.withoutPadding(QuicFirstFlight.initial(clientLoops));
    assertThat(small.length).isLessThan(1_200);
    assertThat(answers(small)).isEmpty();
    assertServes();
  }

  /** RFC 9000 §5.2.2. */
  @Test
  void anUnknownVersionInASmallDatagramIsDropped() throws Exception {
    assertThat(answers(packet(0xc3, UNKNOWN_VERSION, 8, 1_199))).isEmpty();
    assertServes();
  }
}
