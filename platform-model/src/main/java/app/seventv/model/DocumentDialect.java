package app.seventv.model;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;

/** How ids and dates are written (data-model.md §3.1, event-api.md §15.2); the rest is common. */
enum DocumentDialect {
  /** In the database. */
  STORED,
  /** On the event bus: ids are texts, dates are {@code {"$date":…}} maps. */
  BUS;

  static Instant timestamp(DocumentReader at, String field, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw at.error(field, "expected an RFC 3339 time");
    }
  }

  static boolean isId(BsonValue value) {
    return value.isBinary()
        && value.asBinary().getType() == BsonBinarySubType.UUID_STANDARD.getValue()
        && value.asBinary().getData().length == Id.BYTES;
  }

  /** A document's id with a space before it, for errors; empty if it has none that tells much. */
  static String idOf(BsonDocument document) {
    return switch (document.get("_id")) {
      case BsonBinary id when isId(id) -> " " + Id.fromBytes(id.getData());
      case BsonInt32 id -> " " + id.getValue();
      case BsonString id -> " " + id.getValue();
      case BsonObjectId id -> " " + id.getValue();
      case null, default -> "";
    };
  }

  Id id(DocumentReader at, String field, int position, BsonValue value) {
    if (this == BUS) {
      Id id = value.isString() ? Id.parseOrNull(value.asString().getValue()) : null;
      if (id == null) {
        throw mismatch(at, field, position, "an id", value);
      }
      return id;
    }
    if (!isId(value)) {
      throw mismatch(at, field, position, "an id (binary subtype 4, 16 bytes)", value);
    }
    return Id.fromBytes(value.asBinary().getData());
  }

  static String text(DocumentReader at, String field, int position, BsonValue value) {
    if (value.isString()) {
      return value.asString().getValue();
    }
    throw mismatch(at, field, position, "a string", value);
  }

  static boolean bool(DocumentReader at, String field, BsonValue value) {
    if (value.isBoolean()) {
      return value.asBoolean().getValue();
    }
    throw mismatch(at, field, -1, "a boolean", value);
  }

  static int int32(DocumentReader at, String field, int position, BsonValue value) {
    long wide = int64(at, field, position, value);
    if (wide != (int) wide) {
      throw at.error(field, position, wide + " does not fit 32 bits");
    }
    return (int) wide;
  }

  /** Int32, Int64 and integer-valued doubles are all read as integers (data-model.md §3.1). */
  static long int64(DocumentReader at, String field, int position, BsonValue value) {
    if (value.isInt32() || value.isInt64()) {
      return value.asNumber().longValue();
    }
    if (value.isDouble()) {
      double number = value.asDouble().getValue();
      if (number == Math.rint(number) && Math.abs(number) < 0x1p63) {
        return (long) number;
      }
    }
    throw mismatch(at, field, position, "an integer", value);
  }

  Instant date(DocumentReader at, String field, BsonValue value) {
    if (this == STORED) {
      if (value.isDateTime()) {
        return Instant.ofEpochMilli(value.asDateTime().getValue());
      }
      throw mismatch(at, field, -1, "a date", value);
    }
    BsonValue date = value.isDocument() ? value.asDocument().get("$date") : null;
    if (date != null) {
      try {
        if (date.isString()) {
          return timestamp(at, field, date.asString().getValue());
        }
        BsonValue ms = date.isDocument() ? date.asDocument().get("$numberLong") : null;
        if (ms != null && ms.isString()) {
          return Instant.ofEpochMilli(Long.parseLong(ms.asString().getValue()));
        }
      } catch (NumberFormatException e) {
        throw at.error(field, "unreadable date");
      }
    }
    throw mismatch(at, field, -1, "a {\"$date\": …} map", value);
  }

  static DocumentException mismatch(
      DocumentReader at, String field, int position, String expected, BsonValue value) {
    BsonType type = value.getBsonType();
    String got =
        value.isBinary()
            ? "binary subtype " + value.asBinary().getType()
            : type.name().toLowerCase(Locale.ROOT);
    return at.error(field, position, "expected " + expected + ", got " + got);
  }
}
