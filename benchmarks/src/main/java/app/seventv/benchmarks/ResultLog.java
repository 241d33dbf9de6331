package app.seventv.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Keeps one JSON line per run in {@code benchmarks/results/NAME.jsonl}. */
final class ResultLog {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path root;

  ResultLog(Path root) {
    this.root = root;
  }

  void append(String name, boolean quick, List<Figure> figures) throws IOException {
    ObjectNode line = JSON.createObjectNode();
    line.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    line.put("commit", output("git", "rev-parse", "--short=12", "HEAD"));
    line.put("changed", sourcesAreChanged());
    line.put("cpu", cpu());
    line.put("cores", Runtime.getRuntime().availableProcessors());
    line.put("kernel", System.getProperty("os.version"));
    line.put("java", System.getProperty("java.runtime.version"));
    line.put("quick", quick);
    ObjectNode values = line.putObject("figures");
    for (Figure figure : figures) {
      values.putObject(figure.name()).put("value", figure.value()).put("unit", figure.unit());
    }
    Path file = root.resolve("benchmarks/results/" + name + ".jsonl");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        JSON.writeValueAsString(line) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Whether what was measured differs from the commit; the results of runs before do not count. */
  private boolean sourcesAreChanged() throws IOException {
    return !output(
            "git",
            "status",
            "--porcelain",
            "--untracked-files=no",
            "--",
            ".",
            ":!benchmarks/results")
        .isEmpty();
  }

  private static String cpu() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .orElse(System.getProperty("os.arch"));
    }
  }

  private String output(String... command) throws IOException {
    Process process = new ProcessBuilder(command).directory(root.toFile()).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return text.strip();
  }
}
