package app.seventv.devstack.typesense;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks documents against a schema and turns them into Lucene documents. */
final class DocumentMapper {
  private static final FieldType TOKENS = tokensType();

  private DocumentMapper() {}

  /**
   * Why a document does not fit the schema is told by a 400 with the field's name.
   *
   * @param document changed in place: null fields are removed, values coerced or dropped
   */
  static void check(ObjectNode document, Schema schema, DirtyValues dirtyValues) {
    for (SchemaField field : schema.documentFields()) {
      JsonNode value = document.path(field.name());
      if (value.isNull()) {
        document.remove(field.name());
      } else if (!value.isMissingNode() && field.index()) {
        JsonNode checked = checkedValue(field, value, dirtyValues);
        if (checked == null) {
          document.remove(field.name());
        } else {
          document.set(field.name(), checked);
        }
      }
      if (!field.optional() && !document.has(field.name())) {
        throw missing(field, schema);
      }
    }
  }

  private static ApiException missing(SchemaField field, Schema schema) {
    String role =
        field.name().equals(schema.defaultSortingField())
            ? "as a default sorting field"
            : "in the schema";
    return ApiException.badRequest(
        "Field `%s` has been declared %s, but is not found in the document."
            .formatted(field.name(), role));
  }

  private static @Nullable JsonNode checkedValue(
      SchemaField field, JsonNode value, DirtyValues dirtyValues) {
    JsonNode checked = ValueCoercion.checked(field.type(), value, dirtyValues.coerces);
    if (checked != null || dirtyValues.drops) {
      return checked;
    }
    throw ApiException.badRequest(
        "Field `%s` must be %s%s."
            .formatted(
                field.name(),
                field.type().array ? "an array, each element " : "",
                field.type().kind.noun));
  }

  /** The schema with the fields that only this document's unknown names and patterns give. */
  static Schema withDetectedFields(ObjectNode document, Schema schema) {
    if (!schema.hasDynamicFields()) {
      return schema;
    }
    Schema extended = schema;
    for (Map.Entry<String, JsonNode> property : document.properties()) {
      String name = property.getKey();
      if (name.equals(Schema.ID) || extended.field(name) != null) {
        continue;
      }
      SchemaField dynamic = extended.dynamicField(name);
      if (dynamic != null) {
        var type = ValueCoercion.detectedType(dynamic.type(), property.getValue());
        if (type != null) {
          extended = extended.with(dynamic.resolved(name, type));
        }
      }
    }
    return extended;
  }

  /** The Lucene document of a checked one. */
  static Document toLucene(StoredDocument stored, Schema schema, TextTokenizer tokenizer) {
    Document document = new Document();
    document.add(new StringField(IndexNames.ID, stored.id(), Field.Store.YES));
    document.add(new LongField(IndexNames.SEQUENCE, stored.sequence(), Field.Store.YES));
    document.add(new StoredField(IndexNames.SOURCE, Json.bytes(stored.source())));
    for (SchemaField field : schema.documentFields()) {
      JsonNode value = stored.source().path(field.name());
      if (field.index() && !value.isMissingNode() && !value.isNull()) {
        List<JsonNode> values = new ArrayList<>();
        if (value.isArray()) {
          value.forEach(values::add);
        } else {
          values.add(value);
        }
        addValues(document, field, values, tokenizer);
      }
    }
    return document;
  }

  private static void addValues(
      Document document, SchemaField field, List<JsonNode> values, TextTokenizer tokenizer) {
    String name = IndexNames.values(field.name());
    for (JsonNode value : values) {
      switch (field.type().kind) {
        case TEXT -> addText(document, field, value.stringValue(), tokenizer);
        case INT32, INT64 -> document.add(new LongField(name, value.longValue(), Field.Store.NO));
        case FLOAT ->
            document.add(new DoubleField(name, (float) value.doubleValue(), Field.Store.NO));
        case BOOL ->
            document.add(new LongField(name, value.booleanValue() ? 1 : 0, Field.Store.NO));
        case DETECTED -> throw new IllegalStateException("a dynamic field holds no values");
      }
    }
  }

  private static void addText(
      Document document, SchemaField field, String text, TextTokenizer tokenizer) {
    document.add(
        new Field(
            IndexNames.tokens(field.name()), new TokenListStream(tokenizer.tokens(text)), TOKENS));
    document.add(
        new StringField(IndexNames.whole(field.name()), tokenizer.whole(text), Field.Store.NO));
    if (field.facet() || field.sort()) {
      String cut = text.substring(0, Math.min(text.length(), Limits.MAX_WHOLE_VALUE_CHARS));
      document.add(new SortedSetDocValuesField(IndexNames.values(field.name()), new BytesRef(cut)));
    }
  }

  private static FieldType tokensType() {
    FieldType type = new FieldType();
    type.setTokenized(true);
    type.setOmitNorms(true);
    type.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
    type.freeze();
    return type;
  }
}
