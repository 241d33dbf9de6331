package app.seventv.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.HttpLimits;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Wire;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Certificates and handshake limits over every transport. */
@EveryTransport
@Covers(
    value = {Wire.H1_TLS, Wire.H2_TLS, Wire.H3},
    because = "certificates of TLS")
class TlsTest extends TlsFixture {
  private static long serial(InetSocketAddress server, @Nullable String host) throws Exception {
    return TestPki.serial(
        TestClient.get(TestPki.clientContext(null), server, host).getPeerCertificates()[0]);
  }

  @Test
  void replacedCertificatesCountForNewConnections() throws Exception {
    TlsOptions options = tls.options(1);
    HttpServer server = tls.serve(options, HttpLimits.DEFAULT);
    InetSocketAddress address = server.addresses().getFirst();
    try (SSLSocket old = TestClient.connect(TestPki.clientContext(null), address, null)) {
      TestClient.exchange(old);
      TlsFiles replaced = TestPki.write(directory, "server-1", TestPki.server(2));
      assertThat(replaced).isEqualTo(options.certificates().getFirst());
      server.reloadCertificates();
      assertThat(serial(address, null)).isEqualTo(2);
      assertThat(TestClient.quicSerial(loops, address, null, null)).isEqualTo(2);
      TestClient.exchange(old);
      assertThat(TestPki.serial(old.getSession().getPeerCertificates()[0])).isEqualTo(1);
    }
    assertThat(server.tls().getFirst().reloads()).isEqualTo(1);
  }

  @Test
  void filesThatDoNotFitChangeNothing() throws Exception {
    TlsOptions options = tls.options(1);
    TlsFiles files = options.certificates().getFirst();
    HttpServer server = tls.serve(options, HttpLimits.DEFAULT);
    InetSocketAddress address = server.addresses().getFirst();
    X509Bundle next = TestPki.server(2);
    String pem = next.getCertificatePathPEM();
    for (String bad : List.of(pem, pem.substring(0, pem.length() / 2), "", "no PEM")) {
      Files.writeString(files.certificate(), bad);
      assertThatThrownBy(server::reloadCertificates)
          .as(bad)
          .hasMessageContaining(files.certificate().toString());
      assertThat(serial(address, null)).isEqualTo(1);
    }
    Files.delete(files.certificate());
    assertThatThrownBy(server::reloadCertificates)
        .hasMessage("TLS file is missing: " + files.certificate());
    Files.createDirectory(files.certificate());
    assertThatThrownBy(server::reloadCertificates)
        .hasMessage("TLS file cannot be read: " + files.certificate() + ": Is a directory");
    Files.delete(files.certificate());
    assertThat(server.tls().getFirst().failedReloads()).isEqualTo(6);
    TestPki.write(directory, "server-1", next);
    server.reloadCertificates();
    assertThat(serial(address, null)).isEqualTo(2);
  }

  @Test
  void anExpiredCertificateIsUsedWithAWarning() throws Exception {
    TlsOptions options = tls.options(1);
    HttpServer server = tls.serve(options, HttpLimits.DEFAULT);
    Instant end = Instant.now().minus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
    TestPki.write(directory, "server-1", TestPki.expired(2, end));
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(TlsContexts.class);
    logger.addAppender(log);
    try {
      server.reloadCertificates();
    } finally {
      logger.detachAppender(log);
    }
    assertThat(serial(server.addresses().getFirst(), null)).isEqualTo(2);
    assertThat(log.list)
        .filteredOn(event -> event.getLevel() == Level.WARN)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "the certificate in "
                + options.certificates().getFirst().certificate()
                + " expired at "
                + end
                + "; clients refuse it");
  }

  @Test
  void noHandshakeFailsWhileCertificatesAreReplaced() throws Exception {
    TlsFiles files = tls.options(1).certificates().getFirst();
    InetSocketAddress address =
        tls.serve(TlsOptions.of(files).withCheckInterval(Duration.ofMillis(5)));
    X509Bundle[] pairs = {TestPki.server(1), TestPki.server(2)};
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger handshakes = new AtomicInteger();
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> storm = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        storm.add(
            clients.submit(() -> {
              while (!over.get()) {
                seen.add(serial(address, null));
                handshakes.incrementAndGet();
              }
              return null;
            }));
      }
      for (int i = 0; handshakes.get() < 150 && storm.stream().noneMatch(Future::isDone); i++) {
        X509Bundle pair = pairs[i % 2];
        Files.writeString(files.certificate(), pair.getCertificatePathPEM()); // not at once
        Files.writeString(files.key(), pair.getPrivateKeyPEM());
        int before = handshakes.get();
        await()
            .until(() -> handshakes.get() > before + 8 || storm.stream().anyMatch(Future::isDone));
      }
      over.set(true);
      for (Future<?> client : storm) {
        client.get(); // no exception: no handshake failed
      }
    }
    assertThat(seen).contains(1L, 2L);
  }

  @Test
  void theNameAskedForChoosesTheCertificate() throws Exception {
    TlsOptions options =
        tls.options(1, "default.test")
            .withCertificate(tls.options(2, "a.test", "*.b.test").certificates().getFirst())
            .withCertificate(tls.options(3, "x.b.test").certificates().getFirst());
    InetSocketAddress address = tls.serve(options);
    record Case(@Nullable String host, long serial) {}
    for (Case c :
        List.of(
            new Case(null, 1),
            new Case("default.test", 1),
            new Case("unknown.test", 1),
            new Case("A.test", 2),
            new Case("y.b.test", 2),
            new Case("x.b.test", 3),
            new Case("z.y.b.test", 1),
            new Case("b.test", 1))) {
      assertThat(serial(address, c.host)).as(String.valueOf(c.host)).isEqualTo(c.serial);
      assertThat(TestClient.quicSerial(loops, address, c.host, null))
          .as("QUIC " + c.host)
          .isEqualTo(c.serial);
    }
  }

  @Test
  void clientCertificatesAreChecked() throws Exception {
    X509Bundle authority = TestPki.authority("edge");
    X509Bundle known = TestPki.client(authority);
    X509Bundle foreign = TestPki.client(TestPki.authority("edge"));
    Path authorities =
        Files.writeString(directory.resolve("edge.crt"), authority.getCertificatePEM());
    InetSocketAddress required =
        tls.serve(tls.options(1).withClientAuth(ClientAuthMode.REQUIRED, authorities));
    InetSocketAddress optional =
        tls.serve(tls.options(1).withClientAuth(ClientAuthMode.OPTIONAL, authorities));
    for (String version : BOTH_VERSIONS) {
      TestClient.get(TestPki.clientContext(known), required, null, version);
      TestClient.get(TestPki.clientContext(known), optional, null, version);
      TestClient.get(TestPki.clientContext(null), optional, null, version);
      assertThatThrownBy(() -> get(foreign, required, version)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> get(foreign, optional, version)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> get(null, required, version)).isInstanceOf(IOException.class);
    }
    assertThat(TestClient.quicSerial(loops, required, null, known)).isEqualTo(1);
    assertThat(TestClient.quicSerial(loops, optional, null, null)).isEqualTo(1);
    assertThatThrownBy(() -> TestClient.quicSerial(loops, required, null, null))
        .isInstanceOf(Exception.class);
    assertThatThrownBy(() -> TestClient.quicSerial(loops, required, null, foreign))
        .isInstanceOf(Exception.class);
  }

  private static void get(@Nullable X509Bundle identity, InetSocketAddress server, String version)
      throws Exception {
    TestClient.get(TestPki.clientContext(identity), server, null, version);
  }

  @Test
  void aHandshakeHasADeadlineHoweverBusyTheClientIs() throws Exception {
    HttpLimits limits = HttpLimits.builder().handshakeTimeoutMs(400).build();
    TlsOptions several =
        tls.options(1).withCertificate(tls.options(2, "a.test").certificates().getFirst());
    for (TlsOptions options : List.of(tls.options(1), several)) {
      InetSocketAddress address = tls.serve(options, limits).addresses().getFirst();
      long startNs = System.nanoTime();
      try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
        byte[] start = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
        AtomicInteger sent = new AtomicInteger();
        await()
            .pollInterval(Duration.ofMillis(50))
            .atMost(Duration.ofSeconds(5))
            .until(() -> {
              int i = sent.getAndIncrement();
              try {
                socket.getOutputStream().write(i < start.length ? start[i] : 7);
                return false;
              } catch (IOException closed) {
                return true;
              }
            });
      }
      assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void handshakesUnderWayAreBounded() throws Exception {
    HttpLimits limits =
        HttpLimits.builder().maxConcurrentHandshakes(2).handshakeTimeoutMs(120_000).build();
    InetSocketAddress address = tls.serve(tls.options(1), limits).addresses().getFirst();
    try (Socket one = new Socket(address.getAddress(), address.getPort());
        Socket two = new Socket(address.getAddress(), address.getPort())) {
      await()
          .untilAsserted(() ->
              assertThatThrownBy(() -> serial(address, null)).isInstanceOf(IOException.class));
      assertThat(one.isConnected() && two.isConnected()).isTrue();
    }
    await().ignoreExceptions().until(() -> serial(address, null) == 1);
    for (int i = 0; i < 10; i++) {
      assertThat(serial(address, null)).isEqualTo(1);
    }
  }

  /** event-api.md §2.1, cdn.md §1. */
  @Test
  void whoDoesNotSpeakTlsIsAnsweredAsBefore() throws Exception {
    InetSocketAddress address = tls.serve(tls.options(1));
    String plainHttp = "<title>400 Sent plain HTTP request to an HTTPS port</title>";
    String badRequest = "<title>400 Bad Request</title>";
    assertThat(answer(address, "GET /v3 HTTP/1.1\r\nhost: a\r\n\r\n")).contains(plainHttp);
    for (String other :
        List.of(
            "GET /a/long/way/to/there HTTP/1.1\r\n\r\n",
            "P",
            "\u0015\u0003\u0001",
            "\u0016\u0002",
            "\u0016\u0003\u0000")) {
      assertThat(answer(address, other))
          .startsWith("HTTP/1.1 400 Bad Request\r\n")
          .contains("\r\nContent-Type: text/html\r\n", "\r\nConnection: close\r\n", badRequest);
    }
    assertThat(answer(address, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).isEmpty();
  }

  private static String answer(InetSocketAddress address, String start) throws IOException {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(start.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void aClientHelloMayComeByteByByte() throws Exception {
    InetSocketAddress address = tls.serve(tls.options(1));
    byte[] hello = hello();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(10_000);
      for (byte next : hello) {
        socket.getOutputStream().write(next);
      }
      assertThat(socket.getInputStream().read()).isEqualTo(0x16); // ServerHello
    }
  }

  /** The first record of a client. */
  private static byte[] hello() throws Exception {
    SSLEngine engine = TestPki.clientContext(null).createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), record);
    return Arrays.copyOf(record.array(), record.position());
  }
}
