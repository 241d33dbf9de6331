package app.seventv.core;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.HttpLimits;
import app.seventv.core.limits.AddressLimitOptions;
import app.seventv.core.websocket.WebSocketOptions;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** docs/limits.md has a row for every limit, with its default and the tests that prove it. */
class LimitsTableTest {
  private static final Path TABLES = Path.of("../docs/limits.md");

  /** What a row says of a limit. */
  private record Row(String standard, String test) {}

  /** Rows of the section with this title, by the name of the limit. */
  private static Map<String, Row> rows(String title) throws Exception {
    Map<String, Row> rows = new LinkedHashMap<>();
    boolean within = false;
    for (String line : Files.readAllLines(TABLES)) {
      if (line.startsWith("## ")) {
        within = line.equals("## " + title);
      } else if (within && line.startsWith("| `")) {
        String[] cells = line.split("\\|", -1);
        assertThat(cells).as(line).hasSize(6);
        Row row = new Row(cells[2].strip(), cells[4].strip().replace("`", ""));
        assertThat(rows.put(cells[1].strip().replace("`", ""), row)).as(line).isNull();
      }
    }
    return rows;
  }

  private static void assertTestsExist(Map<String, Row> rows) throws Exception {
    for (Row row : rows.values()) {
      String[] names = row.test.split("#", -1);
      Class<?> testClass = Class.forName("app.seventv.core." + names[0]);
      assertThat(testClass.getDeclaredMethods())
          .as(row.test)
          .anyMatch(m -> m.getName().equals(names[1]));
    }
  }

  /** Fields of numbers, which are limits, and their values in the defaults. */
  private static Map<String, Long> numbers(Object defaults) throws Exception {
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (Field field : defaults.getClass().getDeclaredFields()) {
      boolean number = field.getType() == int.class || field.getType() == long.class;
      if (number && !Modifier.isStatic(field.getModifiers())) {
        Object value = defaults.getClass().getMethod(field.getName()).invoke(defaults);
        numbers.put(field.getName(), ((Number) value).longValue());
      }
    }
    return numbers;
  }

  private static void assertDocumented(String title, Object defaults) throws Exception {
    Map<String, Row> rows = rows(title);
    Map<String, Long> numbers = numbers(defaults);
    assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(numbers.keySet());
    rows.forEach((name, row) ->
        assertThat(row.standard.split(",", -1)[0])
            .as(name)
            .isEqualTo(String.valueOf(numbers.get(name))));
    assertTestsExist(rows);
  }

  @Test
  void http() throws Exception {
    assertDocumented("HttpLimits", HttpLimits.DEFAULT);
  }

  @Test
  void webSockets() throws Exception {
    assertDocumented("WebSocketOptions", WebSocketOptions.DEFAULT);
  }

  @Test
  void addresses() throws Exception {
    Map<String, Row> rows = rows("AddressLimitOptions");
    List<String> names =
        Arrays.stream(AddressLimitOptions.class.getRecordComponents())
            .map(RecordComponent::getName)
            .filter(name -> !name.equals("enabled"))
            .toList();
    assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(names);
    assertTestsExist(rows);
  }
}
