package app.seventv.devstack.typesense;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One field of a collection's schema.
 *
 * @param sort whether results can be ordered by it; by default numbers and booleans only
 */
record SchemaField(
    String name,
    FieldType type,
    boolean facet,
    boolean optional,
    boolean index,
    boolean sort,
    boolean infix,
    boolean store,
    String locale) {

  static SchemaField parse(JsonNode json) {
    String name = json.path("name").asString("");
    if (name.isBlank()) {
      throw ApiException.badRequest(
          "Wrong format for `fields`. It should be an array of objects containing `name`, `type`,"
              + " `optional` and `facet` properties.");
    }
    String typeId = json.path("type").asString("");
    FieldType type =
        FieldType.byId(typeId)
            .orElseThrow(() ->
                ApiException.badRequest(
                    "Field `%s` has an invalid data type `%s`, see docs for supported data types."
                        .formatted(name, typeId)));
    boolean dynamic = type.isDetected() || isPattern(name);
    SchemaField field =
        new SchemaField(
            name,
            type,
            flag(json, "facet", false),
            flag(json, "optional", dynamic),
            flag(json, "index", true),
            flag(json, "sort", !type.array && !type.isText() && !type.isDetected()),
            flag(json, "infix", false),
            flag(json, "store", true),
            json.path("locale").asString(""));
    field.validate();
    return field;
  }

  private static boolean flag(JsonNode json, String property, boolean absent) {
    JsonNode value = json.path(property);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw ApiException.badRequest(
          "The `%s` property of the field `%s` should be a boolean."
              .formatted(property, json.path("name").asString("")));
    }
    return value.booleanValue();
  }

  private void validate() {
    if (infix && !type.isText() && !type.isDetected()) {
      throw ApiException.badRequest(
          "Field `%s` cannot be an infix field: only string fields can.".formatted(name));
    }
    if (sort && type.array) {
      throw ApiException.badRequest("Field `%s` cannot be a sortable field.".formatted(name));
    }
    if (!index && (facet || !optional)) {
      throw ApiException.badRequest(
          "Field `%s` must be optional and cannot be a facet since it's marked as non-indexable."
              .formatted(name));
    }
    if (isDynamic()) {
      try {
        Pattern.compile(name);
      } catch (PatternSyntaxException e) {
        throw ApiException.badRequest("Field name `%s` is not a valid pattern.".formatted(name));
      }
    }
  }

  private static boolean isPattern(String name) {
    return name.contains(".*");
  }

  /** Whether the name is a pattern (or the type is found out) so that documents bring the field. */
  boolean isDynamic() {
    return type.isDetected() || isPattern(name);
  }

  boolean matches(String fieldName) {
    return Pattern.matches(name, fieldName);
  }

  /** The concrete field that a document's value gives a dynamic one. */
  SchemaField resolved(String fieldName, FieldType resolvedType) {
    boolean sortable = sort || (!resolvedType.array && !resolvedType.isText());
    return new SchemaField(
        fieldName,
        resolvedType,
        facet,
        true,
        index,
        sortable && !resolvedType.array,
        infix && resolvedType.isText(),
        store,
        locale);
  }

  ObjectNode toJson() {
    return Json.object()
        .put("name", name)
        .put("type", type.id)
        .put("facet", facet)
        .put("optional", optional)
        .put("index", index)
        .put("sort", sort)
        .put("infix", infix)
        .put("locale", locale)
        .put("stem", false)
        .put("store", store);
  }
}
