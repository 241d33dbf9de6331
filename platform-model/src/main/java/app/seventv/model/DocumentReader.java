package app.seventv.model;

import static app.seventv.model.StoredBytes.ABSENT;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonNumber;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
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
  private final @Nullable BsonDocument document; // null for one that has not been decoded
  private final @Nullable StoredBytes bytes; // which then lies here
  private final @Nullable DocumentReader parent;
  private final String name; // collection of a root, field of a nested document
  private final int index; // position in the list `name`, or -1
  private final List<String> asked;

  private DocumentReader(
      DocumentDialect dialect,
      @Nullable BsonDocument document,
      @Nullable StoredBytes bytes,
      @Nullable DocumentReader parent,
      String name,
      int index) {
    this.dialect = dialect;
    this.document = document;
    this.bytes = bytes;
    this.asked = bytes == null ? new ArrayList<>() : List.of(); // they keep count themselves
    this.parent = parent;
    this.name = name;
    this.index = index;
  }

  /**
   * Reads a stored document; the collection's name appears in errors. One that the driver has left
   * undecoded is read where its bytes lie, which takes a fraction of the time and memory.
   */
  public static DocumentReader stored(String collection, BsonDocument document) {
    return document instanceof RawBsonDocument raw
        ? new DocumentReader(
            DocumentDialect.STORED, null, StoredBytes.of(raw), null, collection, -1)
        : new DocumentReader(DocumentDialect.STORED, document, null, null, collection, -1);
  }

  /** Reads a document in the form of the event bus; {@code what} appears in errors. */
  public static DocumentReader bus(String what, BsonDocument document) {
    return new DocumentReader(DocumentDialect.BUS, document, null, null, what, -1);
  }

  /** The document being read; decoded anew by each call if it has not been. */
  public BsonDocument source() {
    return document == null ? raw().decode() : document;
  }

  private StoredBytes raw() {
    return Objects.requireNonNull(bytes);
  }

  /** Where the value of a field lies if it can be read there, else {@code ABSENT}. */
  private int lies(String field, BsonType type) {
    int value = bytes == null ? ABSENT : bytes.find(field, true);
    return value != ABSENT && raw().is(type) ? value : ABSENT;
  }

  private boolean isNullOrAbsent(String field) {
    return bytes == null
        ? optional(field) == null
        : bytes.find(field, true) == ABSENT || bytes.is(BsonType.NULL);
  }

  /** True if the field is present, even as null. */
  public boolean has(String field) {
    return bytes == null ? source().containsKey(field) : bytes.find(field, false) != ABSENT;
  }

  /** An id (presence R). */
  public Id id(String field) {
    int at = lies(field, BsonType.BINARY);
    return at != ABSENT && raw().isId(at)
        ? raw().id(at)
        : dialect.id(this, field, -1, required(field));
  }

  /** An id, null when null or absent (presence N or O). */
  public @Nullable Id idOrNull(String field) {
    return isNullOrAbsent(field) ? null : id(field);
  }

  /** A string (presence R). */
  public String string(String field) {
    int at = lies(field, BsonType.STRING);
    return at == ABSENT ? DocumentDialect.text(this, field, -1, required(field)) : raw().string(at);
  }

  /** A string, null when null or absent. */
  public @Nullable String stringOrNull(String field) {
    return isNullOrAbsent(field) ? null : string(field);
  }

  /** A boolean (presence R). */
  public boolean bool(String field) {
    int at = lies(field, BsonType.BOOLEAN);
    return at == ABSENT ? DocumentDialect.bool(this, field, required(field)) : raw().bool(at);
  }

  /** A boolean with a default when absent (presence D). */
  public boolean bool(String field, boolean whenAbsent) {
    return has(field) ? bool(field) : whenAbsent;
  }

  /** An Int32 (presence R). */
  public int int32(String field) {
    int at = lies(field, BsonType.INT32);
    return at == ABSENT ? DocumentDialect.int32(this, field, -1, required(field)) : raw().int32(at);
  }

  /** An Int32 with a default when absent (presence O or D). */
  public int int32(String field, int whenAbsent) {
    return has(field) ? int32(field) : whenAbsent;
  }

  /** An Int32, null when null or absent. */
  public @Nullable Integer int32OrNull(String field) {
    return isNullOrAbsent(field) ? null : (Integer) int32(field);
  }

  /** An Int64 (presence R). */
  public long int64(String field) {
    int at = lies(field, BsonType.INT64);
    return at == ABSENT ? DocumentDialect.int64(this, field, -1, required(field)) : raw().int64(at);
  }

  /** An Int64 with a default when absent (presence D). */
  public long int64(String field, long whenAbsent) {
    return has(field) ? int64(field) : whenAbsent;
  }

  /** An Int64, null when null or absent. */
  public @Nullable Long int64OrNull(String field) {
    return isNullOrAbsent(field) ? null : (Long) int64(field);
  }

  /** A double; integers are widened (presence R). */
  public double float64(String field) {
    int at = lies(field, BsonType.DOUBLE);
    BsonValue value = at == ABSENT ? required(field) : new BsonDouble(raw().float64(at));
    if (value instanceof BsonNumber number) {
      return number.doubleValue();
    }
    throw DocumentDialect.mismatch(this, field, -1, "a number", value);
  }

  /** A time (presence R). */
  public Instant date(String field) {
    int at = lies(field, BsonType.DATE_TIME);
    return at == ABSENT
        ? dialect.date(this, field, required(field))
        : Instant.ofEpochMilli(raw().int64(at));
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
    return isNullOrAbsent(field) ? null : date(field);
  }

  /** A nested document (presence R). */
  public <T> T document(String field, Function<DocumentReader, T> read) {
    return read.apply(nested(field));
  }

  /** A nested document, null when null or absent. */
  public <T> @Nullable T documentOrNull(String field, Function<DocumentReader, T> read) {
    return isNullOrAbsent(field) ? null : read.apply(nested(field));
  }

  /** The reader of a nested document (presence R). */
  public DocumentReader nested(String field) {
    int value = lies(field, BsonType.DOCUMENT);
    return value == ABSENT
        ? nested(field, -1, required(field))
        : new DocumentReader(dialect, null, raw().nested(value), this, field, -1);
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
    return list(
        field,
        BsonType.DOCUMENT,
        (i, all, value) ->
            read.apply(new DocumentReader(dialect, null, all.nested(value), this, field, i)),
        (i, value) -> read.apply(nested(field, i, value)));
  }

  /** A list of nested documents, empty when absent (presence D). */
  public <T> List<T> documentsOrEmpty(String field, Function<DocumentReader, T> read) {
    return has(field) ? documents(field, read) : List.of();
  }

  /** A list of ids (presence R). */
  public List<Id> ids(String field) {
    return list(
        field,
        BsonType.BINARY,
        (i, all, value) -> all.isId(value) ? all.id(value) : null,
        (i, value) -> dialect.id(this, field, i, value));
  }

  /** A list of ids, empty when absent (presence D). */
  public List<Id> idsOrEmpty(String field) {
    return has(field) ? ids(field) : List.of();
  }

  /** A list of strings (presence R). */
  public List<String> strings(String field) {
    return list(
        field,
        BsonType.STRING,
        (i, all, value) -> all.string(value),
        (i, value) -> DocumentDialect.text(this, field, i, value));
  }

  /** A list of Int32 (presence R). */
  public List<Integer> int32s(String field) {
    return list(
        field,
        BsonType.INT32,
        (i, all, value) -> all.int32(value),
        (i, value) -> DocumentDialect.int32(this, field, i, value));
  }

  /** A document used as a map from name to Int64, in stored order (presence R). */
  public Map<String, Long> int64Map(String field) {
    DocumentReader map = nested(field);
    Map<String, Long> result = new LinkedHashMap<>();
    map.source().keySet().forEach(key -> result.put(key, map.int64(key)));
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
    String unknown = bytes == null ? firstUnasked() : bytes.firstUnasked();
    if (unknown != null) {
      throw error(unknown, "unknown field in a strict document");
    }
  }

  private @Nullable String firstUnasked() {
    for (String field : source().keySet()) {
      if (!asked.contains(field)) {
        return field;
      }
    }
    return null;
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
    return new DocumentException(
        root.name + DocumentDialect.idOf(root.source()) + ": " + path + ": " + problem);
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

  private @Nullable BsonValue optional(String field) {
    if (bytes == null) {
      asked.add(field);
    } else if (bytes.find(field, true) == ABSENT) {
      return null;
    }
    BsonValue value = source().get(field);
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

  /** Reads an element of a list where it lies; null if it must be decoded, e.g. for an error. */
  private interface StoredElementReader<T> {
    @Nullable T read(int position, StoredBytes all, int value);
  }

  private <T> List<T> list(
      String field, BsonType type, StoredElementReader<T> stored, ElementReader<T> decoded) {
    int list = lies(field, BsonType.ARRAY);
    if (list == ABSENT) {
      return list(field, decoded);
    }
    StoredBytes all = raw().nested(list);
    List<T> result = new ArrayList<>();
    for (int value = all.advance(); value != ABSENT; value = all.advance()) {
      T element = all.is(type) ? stored.read(result.size(), all, value) : null;
      if (element == null) {
        return list(field, decoded);
      }
      result.add(element);
    }
    return List.copyOf(result);
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
      return new DocumentReader(dialect, nested, null, this, field, position);
    }
    throw DocumentDialect.mismatch(this, field, position, "a document", value);
  }
}
