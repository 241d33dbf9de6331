package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables of rules name classes and tests that are there. */
class ApiRulesTest {
  private static final Path ROOT = Path.of("..");
  private static final List<String> MODULES = List.of("api-server", "platform-model", "dev-stack");

  private static Map<String, String> sources(String folder) throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve(folder))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          String name = file.getFileName().toString();
          sources.merge(
              name.substring(0, name.length() - ".java".length()),
              Files.readString(file),
              String::concat);
        }
      }
    }
    return sources;
  }

  @ParameterizedTest
  @CsvSource({"data-model-rules.md,70", "api-v3-rules.md,95"})
  void everyRuleHasAClassAndATest(String table, int rows) throws Exception {
    Map<String, String> classes = sources("src/main/java");
    Map<String, String> tests = sources("src/test/java");
    Set<String> rules = new HashSet<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs").resolve(table))) {
      if (!line.matches("\\| \\d.*")) {
        continue;
      }
      String[] cells = line.split("\\|", -1);
      if (cells.length == 5) {
        continue; // what is deliberately different has neither
      }
      assertThat(cells).as(line).hasSize(6);
      assertThat(rules.add(cells[1] + cells[2])).as("twice: " + line).isTrue();
      assertThat(classes.keySet()).as(line).contains(cells[3].strip().split(", ", -1));
      for (String test : cells[4].strip().split(", ", -1)) {
        String[] parts = test.split("#", -1);
        assertThat(parts).as(line).hasSize(2);
        assertThat(tests.getOrDefault(parts[0], "no such class"))
            .as(line)
            .containsPattern("(void|Stream<\\w+>) " + Pattern.quote(parts[1]) + "\\(");
      }
    }
    assertThat(rules).hasSizeGreaterThanOrEqualTo(rows);
  }
}
