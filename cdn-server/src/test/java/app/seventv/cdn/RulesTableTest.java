package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/cdn-rules.md names tests that are there. */
class RulesTableTest {
  private static final Path ROOT = Path.of("..");
  private static final int MIN_ROWS = 140;

  /** What a test does that asks over all versions. */
  private static final List<String> OVER_EVERY_VERSION =
      List.of(
          "@EnumSource(Version.class)",
          "Version.values()",
          "VERSIONS.get(",
          "overEveryVersion(",
          "OverEveryVersion("); // one after the other, by name

  /** A method with its annotations. */
  private static String method(String source, String name) {
    int at = source.indexOf("void " + name + "(");
    return source.substring(source.lastIndexOf("\n\n", at), source.indexOf("\n  }\n", at));
  }

  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : List.of("cdn-server", "netty-core", "benchmarks")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
          String name = file.getFileName().toString();
          sources.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
        }
      }
    }
    return sources;
  }

  @Test
  void everyRuleHasATest() throws Exception {
    Map<String, String> sources = testSources();
    int rows = 0;
    for (String line : Files.readAllLines(ROOT.resolve("docs/cdn-rules.md"))) {
      if (line.matches("\\| \\d.*")) {
        String[] cells = line.split("\\|", -1);
        assertThat(cells).as(line).hasSize(6);
        String[] test = cells[4].strip().split("#", -1);
        assertThat(test).as(line).hasSize(2);
        assertThat(sources.keySet()).as(line).contains(test[0]);
        String source = sources.getOrDefault(test[0], "");
        assertThat(source).as(line).contains("void " + test[1] + "(");
        boolean everyVersion =
            OVER_EVERY_VERSION.stream().anyMatch(method(source, test[1])::contains);
        assertThat(cells[3].strip().equals("1, 2, 3")).as(line).isEqualTo(everyVersion);
        rows++;
      }
    }
    assertThat(rows).isGreaterThanOrEqualTo(MIN_ROWS);
  }
}
