package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Builds a BSON document field by field. A null value is written as BSON null (presence codes N and
 * K of data-model.md §3.1); the {@code …UnlessNull} methods leave the field out instead (code O).
 */
public final class DocumentWriter {

  private final BsonDocument document = new BsonDocument();

  /** The finished document. */
  public BsonDocument build() {
    return document;
  }

  /** Writes an id, or null. */
  public DocumentWriter id(String field, @Nullable Id value) {
    return value(field, value == null ? null : value.toBson());
  }

  /** Writes an id, or leaves the field out. */
  public DocumentWriter idUnlessNull(String field, @Nullable Id value) {
    return value == null ? this : id(field, value);
  }

  /** Writes a string, or null. */
  public DocumentWriter string(String field, @Nullable String value) {
    return value(field, value == null ? null : new BsonString(value));
  }

  /** Writes a boolean. */
  public DocumentWriter bool(String field, boolean value) {
    return value(field, BsonBoolean.valueOf(value));
  }

  /** Writes an Int32, or null. */
  public DocumentWriter int32(String field, @Nullable Integer value) {
    return value(field, value == null ? null : new BsonInt32(value));
  }

  /** Writes an Int32, or leaves the field out when it is 0. */
  public DocumentWriter int32UnlessZero(String field, int value) {
    return value == 0 ? this : int32(field, value);
  }

  /** Writes an Int64, or null. */
  public DocumentWriter int64(String field, @Nullable Long value) {
    return value(field, value == null ? null : new BsonInt64(value));
  }

  /** Writes a double. */
  public DocumentWriter float64(String field, double value) {
    return value(field, new BsonDouble(value));
  }

  /** Writes a time, rounded down to the millisecond, or null. */
  public DocumentWriter date(String field, @Nullable Instant value) {
    return value(field, value == null ? null : new BsonDateTime(value.toEpochMilli()));
  }

  /** Writes a time as RFC 3339 text in UTC with 0, 3, 6 or 9 fraction digits, or null. */
  public DocumentWriter timestamp(String field, @Nullable Instant value) {
    return string(field, value == null ? null : value.toString());
  }

  /** Writes a nested document, or null. */
  public DocumentWriter document(String field, @Nullable Document value) {
    return value(field, value == null ? null : value.toBson());
  }

  /** Writes a list of nested documents. */
  public DocumentWriter documents(String field, List<? extends Document> values) {
    BsonArray array = new BsonArray(values.size());
    values.forEach(value -> array.add(value.toBson()));
    return value(field, array);
  }

  /** Writes a list of ids. */
  public DocumentWriter ids(String field, List<Id> values) {
    BsonArray array = new BsonArray(values.size());
    values.forEach(value -> array.add(value.toBson()));
    return value(field, array);
  }

  /** Writes a list of strings. */
  public DocumentWriter strings(String field, List<String> values) {
    BsonArray array = new BsonArray(values.size());
    values.forEach(value -> array.add(new BsonString(value)));
    return value(field, array);
  }

  /** Writes a list of Int32. */
  public DocumentWriter int32s(String field, List<Integer> values) {
    BsonArray array = new BsonArray(values.size());
    values.forEach(value -> array.add(new BsonInt32(value)));
    return value(field, array);
  }

  /** Writes any BSON value, or null. */
  public DocumentWriter value(String field, @Nullable BsonValue value) {
    document.append(field, value == null ? BsonNull.VALUE : value);
    return this;
  }

  /** Appends all fields of another document, flattened beside those written so far. */
  public DocumentWriter allOf(BsonDocument other) {
    document.putAll(other);
    return this;
  }
}
