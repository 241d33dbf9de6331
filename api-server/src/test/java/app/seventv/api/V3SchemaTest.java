package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import graphql.introspection.IntrospectionQuery;
import graphql.introspection.IntrospectionResultToSchema;
import graphql.language.AstPrinter;
import graphql.language.Definition;
import graphql.language.Document;
import graphql.language.NamedNode;
import graphql.parser.Parser;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The schema that is served is the published one, and the extension's documents run on it. */
class V3SchemaTest extends OneApi {
  private static final Pattern DESCRIPTIONS =
      Pattern.compile("(?s)\"\"\".*?\"\"\"|(?m)^\\s*\"(?:[^\"\\\\]|\\\\.)*\"\\s*$");
  private static final Pattern DEPRECATION = Pattern.compile("@deprecated(?:\\([^)]*\\))?");
  private static final Pattern SPECIFIED = Pattern.compile("@specifiedBy\\([^)]*\\)");

  private static String published() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(
            V3SchemaTest.class.getResourceAsStream("/app/seventv/api/v3.graphqls"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Definitions by name, without descriptions and order. */
  private static Map<String, String> definitions(Document document) {
    Map<String, String> definitions = new TreeMap<>();
    for (Definition<?> definition : document.getDefinitions()) {
      if (definition instanceof NamedNode<?> named) {
        String text = AstPrinter.printAst(definition);
        text = DESCRIPTIONS.matcher(text).replaceAll("");
        text = DEPRECATION.matcher(text).replaceAll("@deprecated");
        text = SPECIFIED.matcher(text).replaceAll("");
        definitions.put(named.getName(), lines(text));
      }
    }
    return definitions;
  }

  private static String lines(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .sorted()
        .toList()
        .toString();
  }

  @Test
  void introspectionShowsThePublishedSchema() throws Exception {
    JsonNode answer = api.v3(null, IntrospectionQuery.INTROSPECTION_QUERY, Map.of());
    assertThat(answer.has("errors")).as(answer.toString()).isFalse();
    @SuppressWarnings("unchecked") // a JSON object
    Map<String, Object> data = TestApi.JSON.convertValue(answer.path("data"), Map.class);
    Document served = new IntrospectionResultToSchema().createSchemaDefinition(data);
    Map<String, String> shown = definitions(served);
    Map<String, String> expected = definitions(Parser.parse(published()));
    shown.keySet().removeAll(Set.of("Boolean", "Float", "Int", "String", "ID"));
    shown.keySet().removeIf(name -> !expected.containsKey(name) && isBuiltIn(name));
    assertThat(shown).isEqualTo(expected);
  }

  private static boolean isBuiltIn(String name) {
    return Set.of(
            "include",
            "skip",
            "deprecated",
            "specifiedBy",
            "oneOf",
            "defer",
            "experimental_disableErrorPropagation")
        .contains(name);
  }

  @Test
  void theServiceFieldGivesTheText() throws Exception {
    assertThat(api.v3(null, "{ _service { sdl } }", Map.of()).at("/data/_service/sdl").asString())
        .isEqualTo(published());
  }

  @Test
  void theExtensionsDocumentsRun() throws Exception {
    String token = api.login(DevUser.STREAMER);
    for (String document :
        new String[] {
          "query GetUser($id: ObjectID!) { user: user(id: $id) { __typename id username"
              + " display_name avatar_url style { __typename color paint_id } } }",
          "query GetActor { user: actor { __typename id username display_name avatar_url style {"
              + " color paint_id } connections { id username display_name } } }"
        }) {
      JsonNode answer = api.v3(token, document, Map.of("id", "01FRG0ZGSR00084PQ73P1BYDX8"));
      assertThat(answer.has("errors")).as(answer.toString()).isFalse();
    }
  }
}
