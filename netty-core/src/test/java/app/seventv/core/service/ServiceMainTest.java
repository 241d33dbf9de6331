package app.seventv.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.tls.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of the main method that end by themselves. */
@Covers(
    value = {},
    because = "command lines and settings: no request is sent")
class ServiceMainTest {
  @TempDir private Path directory = Path.of("");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return new ServiceMain(
            TestService.DEFINITION,
            Map.of(),
            directory,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(args);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void showsHelpAndVersion() {
    assertThat(run("--help")).isEqualTo(ServiceMain.EXIT_OK);
    assertThat(out()).startsWith("usage: test-service").contains("--override", "--check-config");
    out.reset();
    assertThat(run("--version")).isEqualTo(ServiceMain.EXIT_OK);
    assertThat(out()).isEqualTo("test-service 1.2.3\n");
  }

  @Test
  void checksTheConfiguration() throws Exception {
    assertThat(run("--check-config")).isEqualTo(ServiceMain.EXIT_OK);
    assertThat(out()).isEqualTo("configuration ok\n");
    Path file = Files.writeString(directory.resolve("config.toml"), "[test]\nmodes = 'x'\n");
    assertThat(run("--check-config")).isEqualTo(ServiceMain.EXIT_USAGE);
    assertThat(err())
        .isEqualTo(
            "test-service: " + file + ":2: test.modes: unknown key, did you mean test.mode?\n");
  }

  @Test
  void filesThatAServiceCouldNotStartWithAreMistakes() throws Exception {
    X509Bundle identity = TestPki.server(1, "localhost");
    Path key = Files.writeString(directory.resolve("key.pem"), identity.getPrivateKeyPEM());
    Path certificate = directory.resolve("cert.pem");
    Path file =
        Files.writeString(
            directory.resolve("config.toml"),
            "[test.tls]\ncert = '" + certificate + "'\nkey = '" + key + "'\n");
    assertThat(run("--check-config")).isEqualTo(ServiceMain.EXIT_USAGE);
    assertThat(err())
        .startsWith(
            "test-service: " + file + ":2: test.tls.cert: or what goes with it is unusable: ")
        .contains(certificate.toString());
    Files.writeString(certificate, identity.getCertificatePEM());
    assertThat(run("--check-config")).isEqualTo(ServiceMain.EXIT_OK);
    Files.writeString(certificate, TestPki.server(2, "localhost").getCertificatePEM());
    assertThat(run("--check-config")).as("another's key").isEqualTo(ServiceMain.EXIT_USAGE);
    assertThat(run("--print-config")).as("shows them all the same").isEqualTo(ServiceMain.EXIT_OK);
  }

  @Test
  void commonKeysAreChecked() {
    assertThat(run("--check-config", "-o", "level=loud")).isEqualTo(ServiceMain.EXIT_USAGE);
    assertThat(err()).contains("--override level: level: has the unknown level \"loud\"");
  }

  @Test
  void aHandoverThatNoSocketCanBeAtIsFoundBefore() throws Exception {
    assertThat(run("--check-config", "-o", "handover=" + directory.resolve("at"))).isZero();
    Path inNone = directory.resolve("none/at");
    assertThat(run("--check-config", "-o", "handover=" + inNone)).isEqualTo(ServiceMain.EXIT_USAGE);
    assertThat(err()).contains("handover: cannot be used: cannot write beside the handover path");
    String tooLong = "handover=" + directory.resolve("a".repeat(104));
    assertThat(run("--check-config", "-o", tooLong)).isEqualTo(ServiceMain.EXIT_USAGE);
    Path file = Files.writeString(directory.resolve("file"), "mine");
    assertThat(run("--check-config", "-o", "handover=" + file)).isEqualTo(ServiceMain.EXIT_USAGE);
  }

  @Test
  void printsEveryKey() {
    assertThat(run("--print-config", "--set", "test.mode=broken")).isEqualTo(ServiceMain.EXIT_OK);
    assertThat(out())
        .contains("test.mode = \"broken\" # from --override test.mode")
        .contains("# metrics_bind_address is not set")
        .contains("transport = \"auto\"")
        .contains("drain_time = \"20s\"");
  }

  @Test
  void refusesUnknownArguments() {
    assertThat(run("--fast")).isEqualTo(ServiceMain.EXIT_USAGE);
    assertThat(err()).isEqualTo("test-service: unknown argument: --fast, see --help\n");
  }

  @Test
  void causesAreToldOnOneLine() {
    Exception e = new IllegalStateException("a\nb", new IllegalArgumentException("c"));
    assertThat(ServiceMain.chain(new IllegalStateException(e.toString(), e))).doesNotContain("\n");
    assertThat(ServiceMain.chain(e)).isEqualTo("a b: c");
  }
}
