package app.seventv.core.config;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Renders a configuration file before it is parsed (operations.md §2.1): <code>${{ env.NAME }}
 * </code> becomes the variable's value (empty if unset), <code>{# … #}</code> vanishes. Remembers
 * which source line each rendered line came from.
 */
final class Template {
  private static final Pattern VARIABLE = Pattern.compile("\\s*env\\.([A-Za-z_][A-Za-z0-9_]*)\\s*");

  private final String file;
  private final String source;
  private final Map<String, String> environment;
  private final List<String> problems;
  private final List<String> warnings;
  private final StringBuilder text = new StringBuilder();
  private int[] lines = new int[64];
  private int lineCount;
  private int sourceLine = 1;

  private Template(
      String file,
      String source,
      Map<String, String> environment,
      List<String> problems,
      List<String> warnings) {
    this.file = file;
    this.source = source;
    this.environment = environment;
    this.problems = problems;
    this.warnings = warnings;
  }

  static Rendered render(
      String file,
      String source,
      Map<String, String> environment,
      List<String> problems,
      List<String> warnings) {
    return new Template(file, source, environment, problems, warnings).render();
  }

  private Rendered render() {
    startLine();
    int at = 0;
    while (at < source.length()) {
      if (source.startsWith("${{", at)) {
        at = expression(at);
      } else if (source.startsWith("{#", at)) {
        at = skipTo("#}", at, "comment {# is never closed");
      } else if (source.startsWith("{%", at)) {
        problems.add(file + ":" + sourceLine + ": template blocks {% … %} are not supported");
        at = skipTo("%}", at, "template block {% is never closed");
      } else {
        char c = source.charAt(at++);
        sourceLine += c == '\n' ? 1 : 0;
        append(c);
      }
    }
    return new Rendered(text.toString(), Arrays.copyOf(lines, lineCount));
  }

  private int expression(int start) {
    int end = source.indexOf("}}", start);
    String inner = end < 0 ? "" : source.substring(start + 3, end);
    Matcher matcher = VARIABLE.matcher(inner);
    if (!matcher.matches()) {
      problems.add(file + ":" + sourceLine + ": expected ${{ env.NAME }}");
      return end < 0 ? source.length() : end + 2;
    }
    String value = environment.get(matcher.group(1));
    if (value == null) {
      warnings.add(
          file + ":" + sourceLine + ": environment variable " + matcher.group(1) + " is not set");
    } else {
      value.chars().forEach(c -> append((char) c));
    }
    sourceLine += (int) inner.chars().filter(c -> c == '\n').count();
    return end + 2;
  }

  private int skipTo(String close, int start, String problem) {
    int end = source.indexOf(close, start);
    if (end < 0) {
      problems.add(file + ":" + sourceLine + ": " + problem);
      return source.length();
    }
    sourceLine += (int) source.substring(start, end).chars().filter(c -> c == '\n').count();
    return end + close.length();
  }

  private void append(char c) {
    text.append(c);
    if (c == '\n') {
      startLine();
    }
  }

  private void startLine() {
    if (lineCount == lines.length) {
      lines = Arrays.copyOf(lines, lineCount * 2);
    }
    lines[lineCount++] = sourceLine;
  }

  /** Rendered text; {@code lines[i]} is the source line of rendered line {@code i + 1}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves the package
  record Rendered(String text, int[] lines) {
    int sourceLine(int renderedLine) {
      return renderedLine >= 1 && renderedLine <= lines.length
          ? lines[renderedLine - 1]
          : renderedLine;
    }
  }
}
