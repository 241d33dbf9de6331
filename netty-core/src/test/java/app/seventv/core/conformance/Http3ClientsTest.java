package app.seventv.core.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.Handshake;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Clients that others have written speak HTTP/3 to us: ngtcp2's and Chromium, from Debian. */
@Tag("conformance")
@EveryTransport
@Covers(
    value = {Wire.H3},
    because = "clients of HTTP/3")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3ClientsTest {
  @Parameter TransportOptions.Choice transport;

  private static final long LIMIT_SECONDS = 120;
  private static final int BIG_BYTES = 1 << 20;

  @TempDir private Path directory = Path.of(".");
  private EventLoops loops;
  private HttpServer server;
  private final ConcurrentLinkedQueue<Boolean> resumed = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 4, true));
    server =
        HttpServer.builder(
                loops,
                exchange ->
                    exchange.respond(
                        exchange.request().path().equals("/big")
                            ? Response.of(200, "application/octet-stream", new byte[BIG_BYTES])
                            : Response.text(
                                200, exchange.request().connection().protocol().label())))
            .observer(
                new HttpObserver() {
                  @Override
                  public void handshakeEnded(Handshake handshake) {
                    resumed.add(handshake.resumed());
                  }
                })
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
    loops.close();
  }

  private String run(List<String> command) throws Exception {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectError(directory.resolve("errors").toFile())
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
          .as(command.getFirst() + " ends")
          .isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return Files.readString(output);
  }

  private void ngtcp2(String... more) throws Exception {
    Path download = Files.createDirectories(directory.resolve("download"));
    String origin = "https://127.0.0.1:" + server.port();
    List<String> command =
        new ArrayList<>(
            List.of(
                "gtlsclient", "--quiet", "--exit-on-all-streams-close", "--download=" + download));
    command.addAll(Arrays.asList(more));
    command.addAll(
        List.of("127.0.0.1", String.valueOf(server.port()), origin + "/protocol", origin + "/big"));
    run(command);
    assertThat(download.resolve("protocol")).hasContent("h3");
    assertThat(download.resolve("big")).hasSize(BIG_BYTES);
  }

  @Test
  void ngtcp2Downloads() throws Exception {
    ngtcp2();
  }

  @Test
  void ngtcp2GoesOnBehindAnotherPort() throws Exception {
    ngtcp2("--change-local-addr=200ms", "--nat-rebinding", "--delay-stream=500ms");
    ngtcp2("--change-local-addr=10ms", "--nat-rebinding"); // in the midst of a response
  }

  /** Early data, which a client with a session sends if it may, can be replayed: it may not. */
  @Test
  void ngtcp2ResumesItsSessionWithoutEarlyData() throws Exception {
    String session = "--session-file=" + directory.resolve("session");
    String parameters = "--tp-file=" + directory.resolve("parameters");
    ngtcp2(session, parameters);
    assertThat(directory.resolve("session")).isNotEmptyFile();
    ngtcp2(session, parameters);
    assertThat(resumed).containsExactly(false, true);
    assertThat(directory.resolve("errors")).content().doesNotContain("Early data was accepted");
  }

  @Test
  void ngtcp2Migrates() throws Exception {
    ngtcp2("--change-local-addr=200ms", "--delay-stream=500ms");
  }

  @Test
  void chromiumLoadsAPage() throws Exception {
    String page =
        run(
            List.of(
                "chromium",
                "--headless=new",
                "--no-sandbox", // of no use for our own page, and not to be had in containers
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--user-data-dir=" + directory.resolve("profile"),
                "--host-resolver-rules=MAP localhost 127.0.0.1",
                "--origin-to-force-quic-on=localhost:" + server.port(),
                "--ignore-certificate-errors-spki-list=" + publicKeyHash(),
                "--dump-dom",
                "https://localhost:" + server.port() + "/protocol"));
    assertThat(page).contains(">h3<");
  }

  private String publicKeyHash() throws Exception {
    try (InputStream in = Files.newInputStream(directory.resolve("cert.pem"))) {
      byte[] key =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(in)
              .getPublicKey()
              .getEncoded();
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
    }
  }
}
