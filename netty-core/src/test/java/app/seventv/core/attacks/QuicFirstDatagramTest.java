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
import java.nio.file.Files;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered to datagrams that open no connection, and how much to those that try. */
@Tag("attacks")
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H3},
    because = "datagrams")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class QuicFirstDatagramTest {
  /** RFC 9000 §8.1. */
  private static final int AMPLIFICATION_LIMIT = 3;

  private static final int HANDSHAKE_TIMEOUT_MS = 3_500;
  private static final int QUIET_MS = 500;

  /** So that all that a handshake sends in its life has come when it is quiet. */
  private static final int LIFE_MS = HANDSHAKE_TIMEOUT_MS + QUIET_MS;

  /** RFC 9369. */
  private static final int VERSION_2 = 0x6b3343cf;

  private static final int UNKNOWN_VERSION = 0x1a2a3a4a;

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private EventLoops clientLoops;
  private HttpServer server;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    clientLoops = EventLoops.start(TransportOptions.loops(1));
    server = server(0);
  }

  private HttpServer server(int names) throws Exception {
    Path files = Files.createTempDirectory(directory, "names");
    return HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "hello")))
        .limits(HttpLimits.builder().handshakeTimeoutMs(HANDSHAKE_TIMEOUT_MS).build())
        .listen(
            HttpListener.tlsAndQuic(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TestCertificate.in(files, names)))
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
    return lengths(replies(datagram));
  }

  private static List<Integer> lengths(List<byte[]> datagrams) {
    return datagrams.stream().map(datagram -> datagram.length).toList();
  }

  private List<byte[]> replies(byte[] datagram) throws Exception {
    return QuicFirstFlight.answers(server.addresses().getFirst(), List.of(datagram), QUIET_MS);
  }

  private void assertServes() throws Exception {
    assertServes(server.addresses().getFirst());
  }

  private void assertServes(InetSocketAddress address) throws Exception {
    try (Http3Client client = Http3Client.connect(clientLoops, address)) {
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

  /** Larger than what one datagram allows: the client's answer lifts the limit. */
  @Test
  void aLargeCertificateArrives() throws Exception {
    try (HttpServer named = server(80)) {
      assertServes(named.addresses().getFirst());
    }
  }

  /** RFC 9000 §8.1: in all its life, the goodbye at its deadline included. */
  @ParameterizedTest
  @ValueSource(ints = {12, 30})
  void anUnansweredHandshakeGetsAtMostThreeTimesWhatItSent(int names) throws Exception {
    byte[] initial = QuicFirstFlight.initial(clientLoops);
    try (HttpServer named = server(names)) {
      InetSocketAddress address = named.addresses().getFirst();
      List<Integer> answers = lengths(QuicFirstFlight.answers(address, List.of(initial), LIFE_MS));
      assertThat(answers).isNotEmpty();
      assertThat(answers.stream().mapToInt(Integer::intValue).sum())
          .as(answers.toString())
          .isLessThanOrEqualTo(AMPLIFICATION_LIMIT * initial.length);
    }
  }

  /** Who knows the ids of a handshake cannot have its packets sent to somebody else. */
  @Test
  void aHandshakeIsAnsweredAtItsOwnAddressOnly() throws Exception {
    byte[] initial = QuicFirstFlight.initial(clientLoops);
    assertThat(answers(initial)).isNotEmpty();
    InetSocketAddress address = server.addresses().getFirst();
    assertThat(QuicFirstFlight.answers(address, List.of(initial), LIFE_MS)).isEmpty();
  }

  /** Initials that nobody has encrypted, and what follows their end. */
  @Test
  void garbageIsNotAnswered() throws Exception {
    assertThat(answers(packet(0xc3, 1, 8, 1_200))).isEmpty();
    byte[] garbage = QuicFirstFlight.initial(clientLoops);
    garbage[QuicFirstFlight.WITHIN_INITIAL] ^= 1;
    InetSocketAddress address = server.addresses().getFirst();
    assertThat(lengths(QuicFirstFlight.answers(address, List.of(garbage), LIFE_MS))).isEmpty();
  }

  /** Of an unknown version neither the type nor the length of ids is known (RFC 8999 §5.1). */
  @ParameterizedTest
  @ValueSource(ints = {0x80, 0xc3, 0xd3, 0xe3, 0xf3})
  void unknownVersionsAreToldOurs(int first) throws Exception {
    for (int version : new int[] {UNKNOWN_VERSION, VERSION_2}) {
      for (int idLength : new int[] {0, 8, 255}) {
        byte[] asked = packet(first, version, idLength, 1_200);
        byte[] offer = QuicFirstFlight.answer(server.addresses().getFirst(), asked);
        int versions = 7 + 2 * idLength;
        assertThat(offer).hasSize(versions + 8);
        assertThat(offer[0] & 0xc0).isEqualTo(0xc0);
        ByteBuffer expected = ByteBuffer.allocate(versions + 3);
        expected.putInt(0).put((byte) idLength).put(id(idLength, 's'));
        expected.put((byte) idLength).put(id(idLength, 'd')).putInt(1);
        assertThat(Arrays.copyOfRange(offer, 1, versions + 4)).isEqualTo(expected.array());
        int reserved = ByteBuffer.wrap(offer).getInt(versions + 4);
        assertThat(reserved & 0x0f0f0f0f).isEqualTo(0x0a0a0a0a);
        assertThat(reserved).isNotEqualTo(version);
      }
    }
  }

  /** RFC 9000 §6.1: that would go on for ever between two servers. */
  @Test
  void versionNegotiationIsNotAnswered() throws Exception {
    assertThat(answers(packet(0xc3, 0, 8, 1_200))).isEmpty();
  }
}
