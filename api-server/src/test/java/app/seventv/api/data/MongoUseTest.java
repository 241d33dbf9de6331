package app.seventv.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The API asks of MongoDB only what a server of it and the embedded one answer alike
 * (backing-services.md §2, §10): whoever needs more adds it to their contract tests first.
 */
class MongoUseTest {
  private static final Path SOURCES = Path.of("src/main/java");

  /** Query and update operators and stages that stand in the code as text. */
  private static final Set<String> OPERATORS =
      Set.of("$in", "$or", "$match", "$project", "$set", "$ref", "$date", "$numberLong");

  private static final Set<String> FILTERS =
      Set.of("and", "elemMatch", "empty", "eq", "gt", "in", "lt", "lte", "ne", "or");
  private static final Set<String> UPDATES =
      Set.of("combine", "inc", "pull", "push", "pushEach", "set", "setOnInsert", "unset");
  private static final Set<String> SORTS = Set.of("ascending", "descending", "orderBy");

  /** What differs, or moves time out of our hands (§10 no. 3, 4, 5, 15, 16). */
  private static final List<String> FORBIDDEN =
      List.of(
          "Collation",
          "Projections.computed",
          "arrayFilters",
          "currentDate",
          "\"$$NOW\"",
          "ReadPreference.secondary",
          "getUpdateDescription",
          "mapReduce",
          "Filters.regex",
          "Filters.text",
          "Filters.where",
          "Filters.expr");

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static Set<String> uses(String expression) throws IOException {
    Pattern pattern = Pattern.compile(expression);
    Set<String> found = new TreeSet<>();
    for (Path source : sources()) {
      Matcher matcher = pattern.matcher(Files.readString(source));
      while (matcher.find()) {
        found.add(matcher.group(1));
      }
    }
    return found;
  }

  @Test
  void operatorsAreThoseOfBothServers() throws Exception {
    assertThat(uses("\"(\\$[a-zA-Z]+)\"")).isNotEmpty().isSubsetOf(OPERATORS);
    assertThat(uses("\\bFilters\\.(\\w+)")).isNotEmpty().isSubsetOf(FILTERS);
    assertThat(uses("\\bUpdates\\.(\\w+)")).isNotEmpty().isSubsetOf(UPDATES);
    assertThat(uses("\\bSorts\\.(\\w+)")).isNotEmpty().isSubsetOf(SORTS);
  }

  @Test
  void nothingIsUsedThatDiffers() throws Exception {
    List<String> found = new ArrayList<>();
    for (Path source : sources()) {
      String text = Files.readString(source);
      FORBIDDEN.stream().filter(text::contains).forEach(use -> found.add(source + ": " + use));
    }
    assertThat(found).isEmpty();
  }
}
