package app.seventv.imageprocessor;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** What an independent program says about a file. */
final class ToolOutput {
  private ToolOutput() {}

  static String of(String... command) throws Exception {
    Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + text);
    }
    return text;
  }
}
