package app.seventv.core.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same with TLS, and what can go wrong with TLS besides. */
@Covers(value = Wire.H1_TLS, because = "a table is of plain sockets or of those with TLS")
class TlsSocketTableTest extends SocketTableCases {
  private static final String TLS_1_2 = "TLSv1.2";
  private static final String TLS_1_3 = "TLSv1.3";
  private static final SSLContext CLIENT = trustingClient();

  @TempDir private static Path directory = Path.of(".");

  private String version = TLS_1_3;

  private static SSLContext trustingClient() {
    try {
      return TestCertificate.trustingClient();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  HttpListener listener(InetSocketAddress address) throws Exception {
    return HttpListener.tls(address, TestCertificate.in(directory));
  }

  @Override
  Socket client(Socket connected) throws IOException {
    SSLSocket socket =
        (SSLSocket) CLIENT.getSocketFactory().createSocket(connected, "localhost", 0, true);
    socket.setEnabledProtocols(new String[] {version});
    socket.startHandshake();
    return socket;
  }

  /** A websocket that has left its channel. */
  private Socket moved(String tlsVersion) throws Exception {
    version = tlsVersion;
    int before = onLoop(table::secured);
    Socket client = open();
    await().untilAsserted(() -> assertThat(onLoop(table::secured)).isEqualTo(before + 1));
    return client;
  }

  private static void echo(Socket client, String text) throws IOException {
    client.getOutputStream().write(frame(0x81, text.getBytes(StandardCharsets.US_ASCII)));
    assertThat(receive(client)).isEqualTo("81:" + text);
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void smallAndLargeMessagesGoBothWays(String tlsVersion) throws Exception {
    Socket client = moved(tlsVersion);
    for (int length : new int[] {1, 16_384, 16_385, 65_536, 65_537, 400_000, 1}) {
      echo(client, "y".repeat(length));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void recordsMayComeInPiecesBeforeDuringAndAfterTheMove(String tlsVersion) throws Exception {
    version = tlsVersion;
    Socket connected = new Dribbling();
    connected.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
    Socket client = register(connected);
    OutputStream out = client.getOutputStream();
    out.write(ascii(HANDSHAKE));
    for (int i = 0; i < 20; i++) {
      out.write(frame(0x81, ascii("piece " + i)));
    }
    assertThat(readHead(client.getInputStream())).startsWith("HTTP/1.1 101");
    for (int i = 0; i < 20; i++) {
      assertThat(receive(client)).isEqualTo("81:piece " + i);
    }
    echo(client, "z".repeat(3_000));
  }

  /** Sends a few bytes at a time. */
  private static final class Dribbling extends Socket {
    @Override
    public OutputStream getOutputStream() throws IOException {
      setTcpNoDelay(true);
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          for (int at = 0; at < length; at += 7) {
            out.write(bytes, offset + at, Math.min(7, length - at));
          }
        }
      };
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void theServerSaysCloseNotifyBehindItsCloseFrame(String tlsVersion) throws Exception {
    Socket client = moved(tlsVersion);
    onlySession().close(1001, "bye");
    assertThat(receive(client)).isEqualTo("88:\u0003\ufffdbye");
    assertThat(client.getInputStream().read()).isEqualTo(-1); // without it the JDK would throw
    if (tlsVersion.equals(TLS_1_3)) { // with 1.2 the JDK has ended both directions
      client.getOutputStream().write(frame(0x88, new byte[] {3, (byte) 0xE9}));
    }
    client.close();
    await().until(() -> closed.get() == 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void aClientsCloseNotifyIsAnsweredAndEndsTheSession(String tlsVersion) throws Exception {
    Socket client = moved(tlsVersion);
    client.shutdownOutput();
    await().until(() -> closed.get() == 1);
    if (tlsVersion.equals(TLS_1_3)) { // with 1.2 the JDK has ended both directions
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(plain(client).getInputStream().readAllBytes()).hasSizeLessThan(64);
  }

  /** Of the client's goodbye only what is TLS: its connection stays until it leaves. */
  private static final class Staying extends Socket {
    private boolean leaving;

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() throws IOException {
      if (leaving) {
        super.close();
      }
    }
  }

  private Socket staying(Staying connected) throws Exception {
    connected.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
    Socket client = register(connected);
    client.getOutputStream().write(ascii(HANDSHAKE));
    readHead(client.getInputStream());
    await().untilAsserted(() -> assertThat(onLoop(table::secured)).isEqualTo(1));
    return client;
  }

  @Test
  void aClientIsNotWaitedForAfterItsCloseNotify() throws Exception {
    Staying connected = new Staying();
    Socket client = staying(connected);
    client.shutdownOutput();
    await().untilAsserted(() -> assertThat(size()).isZero());
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    connected.leaving = true;
  }

  @Test
  void aClientIsNotWaitedForAfterItsCloseNotifyThatFollowsOurs() throws Exception {
    Staying connected = new Staying();
    Socket client = staying(connected);
    client.getOutputStream().write(frame(0x88, new byte[] {3, (byte) 0xE8}));
    assertThat(receive(client)).startsWith("88:");
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    assertThat(size()).as("it may send yet").isEqualTo(1);
    client.shutdownOutput();
    await().untilAsserted(() -> assertThat(size()).isZero());
    connected.leaving = true;
  }

  @Test
  void aCloseFrameWithCloseNotifyIsStillAnswered() throws Exception {
    Socket client = moved(TLS_1_3);
    client.getOutputStream().write(frame(0x88, new byte[] {3, (byte) 0xE8}));
    client.shutdownOutput();
    assertThat(receive(client)).startsWith("88:");
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    await().until(() -> closed.get() == 1);
  }

  @Test
  void aConnectionThatEndsWithoutCloseNotifyEndsTheSession() throws Exception {
    Socket client = moved(TLS_1_3);
    plain(client).shutdownOutput();
    await().until(() -> closed.get() == 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void aForgedRecordClosesOnlyItsSocketWithAnAlert(String tlsVersion) throws Exception {
    Socket other = moved(tlsVersion);
    Socket client = moved(tlsVersion);
    byte[] forged = new byte[5 + 64];
    System.arraycopy(new byte[] {23, 3, 3, 0, 64}, 0, forged, 0, 5);
    plain(client).getOutputStream().write(forged);
    assertAlert(client, "bad_record_mac");
    await().until(() -> closed.get() == 1);
    echo(other, "unharmed");
  }

  @Test
  void aRecordThatIsTooLongIsRefusedByItsHeader() throws Exception {
    Socket client = moved(TLS_1_3);
    plain(client).getOutputStream().write(new byte[] {23, 3, 3, (byte) 0xFF, (byte) 0xFF});
    assertAlert(client, "record_overflow");
    await().until(() -> closed.get() == 1);
  }

  @Test
  void anAlertWaitsForTheRecordThatIsBeingSent() throws Exception {
    Socket client = moved(TLS_1_3);
    OutputStream out = client.getOutputStream();
    for (int i = 0; i < 20; i++) {
      out.write(frame(0x81, ascii("q".repeat(300_000)))); // more than goes into the socket at once
    }
    plain(client).getOutputStream().write(new byte[] {23, 3, 3, (byte) 0xFF, (byte) 0xFF});
    assertThatThrownBy(() -> client.getInputStream().transferTo(OutputStream.nullOutputStream()))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("record_overflow");
    await().until(() -> closed.get() == 1);
  }

  /**
   * What is still to be encrypted when the record is read, with nothing being sent, is no answer.
   */
  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void anAlertArrivesThoughTheSameReadHasAskedForAnAnswer(String tlsVersion) throws Exception {
    version = tlsVersion;
    Corked connected = new Corked();
    connected.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
    Socket client = register(connected);
    client.getOutputStream().write(ascii(HANDSHAKE));
    readHead(client.getInputStream());
    await().untilAsserted(() -> assertThat(onLoop(table::secured)).isEqualTo(1));
    CorkedStream out = connected.getOutputStream();
    out.held = new ByteArrayOutputStream();
    client.getOutputStream().write(frame(0x81, ascii("never answered")));
    out.write(new byte[] {23, 3, 3, (byte) 0xFF, (byte) 0xFF}, 0, 5);
    out.uncork();
    assertAlert(client, "record_overflow");
    await().until(() -> closed.get() == 1);
  }

  /** Holds back what is written, to send all of it at once. */
  private static final class Corked extends Socket {
    private @Nullable CorkedStream out;

    @Override
    public CorkedStream getOutputStream() throws IOException {
      CorkedStream made = out == null ? new CorkedStream(super.getOutputStream()) : out;
      out = made;
      return made;
    }
  }

  private static final class CorkedStream extends FilterOutputStream {
    private @Nullable ByteArrayOutputStream held;

    CorkedStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (held == null) {
        out.write(bytes, offset, length);
      } else {
        held.write(bytes, offset, length);
      }
    }

    void uncork() throws IOException {
      byte[] all = Objects.requireNonNull(held).toByteArray();
      held = null;
      out.write(all);
    }
  }

  private static void assertAlert(Socket client, String name) {
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SSLException.class)
        .hasMessageContaining(name);
  }

  @Test
  void renegotiationIsRefused() throws Exception {
    SSLSocket client = (SSLSocket) moved(TLS_1_2);
    assertThatThrownBy(
            () -> {
              client.startHandshake();
              client.getInputStream().read();
            })
        .isInstanceOf(SSLException.class);
    await().until(() -> closed.get() == 1);
  }

  /** OpenSSL's client changes its keys, and asks for the same, when told so by a line. */
  @Test
  void keysAreUpdatedInBothDirections() throws Exception {
    Process client =
        new ProcessBuilder(
                List.of("openssl", "s_client", "-tls1_3", "-connect", "localhost:" + port()))
            .redirectErrorStream(true)
            .start();
    CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(client::destroyForcibly);
    try {
      OutputStream out = client.getOutputStream();
      InputStream in = client.getInputStream();
      send(out, HANDSHAKE);
      readUntil(in, "sec-websocket-accept");
      await().until(() -> open.size() == 1);
      for (int i = 0; i < 3; i++) {
        send(out, "K\n");
        readUntil(in, "KEYUPDATE");
        out.write(frame(0x81, ascii("with other keys " + i)));
        out.flush();
        readUntil(in, "with other keys " + i);
      }
    } finally {
      client.destroyForcibly().waitFor();
    }
    await().until(() -> closed.get() == 1);
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(ascii(text));
    out.flush();
  }

  private static void readUntil(InputStream in, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int next = in.read();
      assertThat(next).as("output after: %s", read).isNotNegative();
      read.append((char) next);
    }
  }
}
