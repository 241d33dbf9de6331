package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.api.Covers.Outcome;
import app.seventv.api.common.Operation;
import app.seventv.model.Permission;
import graphql.language.FieldDefinition;
import graphql.language.ObjectTypeDefinition;
import graphql.parser.Parser;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/operations-table.md} says what the code says: each operation of the old API, who may
 * do it, and the tests that show it. With {@code -Doperations.write=true} the file is written.
 */
class OperationsTableTest {
  private static final Path TABLE = Path.of("..", "docs", "operations-table.md");

  /** Fields that only open a group of operations. */
  private static final Set<String> OPENERS =
      Set.of("Mutation.cosmetics", "Mutation.emoteSet", "Mutation.emote", "Mutation.user");

  private static List<Class<?>> classes(Class<?> near) throws IOException {
    Path root = Path.of(near.getProtectionDomain().getCodeSource().getLocation().getPath());
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root.resolve("app/seventv/api"))) {
      for (Path file : files.sorted().toList()) {
        String name = root.relativize(file).toString();
        if (name.endsWith(".class") && !name.endsWith("package-info.class")) {
          classes.add(
              Class.forName(
                  name.substring(0, name.length() - ".class".length()).replace('/', '.'),
                  false,
                  near.getClassLoader()));
        }
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
    return classes;
  }

  private static Map<String, Operation> operations() throws IOException {
    Map<String, Operation> operations = new TreeMap<>();
    for (Class<?> type : classes(ApiServer.class)) {
      List<AnnotatedElement> places = new ArrayList<>(Arrays.asList(type.getDeclaredMethods()));
      places.add(type);
      for (AnnotatedElement place : places) {
        for (Operation operation : place.getAnnotationsByType(Operation.class)) {
          for (String name : operation.value()) {
            assertThat(operations.put(name, operation)).as("%s is named twice", name).isNull();
          }
        }
      }
    }
    return operations;
  }

  private static Map<String, Map<Outcome, Set<String>>> tests() throws IOException {
    Map<String, Map<Outcome, Set<String>>> tests = new TreeMap<>();
    for (Class<?> type : classes(OperationsTableTest.class)) {
      for (Method method : type.getDeclaredMethods()) {
        for (Covers covers : method.getAnnotationsByType(Covers.class)) {
          for (Outcome outcome : covers.outcomes()) {
            tests
                .computeIfAbsent(covers.value(), name -> new EnumMap<>(Outcome.class))
                .computeIfAbsent(outcome, each -> new TreeSet<>())
                .add(type.getSimpleName() + "." + method.getName());
          }
        }
      }
    }
    return tests;
  }

  /** Every field of the schema that changes something. */
  private static Set<String> mutations() throws IOException {
    String sdl;
    try (InputStream in =
        Objects.requireNonNull(
            OperationsTableTest.class.getResourceAsStream("/app/seventv/api/v3.graphqls"))) {
      sdl = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Set<String> names = new TreeSet<>();
    for (ObjectTypeDefinition type :
        Parser.parse(sdl).getDefinitionsOfType(ObjectTypeDefinition.class)) {
      if (type.getName().equals("Mutation") || type.getName().endsWith("Ops")) {
        for (FieldDefinition field : type.getFieldDefinitions()) {
          names.add(type.getName() + "." + field.getName());
        }
      }
    }
    names.removeAll(OPENERS);
    names.removeIf(name -> name.endsWith("Ops.id"));
    return names;
  }

  private static String table() throws IOException {
    Map<String, Map<Outcome, Set<String>>> tests = tests();
    StringBuilder text =
        new StringBuilder(
            """
            # Operations of the v3 API

            Made from the code by `OperationsTableTest` (`-Doperations.write=true` writes it): what can be done, the
            permissions that the caller needs, whom it may be done for, and the tests that show success, a missing
            permission, bad input and a conflict.

            | Operation | Permission | For whom | Success | Permission missing | Bad input | Conflict |
            |---|---|---|---|---|---|---|
            """);
    for (Map.Entry<String, Operation> entry : operations().entrySet()) {
      Operation operation = entry.getValue();
      String needs =
          Arrays.stream(operation.needs()).map(Permission::name).collect(Collectors.joining(", "));
      text.append("| `").append(entry.getKey()).append("` | ");
      text.append(needs.isEmpty() ? "–" : needs).append(" | ").append(operation.who());
      for (Outcome outcome : Outcome.values()) {
        Set<String> shown =
            tests.getOrDefault(entry.getKey(), Map.of()).getOrDefault(outcome, Set.of());
        text.append(" | ").append(shown.isEmpty() ? "–" : String.join(", ", shown));
      }
      text.append(" |\n");
    }
    return text.toString();
  }

  @Test
  void everyMutationNamesItsPermissionAndHasTests() throws Exception {
    Set<String> operations = operations().keySet();
    assertThat(operations).containsAll(mutations());
    assertThat(tests().keySet()).containsAll(mutations());
    assertThat(operations).containsAll(tests().keySet());
    Map<String, Map<Outcome, Set<String>>> tests = tests();
    for (String mutation : mutations()) {
      if (!Objects.requireNonNull(operations().get(mutation)).who().startsWith("not served")) {
        assertThat(tests.get(mutation))
            .as(mutation)
            .containsKeys(Outcome.SUCCESS, Outcome.PERMISSION);
      }
    }
  }

  @Test
  void theTableIsUpToDate() throws Exception {
    String table = table();
    if (Boolean.getBoolean("operations.write")) {
      Files.writeString(TABLE, table);
    }
    assertThat(Files.readString(TABLE)).isEqualTo(table);
  }
}
