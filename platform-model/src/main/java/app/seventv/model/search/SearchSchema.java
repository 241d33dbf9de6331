package app.seventv.model.search;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A collection of the search index (workers.md §7.1). Only name, type, optionality and, where
 * needed, sortability are given per field; for the rest the server's defaults hold.
 *
 * @param defaultSortingField null = none
 */
public record SearchSchema(String name, List<Field> fields, @Nullable String defaultSortingField) {

  /** Copies the list. */
  public SearchSchema {
    fields = List.copyOf(fields);
  }

  /**
   * A field.
   *
   * @param type a type of the search server, e.g. {@code int64} or {@code string[]}
   * @param sortable results can be sorted by it although the server's default for the type is no
   */
  public record Field(String name, String type, boolean optional, boolean sortable) {}

  /** Texts that results can be sorted by (workers.md §14.12). */
  static List<Field> sortableTexts(String... names) {
    return List.of(names).stream().map(name -> new Field(name, "string", false, true)).toList();
  }

  /**
   * Fields that share a type.
   *
   * @param type as in workers.md §7.2, with a question mark at the end if optional
   */
  static List<Field> fields(String type, String... names) {
    boolean optional = type.endsWith("?");
    String plain = optional ? type.substring(0, type.length() - 1) : type;
    return List.of(names).stream().map(name -> new Field(name, plain, optional, false)).toList();
  }

  /** The body of the request that creates the collection. */
  public ObjectNode toJson() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("name", name);
    ArrayNode list = schema.putArray("fields");
    for (Field field : fields) {
      ObjectNode json =
          list.addObject()
              .put("name", field.name)
              .put("type", field.type)
              .put("optional", field.optional);
      if (field.sortable) {
        json.put("sort", true);
      }
    }
    if (defaultSortingField != null) {
      schema.put("default_sorting_field", defaultSortingField);
    }
    return schema;
  }
}
