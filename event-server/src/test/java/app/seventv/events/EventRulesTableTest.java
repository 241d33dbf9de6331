package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/event-rules-table.md} has every numbered rule, and the tests it names exist. */
class EventRulesTableTest {
  private static final Path TABLE = Path.of("..", "docs", "event-rules-table.md");

  /** What the service is made of: some rules are kept, and tested, in another module. */
  private static final List<String> MODULES =
      List.of("event-server", "netty-core", "api-server", "benchmarks");

  private static final Pattern TEST = Pattern.compile("\\b([A-Z]\\w*Test)\\.(\\w+)");

  /** Sections of event-api.md whose rows have numbers, and how many there are. */
  private static final Map<Integer, Integer> NUMBERED = Map.of(19, 38, 20, 32, 22, 11);

  private static List<String[]> rows() throws IOException {
    return Files.readAllLines(TABLE).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| Rule"))
        .map(line -> line.split(" \\| ", -1))
        .toList();
  }

  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "test", "java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          sources.merge(name, Files.readString(file), String::concat);
        }
      }
    }
    return sources;
  }

  @Test
  void everyNumberedRowIsThere() throws IOException {
    List<String> rules = new ArrayList<>();
    for (String[] row : rows()) {
      rules.add(row[0].substring(2));
    }
    assertThat(rules).doesNotHaveDuplicates();
    NUMBERED.forEach((section, count) -> {
      for (int row = 1; row <= count; row++) {
        assertThat(rules).contains(section + "." + row);
      }
    });
  }

  @Test
  void everyTestExistsOrTheRowSaysWhyNot() throws IOException {
    Map<String, String> sources = sources();
    for (String[] row : rows()) {
      Matcher tests = TEST.matcher(row[2]);
      boolean hasTest = false;
      while (tests.find()) {
        hasTest = true;
        String source = sources.get(Objects.requireNonNull(tests.group(1)));
        assertThat(source).as(tests.group()).isNotNull().contains("void " + tests.group(2) + "(");
      }
      assertThat(hasTest || row[2].startsWith("none")).as(row[0]).isTrue();
      boolean mustHaveTest = row[0].startsWith("| 20.") || row[0].startsWith("| 22.");
      assertThat(hasTest || !mustHaveTest).as(row[0]).isTrue();
    }
  }
}
