package app.seventv.devstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code systemd/install}, run on a checkout that looks like a built one. */
class InstallTest {
  private static final Path SYSTEMD =
      Path.of(System.getProperty("project.root", ".."), "systemd").toAbsolutePath();

  @TempDir Path directory;

  /** As one built it for whom files are nobody else's business. */
  @BeforeEach
  void buildUnderAStrictUmask() throws Exception {
    run(
        """
        umask 077
        mkdir -p checkout/cdn-server/target/lib checkout/websites/server/target/lib
        mkdir -p checkout/websites/site/dist/assets
        cp -r "$1" checkout/systemd
        touch checkout/cdn-server/target/cdn-server.jar checkout/cdn-server/target/lib/netty.jar
        touch checkout/websites/server/target/website-server.jar
        touch checkout/websites/site/dist/index.html checkout/websites/site/dist/assets/a.js
        """,
        SYSTEMD.toString());
  }

  private String run(String script, String... arguments) throws Exception {
    List<String> command =
        Stream.concat(Stream.of("bash", "-euc", script, "bash"), Stream.of(arguments)).toList();
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private String whatWouldBeDone(String... services) throws Exception {
    return run("checkout/systemd/install --dry-run \"$@\"", services);
  }

  private static String mode(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The services' users own nothing of a release. */
  @Test
  void everyUserReadsAReleaseWhateverTheUmask() throws Exception {
    run("umask 077; checkout/systemd/install --root \"$PWD/host\" cdn website");
    Path release = directory.resolve("host/opt/seventv");
    assertThat(release.resolve("current/cdn-server/lib/netty.jar")).exists();
    assertThat(release.resolve("current/websites/site/assets/a.js")).exists();
    try (Stream<Path> paths = Files.walk(directory.resolve("host"))) {
      assertThat(paths.filter(path -> !Files.isSymbolicLink(path)).toList())
          .allSatisfy(path ->
              assertThat(mode(path))
                  .as(path.toString())
                  .isEqualTo(
                      Files.isDirectory(path) || path.endsWith("bin/launch")
                          ? "rwxr-xr-x"
                          : "rw-r--r--"));
    }
  }

  /** A credential is copied once, at the start: a renewed certificate would not be seen. */
  @Test
  void certificatesAreReadWhereTheyAreRenewed() throws Exception {
    assertThat(whatWouldBeDone("cdn"))
        .contains("install -d -m 0750 -g seventv-cdn /etc/seventv/tls/cdn\n")
        .doesNotContain("/etc/seventv/tls/events");
    for (String unit : List.of("seventv-cdn@.service", "seventv-event-api@.service")) {
      String text = Files.readString(SYSTEMD.resolve("units").resolve(unit));
      String user = text.replaceFirst("(?s).*\nUser=(\\S+)\n.*", "$1");
      assertThat(text)
          .doesNotContain("LoadCredential")
          .contains("\nSupplementaryGroups=" + user + "\n");
    }
  }
}
