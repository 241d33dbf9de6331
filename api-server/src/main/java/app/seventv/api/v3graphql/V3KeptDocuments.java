package app.seventv.api.v3graphql;

import graphql.language.Document;
import graphql.language.Field;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which documents' answers are kept in memory: those that ask for users, as the browser extension
 * does for each channel (api-v3.md §14.1), by fields of which it is noted what they are made of.
 */
public final class V3KeptDocuments {
  private static final String USER = "User";
  private static final String STYLE = "UserStyle";
  private static final String CONNECTION = "UserConnection";
  private static final String EDITOR = "UserEditor";

  /** Fields with fields of their own, and the type of these. */
  private static final Map<String, Map<String, String>> OBJECTS =
      Map.of(
          "Query",
          Map.of("user", USER, "userByConnection", USER),
          USER,
          Map.of(
              "style", STYLE,
              "connections", CONNECTION,
              "editors", EDITOR,
              "editor_of", EDITOR),
          STYLE,
          Map.of(),
          CONNECTION,
          Map.of(),
          EDITOR,
          Map.of());

  private static final Map<String, Set<String>> LEAVES =
      Map.of(
          "Query",
          Set.of(),
          USER,
          Set.of(
              "id",
              "type",
              "username",
              "display_name",
              "created_at",
              "avatar_url",
              "biography",
              "roles"),
          STYLE,
          Set.of("color", "paint_id", "badge_id"),
          CONNECTION,
          Set.of(
              "id",
              "platform",
              "username",
              "display_name",
              "linked_at",
              "emote_capacity",
              "emote_set_id"),
          EDITOR,
          Set.of("id", "permissions", "visible", "added_at"));

  private V3KeptDocuments() {}

  /** Whether everything that a valid document asks for is of that kind. */
  public static boolean isKept(Document document) {
    return document.getDefinitions().size() == 1
        && document.getDefinitions().getFirst() instanceof OperationDefinition operation
        && operation.getOperation() == OperationDefinition.Operation.QUERY
        && isKept("Query", operation.getSelectionSet());
  }

  private static boolean isKept(String type, @Nullable SelectionSet set) {
    if (set == null) {
      return false;
    }
    for (Selection<?> selection : set.getSelections()) {
      if (!(selection instanceof Field field) || !isKept(type, field)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isKept(String type, Field field) {
    String name = field.getName();
    if (name.equals("__typename") || known(LEAVES, type).contains(name)) {
      return true;
    }
    String inner = OBJECTS.getOrDefault(type, Map.of()).get(name);
    return inner != null && isKept(inner, field.getSelectionSet());
  }

  private static Set<String> known(Map<String, Set<String>> leaves, String type) {
    return leaves.getOrDefault(type, Set.of());
  }
}
