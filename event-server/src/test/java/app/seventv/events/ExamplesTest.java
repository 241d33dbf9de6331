package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import app.seventv.model.topic.EventType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Every example file is a test: each is named by one of the tests, and all frames among them have
 * the shape of event-api.md §5 and §10.
 */
class ExamplesTest {
  private static final Path FILES = Path.of("src/test/resources/examples");
  private static final Path TESTS = Path.of("src/test/java");
  private static final String INDEX = "_index";

  private static final List<String> ENVELOPE = List.of("d", "op", "t", "s");

  private static final List<String> CHANGE_MAP =
      List.of(
          "id",
          "kind",
          "contextual",
          "actor",
          "added",
          "updated",
          "removed",
          "pushed",
          "pulled",
          "object");

  private static final List<String> CHANGE_FIELD =
      List.of("key", "index", "nested", "type", "old_value", "value");

  private static final Set<String> VALUE_TYPES = Set.of("string", "number", "bool", "object", "");

  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      return files
          .map(file -> file.getFileName().toString().replace(".json", ""))
          .filter(name -> !name.equals(INDEX))
          .sorted()
          .toList();
    }
  }

  static List<String> frames() throws IOException {
    return names().stream()
        .filter(name -> Examples.tree(name).has("op") && !name.startsWith("client-"))
        .toList();
  }

  @Test
  void theIndexNamesAllFiles() throws IOException {
    List<String> indexed = new ArrayList<>();
    for (JsonNode file : Examples.tree(INDEX).get("files")) {
      indexed.add(file.get("file").stringValue().replace(".json", ""));
    }
    assertThat(indexed).containsExactlyInAnyOrderElementsOf(names()).hasSize(72);
  }

  @Test
  void everyFileIsUsedByATest() throws IOException {
    String sources;
    try (Stream<Path> tests = Files.walk(TESTS)) {
      sources =
          tests
              .filter(path -> path.toString().endsWith("Test.java"))
              .map(ExamplesTest::text)
              .collect(Collectors.joining());
    }
    Set<String> unused = new TreeSet<>(names());
    unused.removeIf(name -> sources.matches("(?s).*[\" ]" + name + "[\" ].*"));
    assertThat(unused).as("examples that no test names").isEmpty();
  }

  private static String text(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void assertOrder(JsonNode object, List<String> order) {
    List<String> expected = new ArrayList<>(order);
    expected.retainAll(object.propertyNames());
    assertThat(object.propertyNames()).containsExactlyElementsOf(expected);
  }

  @ParameterizedTest
  @MethodSource("frames")
  void aFrameHasItsEnvelope(String name) {
    JsonNode frame = Examples.tree(name);
    assertThat(frame.propertyNames()).containsExactlyElementsOf(ENVELOPE);
    Opcode opcode = Opcode.ofCode(frame.get("op").intValue());
    assertThat(opcode).isNotNull().matches(Opcode::isFromServer);
    assertThat(frame.get("t").isIntegralNumber()).isTrue();
    assertThat(frame.get("s").isIntegralNumber()).isTrue();
    if (opcode == Opcode.DISPATCH) {
      assertDispatch(frame.get("d"));
    }
  }

  private static void assertDispatch(JsonNode payload) {
    assertThat(payload.propertyNames()).containsExactly("type", "body");
    assertThat(EventType.ofWireName(payload.get("type").stringValue())).isNotNull();
    JsonNode body = payload.get("body");
    assertOrder(body, CHANGE_MAP);
    assertThat(body.propertyNames()).contains("id", "kind");
    for (String list : List.of("added", "updated", "removed", "pushed", "pulled")) {
      if (body.has(list)) {
        assertThat(body.get(list)).isNotEmpty().allSatisfy(ExamplesTest::assertChange);
      }
    }
  }

  private static void assertChange(JsonNode change) {
    assertOrder(change, CHANGE_FIELD);
    assertThat(change.propertyNames()).contains("key", "index", "type", "value");
    assertThat(change.get("type").stringValue()).isIn(VALUE_TYPES);
    if (change.has("nested")) {
      assertThat(change.get("nested").booleanValue()).isTrue();
      change.get("value").forEach(ExamplesTest::assertChange);
    }
  }

  /** What the API answers in place of the opcode BRIDGE: bare payloads, and users as ours are. */
  @Test
  void theBridgeSpeaksOfTheSameUsers() {
    JsonNode response = Examples.tree("bridge-response-avatar");
    for (JsonNode payload : response) {
      assertDispatch(payload);
      JsonNode body = payload.get("body");
      assertThat(body.get("contextual").booleanValue()).isTrue();
      assertThat(body.get("id")).isEqualTo(body.at("/object/id"));
      assertThat(body.at("/object").propertyNames()).containsExactly("id", "kind", "data");
      assertThat(body.at("/object/kind").stringValue()).isEqualTo("AVATAR");
      assertThat(body.at("/object/data").propertyNames()).containsExactly("id", "user", "host");
      assertThat(body.at("/object/data/host/url").stringValue()).startsWith("https://");
    }
    // PresenceTest gets this user from our own rendering.
    assertThat(response.get(0).at("/body/object/data/user").toString())
        .isEqualTo(
            Examples.tree("dispatch-entitlement.create-badge")
                .at("/d/body/object/user")
                .toString());
  }

  @Test
  void idsAndScopesAreThoseOfTheVectors() {
    JsonNode vectors = Examples.tree("id-and-topic-key-vectors");
    for (JsonNode id : vectors.get("legacy_id_to_ulid")) {
      assertThat(Id.parse(id.get("legacy").stringValue()))
          .hasToString(id.get("ulid").stringValue());
    }
    Set<TopicKey> keys = new HashSet<>();
    for (JsonNode vector : vectors.get("topic_key_fnv1a64")) {
      JsonNode scope = vector.get("scope");
      Condition condition =
          Objects.requireNonNull(
              CommandParser.condition(
                  scope.path("object_id").stringValue(null),
                  "channel",
                  scope.path("platform").stringValue(null),
                  scope.path("id").stringValue(null)));
      keys.add(TopicKey.of(EventType.USER_UPDATE, Objects.requireNonNull(condition.scope())));
    }
    assertThat(keys).as("full keys: none is another's").hasSize(6);
  }

  /** All of event-api.md §7, also what this server has no cause for. */
  @ParameterizedTest
  @EnumSource(EndReason.class)
  void closeCodesAreThoseOfTheTable(EndReason reason) {
    int closeFrame =
        switch (reason.code()) {
          case 4013 -> 1000;
          case 4006, 4007, 4012 -> 1001;
          case 4000, 4008 -> 1003;
          default -> 1008;
        };
    assertThat(reason.closeFrameCode()).isEqualTo(closeFrame);
    assertThat(Arrays.stream(EndReason.values()).map(EndReason::code))
        .containsExactlyElementsOf(IntStream.rangeClosed(4000, 4013).boxed().toList());
  }
}
