package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.api.Covers.Outcome;
import app.seventv.api.common.Operation;
import app.seventv.api.v3rest.OpenApi;
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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/operations-table.md} says what the code says: each operation of the API, who may do
 * it, and the tests that show it. With {@code -Doperations.write=true} the file is written.
 */
class OperationsTableTest {
  private static final Path TABLE = Path.of("..", "docs", "operations-table.md");

  /** Fields that only open a group of operations. */
  private static final Set<String> OPENERS =
      Set.of("Mutation.cosmetics", "Mutation.emoteSet", "Mutation.emote", "Mutation.user");

  private static final Set<String> NEW_OPENERS =
      Set.of(
          "EmoteMutation.emote",
          "EmoteMutation.emotes",
          "EmoteSetMutation.emoteSet",
          "UserMutation.user",
          "UserEditorMutation.editor");

  /** Types of the new schema whose fields answer 501, or, the batch, do what single ones do. */
  private static final Set<String> NOT_WIRED =
      Set.of(
          "BillingMutation",
          "EmoteBatchOperation",
          "EntitlementEdgeMutation",
          "EntitlementEdgeOperation",
          "JobMutation",
          "ProductMutation",
          "RedeemCodeMutation",
          "RedeemCodeOperation",
          "SpecialEventMutation");

  private static final Set<String> GRAPHQL_ROUTES =
      Set.of("POST /v3/gql", "GET /v3/gql/playground");

  private static final Set<String> EGVAULT_ROUTES =
      Set.of(
          "GET /egvault/v1/products",
          "GET /egvault/v1/subscriptions/{target}",
          "POST /egvault/v1/subscriptions",
          "DELETE /egvault/v1/subscriptions/{target}",
          "POST /egvault/v1/subscriptions/{target}/reactivate",
          "PATCH /egvault/v1/subscriptions/{target}/payment-method",
          "POST /egvault/v1/redeem",
          "POST /internal/webhook/stripe",
          "POST /internal/webhook/paypal");

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

  /** Every field of the old schema that changes something. */
  private static Set<String> mutations() throws IOException {
    Set<String> names =
        fields("v3.graphqls", type -> type.equals("Mutation") || type.endsWith("Ops"));
    names.removeAll(OPENERS);
    names.removeIf(name -> name.endsWith("Ops.id"));
    return names;
  }

  private static Set<String> fields(String schema, Predicate<String> types) throws IOException {
    String sdl;
    try (InputStream in =
        Objects.requireNonNull(
            OperationsTableTest.class.getResourceAsStream("/app/seventv/api/" + schema))) {
      sdl = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Set<String> names = new TreeSet<>();
    for (ObjectTypeDefinition type :
        Parser.parse(sdl).getDefinitionsOfType(ObjectTypeDefinition.class)) {
      if (types.test(type.getName())) {
        for (FieldDefinition field : type.getFieldDefinitions()) {
          names.add(type.getName() + "." + field.getName());
        }
      }
    }
    return names;
  }

  /** Every wired field of the new schema that changes something. */
  private static Set<String> newMutations() throws IOException {
    Set<String> names =
        fields("v4.graphqls", type -> type.matches("(?!Mutation).*(Mutation|Operation)"));
    names.removeIf(name -> NOT_WIRED.contains(name.substring(0, name.indexOf('.'))));
    names.removeAll(NEW_OPENERS);
    return names;
  }

  /** Those that do something. */
  static Set<String> servedMutations() throws IOException {
    Map<String, Operation> operations = operations();
    Set<String> served = mutations();
    served.removeIf(name -> who(operations.get(name)).startsWith("not served"));
    return served;
  }

  private static String table() throws IOException {
    Map<String, Map<Outcome, Set<String>>> tests = tests();
    StringBuilder text =
        new StringBuilder(
            """
            # Operations of the API

            Made from the code by `OperationsTableTest` (`-Doperations.write=true` writes it): what can be done, the
            permissions that the caller needs, whom it may be done for, and the tests that show success, a missing
            permission, bad input and a conflict. A test fails where one is missing without a reason.

            | Operation | Permission | For whom | Success | Permission missing | Bad input | Conflict |
            |---|---|---|---|---|---|---|
            """);
    Map<String, Operation> operations = operations();
    for (String name : names(operations)) {
      Operation operation = operations.get(name);
      String needs =
          operation == null
              ? ""
              : Arrays.stream(operation.needs())
                  .map(Permission::name)
                  .collect(Collectors.joining(", "));
      text.append("| `").append(name).append("` | ");
      text.append(needs.isEmpty() ? "–" : needs).append(" | ").append(who(operation));
      for (Outcome outcome : Outcome.values()) {
        Set<String> shown = tests.getOrDefault(name, Map.of()).getOrDefault(outcome, Set.of());
        String cell =
            shown.isEmpty() ? notApplicable(name, operation, outcome) : String.join(", ", shown);
        text.append(" | ").append(cell);
      }
      text.append(" |\n");
    }
    return text.toString();
  }

  /** Annotated operations, and the routes that everybody may read. */
  private static Set<String> names(Map<String, Operation> operations) {
    Set<String> names = new TreeSet<>(operations.keySet());
    names.addAll(OpenApi.routes());
    names.addAll(EGVAULT_ROUTES);
    names.removeAll(GRAPHQL_ROUTES);
    return names;
  }

  private static String who(@Nullable Operation operation) {
    return operation == null ? "anybody" : operation.who();
  }

  /** Why an operation has no test of an outcome; empty if it must have one. */
  private static String notApplicable(String name, @Nullable Operation operation, Outcome outcome) {
    String who = who(operation);
    boolean open = operation == null || operation.needs().length == 0;
    String reason =
        who.startsWith("not served")
            ? "not served"
            : switch (outcome) {
              case SUCCESS -> "";
              case PERMISSION -> open && who.startsWith("anybody") ? "for anybody" : "";
              case BAD_INPUT ->
                  operation == null || operation.noBadInput().isEmpty()
                      ? who.equals("anybody") && takesNothing(name) ? "takes nothing" : ""
                      : operation.noBadInput();
              case CONFLICT ->
                  operation == null || operation.noConflict().isEmpty()
                      ? name.startsWith("GET ") ? "changes nothing" : ""
                      : operation.noConflict();
            };
    return reason.isEmpty() ? "" : "n/a: " + reason;
  }

  private static boolean takesNothing(String name) {
    return name.startsWith("GET ") && !name.contains("{");
  }

  @Test
  void everyOperationIsTestedInAllItsOutcomes() throws Exception {
    Map<String, Operation> operations = operations();
    Map<String, Map<Outcome, Set<String>>> tests = tests();
    Set<String> names = names(operations);
    assertThat(names)
        .containsAll(mutations())
        .containsAll(newMutations())
        .containsAll(tests.keySet());
    List<String> missing = new ArrayList<>();
    for (String name : names) {
      for (Outcome outcome : Outcome.values()) {
        boolean tested = tests.getOrDefault(name, Map.of()).containsKey(outcome);
        String reason = notApplicable(name, operations.get(name), outcome);
        if (!tested && reason.isEmpty()) {
          missing.add(name + " " + outcome);
        }
      }
    }
    assertThat(missing).isEmpty();
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
