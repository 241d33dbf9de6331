package app.seventv.core.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Blocking;
import app.seventv.core.http.Covers;
import app.seventv.core.http.Http3Client;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * h3spec: error cases of HTTP/3 (RFC 9114), QPACK (RFC 9204) and QUIC (RFC 9000, 9001). What the
 * QUIC half finds belongs to quiche and is explained in docs/h3spec-quic.md.
 */
@Tag("conformance")
@Covers(
    value = {Wire.H3},
    because = "cases of HTTP/3")
@SuppressWarnings("NullAway.Init") // every test calls start() first
class H3SpecTest {
  private static final String BINARY = "h3spec/h3spec-linux-x86_64";
  private static final long LIMIT_SECONDS = 240;
  private static final Pattern SUMMARY = Pattern.compile("(\\d+) examples?, (\\d+) failures?");
  private static final Pattern FAILED_CASE = Pattern.compile("(?m)^\\s+\\d+\\) (.*)$");

  @TempDir private Path directory = Path.of(".");
  private EventLoops loops;
  private ExecutorService threads;
  private HttpServer server;

  private void start(TransportOptions.Choice transport) throws Exception {
    threads = Executors.newVirtualThreadPerTaskExecutor();
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
    Router routes =
        Router.builder()
            .get("/", e -> e.respond(Response.text(200, "hello")))
            .post(
                "/",
                Blocking.handler(threads, 1 << 20, (request, body) -> Response.text(200, "ok")))
            .build();
    server =
        HttpServer.builder(loops, routes)
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
    threads.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportOptions.Choice.class,
      names = {"IO_URING", "EPOLL", "NIO"})
  void http3HalfPasses(TransportOptions.Choice transport) throws Exception {
    start(transport);
    Outcome outcome = run("--skip", "/QUIC");
    System.out.println("figure: h3spec-failed " + outcome.failed());
    assertThat(outcome.examples()).isGreaterThan(10);
    assertThat(outcome.failedCases()).isEmpty();
    assertThat(outcome.failed()).isZero();
  }

  /** On one transport: what it finds is quiche's, and it takes its time. */
  @Test
  void quicHalfIsSurvived() throws Exception {
    start(TransportOptions.Choice.AUTO);
    Outcome outcome = run("--match", "/QUIC");
    System.out.println("figure: h3spec-quic-failed " + outcome.failed());
    outcome.failedCases().forEach(name -> System.out.println("h3spec QUIC: " + name));
    assertThat(outcome.examples()).isGreaterThan(20);
    try (Http3Client client = Http3Client.connect(loops, server.addresses().getFirst())) {
      assertThat(client.get("/").status()).isEqualTo(200);
    }
  }

  /** What the tool found. */
  private record Outcome(int examples, int failed, List<String> failedCases) {}

  private Outcome run(String option, String value) throws Exception {
    Path report = directory.resolve("h3spec.log");
    InetSocketAddress address = server.addresses().getFirst();
    Process process =
        new ProcessBuilder(
                unpack().toString(),
                option,
                value,
                address.getAddress().getHostAddress(),
                String.valueOf(address.getPort()))
            .redirectErrorStream(true)
            .redirectOutput(report.toFile())
            .start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as("h3spec ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(report);
    Matcher summary = SUMMARY.matcher(text);
    assertThat(summary.find()).as("a summary in: " + text).isTrue();
    List<String> cases = new ArrayList<>();
    Matcher failed = FAILED_CASE.matcher(text);
    while (failed.find()) {
      cases.add(failed.group(1));
    }
    return new Outcome(
        Integer.parseInt(summary.group(1)), Integer.parseInt(summary.group(2)), cases);
  }

  private Path unpack() throws IOException {
    Path binary = directory.resolve("h3spec");
    try (InputStream in = H3SpecTest.class.getClassLoader().getResourceAsStream(BINARY)) {
      Files.copy(Objects.requireNonNull(in, BINARY), binary);
    }
    assertThat(binary.toFile().setExecutable(true)).isTrue();
    return binary;
  }
}
