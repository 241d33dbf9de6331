package app.seventv.core.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Clients written for Node, with the libraries of their lock file. */
final class NodeClients {
  private static final Path SOURCES = Path.of("src", "test", "node").toAbsolutePath();
  private static final Path INSTALLED = Path.of("target", "node").toAbsolutePath();
  private static final long LIMIT_SECONDS = 240;

  private NodeClients() {}

  /** Runs a script to its end and returns what it printed. */
  static String run(String script, String... arguments) throws IOException, InterruptedException {
    install();
    Files.copy(
        SOURCES.resolve(script), INSTALLED.resolve(script), StandardCopyOption.REPLACE_EXISTING);
    List<String> command = new ArrayList<>(List.of("node", script));
    command.addAll(List.of(arguments));
    return output(command, script + ".log");
  }

  /** {@code npm ci}, unless the lock file is the one installed last; no package runs scripts. */
  private static synchronized void install() throws IOException, InterruptedException {
    Path lock = SOURCES.resolve("package-lock.json");
    Path installedLock = INSTALLED.resolve("package-lock.json");
    Path stamp = INSTALLED.resolve("node_modules").resolve(".package-lock.json");
    if (Files.exists(stamp)
        && Files.exists(installedLock)
        && Files.mismatch(lock, installedLock) < 0) {
      return;
    }
    Files.createDirectories(INSTALLED);
    for (Path file : List.of(lock, SOURCES.resolve("package.json"))) {
      Files.copy(file, INSTALLED.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
    output(
        List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
        "npm.log");
    assertThat(stamp).exists();
  }

  private static String output(List<String> command, String logName)
      throws IOException, InterruptedException {
    Path log = INSTALLED.resolve(logName);
    Process process =
        new ProcessBuilder(command)
            .directory(INSTALLED.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as("end of " + command).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(log);
  }
}
