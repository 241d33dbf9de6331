package app.seventv.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonNumber;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Reads one document field by field and enforces presence, type and strictness (data-model.md
 * §3.1). Any violation is a {@link DocumentException}.
 *
 * <p>The same codecs read two dialects: the stored form, and the form of the internal event bus in
 * which ids are ULID strings, dates are {@code {"$date":…}} maps, and unknown fields are ignored
 * (event-api.md §15.2).
 */
public final class DocumentReader {

  private final DocumentDialect dialect;
  private final BsonDocument document;
  private final @Nullable DocumentReader parent;
  private final String name; // collection of a root, field of a nested document
  private final int index; // position in the list `name`, or -1
  private final List<String> asked = new ArrayList<>();

  private DocumentReader(
      DocumentDialect dialect,
      BsonDocument document,
      @Nullable DocumentReader parent,
      String name,
      int index) {
    this.dialect = dialect;
    this.document = document;
    this.parent = parent;
    this.name = name;
    this.index = index;
  }

  /** Reads a stored document; the collection's name appears in errors. */
  public static DocumentReader stored(String collection, BsonDocument document) {
    return new DocumentReader(DocumentDialect.STORED, document, null, collection, -1);
  }

  /** Reads a document in the form of the event bus; {@code what} appears in errors. */
  public static DocumentReader bus(String what, BsonDocument document) {
    return new DocumentReader(DocumentDialect.BUS, document, null, what, -1);
  }

  /** The document being read. */
  public BsonDocument source() {
    return document;
  }

  /** True if the field is present, even as null. */
  public boolean has(String field) {
    return document.containsKey(field);
  }

  /** An id (presence R). */
  public Id id(String field) {
    return dialect.id(this, field, -1, required(field));
  }

  /** An id, null when null or absent (presence N or O). */
  public @Nullable Id idOrNull(String field) {
    BsonValue value = optional(field);
    return value == null ? null : dialect.id(this, field, -1, value);
  }

  /** A string (presence R). */
  public String string(String field) {
    return DocumentDialect.text(this, field, -1, required(field));
  }

  /** A string, null when null or absent. */
  public @Nullable String stringOrNull(String field) {
    BsonValue value = optional(field);
    return value == null ? null : DocumentDialect.text(this, field, -1, value);
  }

  /** A boolean (presence R). */
  public boolean bool(String field) {
    return DocumentDialect.bool(this, field, required(field));
  }

  /** A boolean with a default when absent (presence D). */
  public boolean bool(String field, boolean whenAbsent) {
    return has(field) ? bool(field) : whenAbsent;
  }

  /** An Int32 (presence R). */
  public int int32(String field) {
    return DocumentDialect.int32(this, field, -1, required(field));
  }

  /** An Int32 with a default when absent (presence O or D). */
  public int int32(String field, int whenAbsent) {
    return has(field) ? int32(field) : whenAbsent;
  }

  /** An Int32, null when null or absent. */
  public @Nullable Integer int32OrNull(String field) {
    BsonValue value = optional(field);
    return value == null ? null : (Integer) DocumentDialect.int32(this, field, -1, value);
  }

  /** An Int64 (presence R). */
  public long int64(String field) {
    return DocumentDialect.int64(this, field, -1, required(field));
  }

  /** An Int64 with a default when absent (presence D). */
  public long int64(String field, long whenAbsent) {
    return has(field) ? int64(field) : whenAbsent;
  }

  /** An Int64, null when null or absent. */
  public @Nullable Long int64OrNull(String field) {
    BsonValue value = optional(field);
    return value == null ? null : (Long) DocumentDialect.int64(this, field, -1, value);
  }

  /** A double; integers are widened (presence R). */
  public double float64(String field) {
    BsonValue value = required(field);
    if (value instanceof BsonNumber number) {
      return number.doubleValue();
    }
    throw DocumentDialect.mismatch(this, field, -1, "a number", value);
  }

  /** A time (presence R). */
  public Instant date(String field) {
    return dialect.date(this, field, required(field));
  }

  /** A time that may be null but whose absence is an error in the stored form (presence K). */
  public @Nullable Instant dateOrNull(String field) {
    if (dialect == DocumentDialect.STORED && !has(field)) {
      throw error(field, "missing");
    }
    return dateOrAbsent(field);
  }

  /** A time, null when null or absent (presence N). */
  public @Nullable Instant dateOrAbsent(String field) {
    BsonValue value = optional(field);
    return value == null ? null : dialect.date(this, field, value);
  }

  /** A nested document (presence R). */
  public <T> T document(String field, Function<DocumentReader, T> read) {
    return read.apply(nested(field));
  }

  /** A nested document, null when null or absent. */
  public <T> @Nullable T documentOrNull(String field, Function<DocumentReader, T> read) {
    return optional(field) == null ? null : read.apply(nested(field));
  }

  /** The reader of a nested document (presence R). */
  public DocumentReader nested(String field) {
    return nested(field, -1, required(field));
  }

  /** The reader of a nested document, of an empty one when absent. */
  public DocumentReader nestedOrEmpty(String field) {
    return has(field) ? nested(field) : nested(field, -1, new BsonDocument());
  }

  /** A time written as RFC 3339 text (presence R). */
  public Instant timestamp(String field) {
    return DocumentDialect.timestamp(this, field, string(field));
  }

  /** A time written as RFC 3339 text, null when null or absent. */
  public @Nullable Instant timestampOrNull(String field) {
    String text = stringOrNull(field);
    return text == null ? null : DocumentDialect.timestamp(this, field, text);
  }

  /** A list of nested documents (presence R). */
  public <T> List<T> documents(String field, Function<DocumentReader, T> read) {
    return list(field, (i, value) -> read.apply(nested(field, i, value)));
  }

  /** A list of nested documents, empty when absent (presence D). */
  public <T> List<T> documentsOrEmpty(String field, Function<DocumentReader, T> read) {
    return has(field) ? documents(field, read) : List.of();
  }

  /** A list of ids (presence R). */
  public List<Id> ids(String field) {
    return list(field, (i, value) -> dialect.id(this, field, i, value));
  }

  /** A list of ids, empty when absent (presence D). */
  public List<Id> idsOrEmpty(String field) {
    return has(field) ? ids(field) : List.of();
  }

  /** A list of strings (presence R). */
  public List<String> strings(String field) {
    return list(field, (i, value) -> DocumentDialect.text(this, field, i, value));
  }

  /** A list of Int32 (presence R). */
  public List<Integer> int32s(String field) {
    return list(field, (i, value) -> DocumentDialect.int32(this, field, i, value));
  }

  /** A document used as a map from name to Int64, in stored order (presence R). */
  public Map<String, Long> int64Map(String field) {
    DocumentReader map = nested(field);
    Map<String, Long> result = new LinkedHashMap<>();
    map.document.keySet().forEach(key -> result.put(key, map.int64(key)));
    return Collections.unmodifiableMap(result);
  }

  /** Any value, null when null or absent; the caller checks its type. */
  public @Nullable BsonValue valueOrNull(String field) {
    return optional(field);
  }

  /**
   * Ends the reading of a strict document.
   *
   * @throws DocumentException if the stored document has a field nobody asked for
   */
  public void rejectUnknown() {
    if (dialect == DocumentDialect.BUS) {
      return;
    }
    for (String field : document.keySet()) {
      if (!asked.contains(field)) {
        throw error(field, "unknown field in a strict document");
      }
    }
  }

  /** The error for a field of this document. */
  public DocumentException error(String field, String problem) {
    return error(field, -1, problem);
  }

  /** The error for an element of a list; -1 for the field itself. */
  DocumentException error(String field, int position, String problem) {
    StringBuilder path = new StringBuilder();
    DocumentReader root = appendPath(path);
    path.append(field);
    if (position >= 0) {
      path.append('[').append(position).append(']');
    }
    return new DocumentException(root.name + root.describeId() + ": " + path + ": " + problem);
  }

  private DocumentReader appendPath(StringBuilder path) {
    if (parent == null) {
      return this;
    }
    DocumentReader root = parent.appendPath(path);
    path.append(name);
    if (index >= 0) {
      path.append('[').append(index).append(']');
    }
    path.append('.');
    return root;
  }

  private String describeId() {
    BsonValue id = document.get("_id");
    if (id == null) {
      return "";
    }
    if (DocumentDialect.isId(id)) {
      return " " + Id.fromBytes(id.asBinary().getData());
    }
    if (id.isInt32() || id.isString() || id.isObjectId()) {
      return " "
          + (id.isInt32()
              ? id.asInt32().getValue()
              : id.isString() ? id.asString().getValue() : id.asObjectId().getValue());
    }
    return "";
  }

  private @Nullable BsonValue optional(String field) {
    asked.add(field);
    BsonValue value = document.get(field);
    return value == null || value.isNull() ? null : value;
  }

  private BsonValue required(String field) {
    BsonValue value = optional(field);
    if (value == null) {
      throw error(field, has(field) ? "must not be null" : "missing");
    }
    return value;
  }

  private interface ElementReader<T> {
    T read(int position, BsonValue value);
  }

  private <T> List<T> list(String field, ElementReader<T> element) {
    BsonValue value = required(field);
    if (!(value instanceof BsonArray array)) {
      throw DocumentDialect.mismatch(this, field, -1, "an array", value);
    }
    List<T> result = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      result.add(element.read(i, array.get(i)));
    }
    return Collections.unmodifiableList(result);
  }

  private DocumentReader nested(String field, int position, BsonValue value) {
    if (value instanceof BsonDocument nested) {
      return new DocumentReader(dialect, nested, this, field, position);
    }
    throw DocumentDialect.mismatch(this, field, position, "a document", value);
  }
}
