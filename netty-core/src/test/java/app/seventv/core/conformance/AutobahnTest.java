package app.seventv.core.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocketOptions;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import me.normanmaurer.maven.autobahntestsuite.AutobahnTestSuite;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.python.util.jython;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Autobahn's fuzzing client: 301 cases of RFC 6455, none excluded, and 102 of them over TLS. It is
 * Python and keeps a reactor per process, so it runs on Jython in a JVM of its own. Its reports
 * stay in {@code target/autobahn}.
 */
@Tag("conformance")
@Covers(
    value = {Wire.H1_PLAIN, Wire.H1_TLS},
    because = "its clients speak no other version")
class AutobahnTest {
  private static final String AGENT = "netty-core";
  private static final String AGENT_OVER_TLS = "netty-core-tls";
  private static final int CASES = 301;

  /** Without those of UTF-8, sizes and speed, which do not depend on what carries the bytes. */
  private static final int CASES_OVER_TLS = 102;

  private static final long LIMIT_MINUTES = 9;

  /** Cases of category 9 send 16 MiB in one frame, and 4 MiB in fragments of 64 bytes. */
  private static final WebSocketOptions OPTIONS =
      WebSocketOptions.builder()
          .maxFrameBytes(16 << 20)
          .maxMessageBytes(16 << 20)
          .maxFragments(1 << 17)
          .maxControlFrames(2_000)
          .build();

  private final ObjectMapper json = new ObjectMapper();
  @TempDir private Path certificates = Path.of(".");

  @Test
  void everyCaseIsOk() throws Exception {
    Path directory = Path.of("target", "autobahn").toAbsolutePath();
    Files.createDirectories(directory);
    Files.deleteIfExists(directory.resolve("index.json"));
    try (EchoServer server =
            EchoServer.start(
                TransportOptions.Choice.AUTO,
                certificates,
                routes -> EchoServer.route(routes, "/", OPTIONS));
        TlsTunnel tunnel = TlsTunnel.start(server.secure())) {
      run(directory, "ws://" + server.plain() + "/", "ws://" + tunnel.address() + "/");
      assertThat(tunnel.connections()).as("connections over TLS").isGreaterThan(CASES_OVER_TLS);
    }
    JsonNode results = json.readTree(directory.resolve("index.json"));
    assertOk(results.get(AGENT), "autobahn-failed", CASES);
    assertOk(results.get(AGENT_OVER_TLS), "autobahn-tls-failed", CASES_OVER_TLS);
  }

  private static void assertOk(JsonNode results, String figure, int cases) {
    Map<String, String> failed = new TreeMap<>();
    for (Map.Entry<String, JsonNode> result : results.properties()) {
      for (String part : List.of("behavior", "behaviorClose")) {
        String outcome = result.getValue().get(part).asString();
        if (!outcome.equals("OK") && !outcome.equals("INFORMATIONAL")) {
          failed.put(result.getKey(), part + " " + outcome);
        }
      }
    }
    System.out.println("figure: " + figure + " " + failed.size());
    assertThat(failed).isEmpty();
    assertThat(results.size()).isEqualTo(cases);
  }

  private void run(Path directory, String url, String urlOverTls) throws Exception {
    Path specification = directory.resolve("specification.json");
    json.writeValue(
        specification,
        Map.of(
            "outdir", directory.toString(),
            "servers",
                List.of(
                    Map.of("agent", AGENT, "url", url),
                    Map.of("agent", AGENT_OVER_TLS, "url", urlOverTls)),
            "options", Map.of("failByDrop", false),
            "cases", List.of("*"),
            "exclude-cases", List.of(),
            "exclude-agent-cases", Map.of(AGENT_OVER_TLS, List.of("6.*", "9.*"))));
    Path script = directory.resolve("fuzzing_client.py");
    Files.deleteIfExists(script);
    try (InputStream in = AutobahnTest.class.getResourceAsStream("/autobahn/fuzzing_client.py")) {
      Files.copy(Objects.requireNonNull(in), script);
    }
    Process client =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dpython.cachedir.skip=true",
                "-cp",
                jar(AutobahnTestSuite.class) + ":" + jar(jython.class),
                jython.class.getName(),
                script.toString(),
                specification.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("client.log").toFile())
            .start();
    try {
      assertThat(client.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).as("client ends").isTrue();
    } finally {
      client.destroyForcibly();
    }
  }

  private static Path jar(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
