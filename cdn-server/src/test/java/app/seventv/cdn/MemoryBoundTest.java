package app.seventv.cdn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.supervisor.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own, as the system sees it, while everything passes that does not fit. */
class MemoryBoundTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long CAPACITY = 16L << 20;

  /** What is asked for, many times the capacity: small ones first, and then ever larger ones. */
  private static final int[] USUAL_BYTES = {16_000, 60_000, 200_000, 30_000};

  private static final long BYTES_EACH = 24L << 20;

  /**
   * What else a JVM takes in the first minute of work: code, classes, connections, and what malloc
   * keeps of them. Without a bound 96 MiB would be kept of the scan.
   */
  private static final long ELSE_BYTES = 64L << 20;

  private static final Pattern ANONYMOUS = Pattern.compile("RssAnon:\\s+(\\d+) kB");

  @TempDir Path directory = Path.of(".");

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** With a heap that is resident from the start, so that what grows is not the heap. */
  private Process start(int port, int adminPort, URI origin) throws IOException {
    String toml =
        """
        metrics_bind_address = "127.0.0.1:%d"
        event_loops = 1
        level = "warn"
        nats = { servers = ["nats://127.0.0.1:1"] }
        pod = { name = "scan" }
        [cdn]
        bind = "127.0.0.1:%d"
        cache_capacity = %d
        bucket = { endpoint = "%s" }
        """
            .formatted(adminPort, port, CAPACITY, origin);
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xms64m",
            "-Xmx64m",
            "-XX:+AlwaysPreTouch",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            CdnServer.class.getName(),
            "--config",
            Files.writeString(directory.resolve("config.toml"), toml).toString())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("log").toFile())
        .start();
  }

  private HttpResponse<byte[]> get(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(LIMIT)
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  private double figure(int adminPort, String name) throws Exception {
    return new String(get(adminPort, "/metrics").body(), UTF_8)
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static long anonymousBytes(Process process) throws IOException {
    Matcher line =
        ANONYMOUS.matcher(
            Files.readString(Path.of("/proc", Long.toString(process.pid()), "status")));
    assertThat(line.find()).isTrue();
    return Long.parseLong(line.group(1)) << 10;
  }

  @Test
  void aScanOfMoreThanFitsLeavesTheProcessWithinItsBound() throws Exception {
    int port = FreePorts.find();
    int adminPort = FreePorts.find();
    try (ScriptedOrigin origin = ScriptedOrigin.start()) {
      Process process = start(port, adminPort, origin.endpoint());
      try {
        await()
            .atMost(LIMIT)
            .ignoreExceptions()
            .until(
                () -> get(port, "/emote/01F6MZGCNG000255K4X1K7NTHR/1x.webp").statusCode() == 404);
        long before = anonymousBytes(process);
        int number = 0;
        Random random = new Random(1);
        for (int usual : USUAL_BYTES) {
          long asked = 0;
          while (asked < BYTES_EACH) {
            number++;
            asked += fetch(origin, port, number, usual / 2 + random.nextInt(usual));
          }
          double resident = figure(adminPort, "cache_resident_bytes");
          assertThat(resident).isBetween(CAPACITY * 0.75, (double) CAPACITY);
          assertThat(anonymousBytes(process) - before).isLessThan(CAPACITY + ELSE_BYTES);
          System.out.printf(
              "figure: cdn-scan-%d-resident-share %.3f%n", usual, resident / CAPACITY);
        }
        System.out.printf(
            "figure: cdn-scan-grown-mib %d MiB%n", (anonymousBytes(process) - before) >> 20);
        assertThat(figure(adminPort, "cache_exhausted_total")).isZero();
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private int fetch(ScriptedOrigin origin, int port, int number, int length) throws Exception {
    String key = "emote/01F6MZGCNG0002%012d/1x.webp".formatted(number);
    byte[] body = new byte[length];
    Arrays.fill(body, (byte) number);
    byte[] head = ("HTTP/1.1 200 OK\r\ncontent-length: " + length + "\r\n\r\n").getBytes(UTF_8);
    byte[] answer = ByteBuffer.allocate(head.length + length).put(head).put(body).array();
    origin.answer(key, (call, out) -> out.write(answer)); // in one piece, so that nothing waits
    assertThat(get(port, '/' + key).body()).isEqualTo(body);
    origin.answer(key, ScriptedOrigin.error("404 Not Found", "NoSuchKey")); // not kept here
    return length;
  }
}
