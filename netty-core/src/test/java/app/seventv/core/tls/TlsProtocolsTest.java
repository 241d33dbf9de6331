package app.seventv.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Which versions and ciphers the server agrees to, asked one by one as scanners do. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H1_TLS, Wire.H2_TLS, Wire.H3},
    because = "versions and ciphers of TLS")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class TlsProtocolsTest {
  private static final int SSL_3 = 0x0300;
  private static final int TLS_1_0 = 0x0301;
  private static final int TLS_1_1 = 0x0302;
  private static final int TLS_1_2 = 0x0303;

  private static final int ALERT = 21;
  private static final int HANDSHAKE = 22;
  private static final int SERVER_HELLO = 2;
  private static final int HANDSHAKE_FAILURE = 40;
  private static final int PROTOCOL_VERSION = 70;

  /** Forward secrecy and authenticated encryption, for either kind of certificate. */
  private static final Map<Integer, String> GOOD =
      Map.of(
          0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256",
          0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384",
          0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305",
          0xc02f, "ECDHE-RSA-AES128-GCM-SHA256",
          0xc030, "ECDHE-RSA-AES256-GCM-SHA384",
          0xcca8, "ECDHE-RSA-CHACHA20-POLY1305");

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private HttpServer server;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    server =
        HttpServer.builder(loops, e -> e.respond(Response.text(200, "ok")))
            .listen(
                HttpListener.tls(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
  }

  private static Map<Integer, String> weak() {
    Map<Integer, String> ciphers = new LinkedHashMap<>();
    ciphers.put(0x0000, "NULL");
    ciphers.put(0x0004, "RC4-MD5");
    ciphers.put(0x0005, "RC4-SHA");
    ciphers.put(0x000a, "DES-CBC3-SHA");
    ciphers.put(0x002f, "AES128-SHA, no forward secrecy");
    ciphers.put(0x0035, "AES256-SHA, no forward secrecy");
    ciphers.put(0x003c, "AES128-SHA256, no forward secrecy");
    ciphers.put(0x009c, "AES128-GCM-SHA256, no forward secrecy");
    ciphers.put(0x009d, "AES256-GCM-SHA384, no forward secrecy");
    ciphers.put(0x0033, "DHE-RSA-AES128-SHA");
    ciphers.put(0x009e, "DHE-RSA-AES128-GCM-SHA256");
    ciphers.put(0x0018, "ADH-RC4-MD5, anonymous");
    ciphers.put(0xc009, "ECDHE-ECDSA-AES128-SHA, CBC");
    ciphers.put(0xc00a, "ECDHE-ECDSA-AES256-SHA, CBC");
    ciphers.put(0xc013, "ECDHE-RSA-AES128-SHA, CBC");
    ciphers.put(0xc014, "ECDHE-RSA-AES256-SHA, CBC");
    ciphers.put(0xc023, "ECDHE-ECDSA-AES128-SHA256, CBC");
    ciphers.put(0xc027, "ECDHE-RSA-AES128-SHA256, CBC");
    ciphers.put(0xc007, "ECDHE-ECDSA-RC4-SHA");
    return ciphers;
  }

  /**
   * Sends a ClientHello (RFC 5246 §7.4.1.2) and reads the first record.
   *
   * @return the handshake message's type, or the alert's code with a minus before it
   */
  private int hello(int version, int... ciphers) throws IOException {
    ByteBuf extensions = Unpooled.buffer();
    extension(extensions, 10, new byte[] {0, 4, 0, 0x17, 0, 0x1d}); // groups: P-256, X25519
    extension(extensions, 11, new byte[] {1, 0}); // uncompressed points
    extension(extensions, 13, new byte[] {0, 6, 4, 3, 8, 4, 4, 1}); // signatures
    ByteBuf body = Unpooled.buffer().writeShort(version).writeZero(32).writeByte(0);
    body.writeShort(2 * ciphers.length);
    for (int cipher : ciphers) {
      body.writeShort(cipher);
    }
    body.writeByte(1).writeByte(0); // no compression
    body.writeShort(extensions.readableBytes()).writeBytes(extensions);
    ByteBuf record = Unpooled.buffer().writeByte(HANDSHAKE).writeShort(TLS_1_0);
    record.writeShort(body.readableBytes() + 4);
    record.writeByte(1).writeMedium(body.readableBytes()).writeBytes(body);
    InetSocketAddress address = server.addresses().getFirst();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(ByteBufUtil.getBytes(record));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int type = in.readUnsignedByte();
      in.skipNBytes(4);
      int first = in.readUnsignedByte();
      return type == ALERT ? -in.readUnsignedByte() : first;
    }
  }

  private static void extension(ByteBuf out, int type, byte[] data) {
    out.writeShort(type).writeShort(data.length).writeBytes(data);
  }

  private static int[] all(Map<Integer, String> ciphers) {
    return ciphers.keySet().stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void oldVersionsAreRefused() throws IOException {
    for (int version : new int[] {SSL_3, TLS_1_0, TLS_1_1}) {
      assertThat(hello(version, all(GOOD))).as("version %x", version).isEqualTo(-PROTOCOL_VERSION);
      assertThat(hello(version, all(weak()))).isEqualTo(-PROTOCOL_VERSION);
    }
    assertThat(hello(TLS_1_2, all(GOOD))).isEqualTo(SERVER_HELLO);
  }

  @Test
  void weakCiphersAreRefusedOneByOne() throws IOException {
    for (Map.Entry<Integer, String> cipher : weak().entrySet()) {
      assertThat(hello(TLS_1_2, cipher.getKey()))
          .as(cipher.getValue())
          .isEqualTo(-HANDSHAKE_FAILURE);
    }
    long accepted = 0;
    for (int cipher : all(GOOD)) {
      accepted += hello(TLS_1_2, cipher) == SERVER_HELLO ? 1 : 0;
    }
    assertThat(accepted).as("those for the kind of the certificate").isEqualTo(3);
  }

  /** The JDK's client, which speaks both, gets the newer. */
  @Test
  void theNewestVersionIsChosen() throws Exception {
    assertThat(
            TestClient.get(
                    TestCertificate.trustingClient(),
                    server.addresses().getFirst(),
                    null,
                    "TLSv1.3",
                    "TLSv1.2")
                .getProtocol())
        .isEqualTo("TLSv1.3");
  }
}
