package app.seventv.devstack.typesense;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A collection's schema (workers.md §7). Immutable: a change gives a new one.
 *
 * @param createdAtS creation time, seconds since the epoch
 * @param defaultSortingField the single numeric field that orders equal hits, or empty
 */
record Schema(
    String name,
    long createdAtS,
    Map<String, SchemaField> fields,
    String defaultSortingField,
    boolean nestedFields,
    List<String> tokenSeparators,
    List<String> symbolsToIndex) {

  /** The document key; always there, never part of {@link #fields()}. */
  static final String ID = "id";

  static Schema parse(ObjectNode json, long createdAtS) {
    String name = json.path("name").asString("");
    checkName(name);
    if (!(json.path("fields") instanceof ArrayNode array) || array.isEmpty()) {
      throw ApiException.badRequest(
          "The `fields` value should be an array of objects containing `name`, `type` and"
              + " optionally, `facet` properties.");
    }
    Map<String, SchemaField> fields = new LinkedHashMap<>();
    for (JsonNode element : array) {
      SchemaField field = SchemaField.parse(element);
      if (fields.putIfAbsent(field.name(), field) != null) {
        throw ApiException.badRequest(
            "There are duplicate field names in the schema: `%s`.".formatted(field.name()));
      }
    }
    Schema schema =
        new Schema(
            name,
            json.path("created_at").asLong(createdAtS),
            fields,
            json.path("default_sorting_field").asString(""),
            json.path("enable_nested_fields").asBoolean(false),
            symbols(json.path("token_separators")),
            symbols(json.path("symbols_to_index")));
    schema.validate();
    return schema;
  }

  /** Refuses names that are empty or too long for a folder. */
  static void checkName(String name) {
    if (name.isBlank()) {
      throw ApiException.badRequest("Parameter `name` is required.");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > Limits.MAX_NAME_BYTES) {
      throw ApiException.badRequest(
          "Parameter `name` is longer than %d bytes.".formatted(Limits.MAX_NAME_BYTES));
    }
  }

  private static List<String> symbols(JsonNode json) {
    List<String> symbols = new ArrayList<>();
    for (JsonNode element : json) {
      symbols.add(element.asString(""));
    }
    return List.copyOf(symbols);
  }

  private void validate() {
    if (fields.size() > Limits.MAX_SCHEMA_FIELDS) {
      throw ApiException.badRequest(
          "A schema can have at most %d fields.".formatted(Limits.MAX_SCHEMA_FIELDS));
    }
    if (defaultSortingField.isEmpty()) {
      return;
    }
    SchemaField field = fields.get(defaultSortingField);
    if (field == null) {
      throw ApiException.badRequest(
          "Default sorting field is defined as `%s` but is not found in the schema."
              .formatted(defaultSortingField));
    }
    if (!field.type().isSingleNumber() || field.optional() || !field.sort()) {
      throw ApiException.badRequest(
          "Default sorting field `%s` must be a single valued, required numerical field."
              .formatted(defaultSortingField));
    }
  }

  /** The concrete, indexed field of that name, or null. Patterns and the id are not fields. */
  @Nullable SchemaField field(String fieldName) {
    SchemaField field = fieldName.equals(ID) ? null : fields.get(fieldName);
    return field == null || field.isDynamic() ? null : field;
  }

  /** The fields that documents are checked against and indexed by. */
  List<SchemaField> documentFields() {
    return fields.values().stream()
        .filter(field -> !field.isDynamic() && !field.name().equals(ID))
        .toList();
  }

  /** The dynamic field that takes a document's unknown field, or null; the first match wins. */
  @Nullable SchemaField dynamicField(String fieldName) {
    for (SchemaField field : fields.values()) {
      if (field.isDynamic() && field.matches(fieldName)) {
        return field;
      }
    }
    return null;
  }

  boolean hasDynamicFields() {
    return fields.values().stream().anyMatch(SchemaField::isDynamic);
  }

  TextTokenizer tokenizer() {
    return new TextTokenizer(String.join("", tokenSeparators), String.join("", symbolsToIndex));
  }

  /** The schema with one more concrete field. */
  Schema with(SchemaField field) {
    Map<String, SchemaField> changed = new LinkedHashMap<>(fields);
    changed.put(field.name(), field);
    return withFields(changed);
  }

  private Schema withFields(Map<String, SchemaField> changed) {
    Schema schema =
        new Schema(
            name,
            createdAtS,
            changed,
            defaultSortingField,
            nestedFields,
            tokenSeparators,
            symbolsToIndex);
    schema.validate();
    return schema;
  }

  /**
   * The schema after {@code PATCH /collections/{c}}: drops first, then additions, so that a field
   * can be replaced in one request.
   */
  Schema altered(ArrayNode changes) {
    Map<String, SchemaField> changed = new LinkedHashMap<>(fields);
    Set<JsonNode> additions = new LinkedHashSet<>();
    for (JsonNode change : changes) {
      if (!change.path("drop").asBoolean(false)) {
        additions.add(change);
      } else if (changed.remove(change.path("name").asString("")) == null) {
        throw ApiException.badRequest(
            "Field `%s` is not part of collection schema."
                .formatted(change.path("name").asString("")));
      }
    }
    for (JsonNode addition : additions) {
      SchemaField field = SchemaField.parse(addition);
      if (changed.putIfAbsent(field.name(), field) != null) {
        throw ApiException.badRequest(
            ("Field `%s` is already part of the schema: To change this field, drop it first"
                    + " before adding it back to the schema.")
                .formatted(field.name()));
      }
    }
    return withFields(changed);
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object().put("name", name);
    ArrayNode array = json.putArray("fields");
    fields.values().forEach(field -> array.add(field.toJson()));
    json.put("default_sorting_field", defaultSortingField)
        .put("enable_nested_fields", nestedFields)
        .put("created_at", createdAtS);
    tokenSeparators.forEach(json.putArray("token_separators")::add);
    symbolsToIndex.forEach(json.putArray("symbols_to_index")::add);
    return json;
  }
}
