package app.seventv.devstack.typesense;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code include_fields} and {@code exclude_fields}; a trailing {@code *} stands for any ending.
 */
record Projection(List<String> included, List<String> excluded) {

  static Projection of(@Nullable String included, @Nullable String excluded) {
    return new Projection(
        TopLevel.split(included == null ? "" : included),
        TopLevel.split(excluded == null ? "" : excluded));
  }

  ObjectNode apply(ObjectNode document) {
    if (included.isEmpty() && excluded.isEmpty()) {
      return document;
    }
    ObjectNode projected = Json.object();
    document.properties().stream()
        .filter(property -> included.isEmpty() || names(included, property.getKey()))
        .filter(property -> !names(excluded, property.getKey()))
        .forEach(property -> projected.set(property.getKey(), property.getValue()));
    return projected;
  }

  private static boolean names(List<String> patterns, String field) {
    for (String pattern : patterns) {
      boolean matches =
          pattern.endsWith("*")
              ? field.startsWith(pattern.substring(0, pattern.length() - 1))
              : field.equals(pattern);
      if (matches) {
        return true;
      }
    }
    return false;
  }
}
