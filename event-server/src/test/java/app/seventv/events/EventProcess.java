package app.seventv.events;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The service in a process of its own. */
final class EventProcess implements AutoCloseable {
  private static final int LIMIT_SECONDS = 120;

  private final Process process;
  private final Path log;

  private EventProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts one.
   *
   * @param name of its files in the directory
   * @param config its settings
   */
  static EventProcess start(Path directory, String name, String config) throws IOException {
    return start(directory, name, config, "-Xmx512m");
  }

  /**
   * Starts one.
   *
   * @param heap option for the size of the heap
   */
  static EventProcess start(Path directory, String name, String config, String heap)
      throws IOException {
    Path file = Files.writeString(directory.resolve(name + ".toml"), config);
    Path log = directory.resolve(name + ".log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+ExitOnOutOfMemoryError",
                heap,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                EventServer.class.getName(),
                "--config",
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new EventProcess(process, log);
  }

  /** Waits for the end of the process; its exit code. */
  int exit() throws InterruptedException, IOException {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("still running: " + log());
    }
    return process.exitValue();
  }

  /** What it has written so far. */
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
