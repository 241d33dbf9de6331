package app.seventv.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The bare loop of {@code src/main/c/floor.c} on the core of the servers. */
final class FloorProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final Writer input;
  private final int port;

  private FloorProcess(Process process) throws IOException {
    this.process = process;
    this.output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    this.input = process.outputWriter(StandardCharsets.US_ASCII);
    List<String> words = List.of(String.valueOf(output.readLine()).split(" ", -1));
    if (words.size() != 2 || !words.getFirst().equals("listening")) {
      process.destroy();
      throw new IOException("the floor did not start");
    }
    this.port = Integer.parseInt(words.get(1));
  }

  /** Compiles and starts it; clients can connect then. */
  static FloorProcess start(BenchContext context, int clients, int frameBytes)
      throws IOException, InterruptedException {
    Path program = context.work().resolve("floor");
    Path source = context.root().resolve("benchmarks/src/main/c/floor.c");
    Process compiler =
        new ProcessBuilder("cc", "-O2", "-o", program.toString(), source.toString())
            .inheritIO()
            .start();
    if (compiler.waitFor() != 0) {
      throw new IOException("cc failed");
    }
    Process process =
        new ProcessBuilder(
                "taskset",
                "-c",
                LoadTools.SERVER_CORE,
                program.toString(),
                Integer.toString(clients),
                Integer.toString(frameBytes))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return new FloorProcess(process);
  }

  int port() {
    return port;
  }

  /** Waits until all clients are connected. */
  void awaitReady() throws IOException {
    if (!"ready".equals(output.readLine())) {
      throw new IOException("the floor did not start");
    }
  }

  /** Sends one frame to each client; returns the processor time in nanoseconds. */
  long round() throws IOException {
    input.write("go\n");
    input.flush();
    List<String> words = List.of(String.valueOf(output.readLine()).split(" ", -1));
    if (words.size() != 3 || !words.get(2).equals("0")) {
      throw new IOException("not every frame was sent: " + words);
    }
    return Long.parseLong(words.get(1));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
