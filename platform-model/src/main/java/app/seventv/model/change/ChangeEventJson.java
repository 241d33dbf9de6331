package app.seventv.model.change;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes a change event as the body of a notification (workers.md §3.2). */
public final class ChangeEventJson {

  private static final JsonFactory FACTORY = new JsonFactory();

  /** All keys of a body, in order; missing parts are written as null. */
  private static final List<String> KEYS =
      List.of(
          "_id",
          "operationType",
          "ns",
          "to",
          "documentKey",
          "updateDescription",
          "clusterTime",
          "wallTime",
          "fullDocument",
          "fullDocumentBeforeChange");

  private static final List<String> UPDATE_KEYS =
      List.of("updatedFields", "removedFields", "truncatedArrays");

  private ChangeEventJson() {}

  /** The body for an event as the server sent it. */
  public static byte[] write(BsonDocument event) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      for (String key : KEYS) {
        json.writeName(key);
        BsonValue value = event.get(key);
        if (key.equals("updateDescription") && value instanceof BsonDocument update) {
          writeUpdate(json, update);
        } else {
          write(json, value);
        }
      }
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  /**
   * The body for an event without the document and without the values that changed, for events that
   * are too large for the bus. Consumers read the document from the database anyway.
   */
  public static byte[] writeWithoutContent(BsonDocument event) {
    BsonDocument slim = new BsonDocument();
    event.forEach((key, value) -> {
      if (!key.equals("fullDocument") && !key.equals("updateDescription")) {
        slim.append(key, value);
      }
    });
    return write(slim);
  }

  private static void writeUpdate(JsonGenerator json, BsonDocument update) {
    json.writeStartObject();
    for (String key : UPDATE_KEYS) {
      json.writeName(key);
      BsonValue empty = key.equals("updatedFields") ? new BsonDocument() : new BsonArray();
      write(json, update.get(key, empty));
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, @Nullable BsonValue value) {
    if (value == null) {
      json.writeNull();
      return;
    }
    switch (value.getBsonType()) {
      case DOCUMENT -> writeDocument(json, value.asDocument());
      case ARRAY -> writeArray(json, value.asArray());
      case STRING -> json.writeString(value.asString().getValue());
      case INT32 -> json.writeNumber(value.asInt32().getValue());
      case INT64 -> json.writeNumber(value.asInt64().getValue());
      case DOUBLE -> writeDouble(json, value.asDouble().getValue());
      case BOOLEAN -> json.writeBoolean(value.asBoolean().getValue());
      case BINARY -> writeBinary(json, value.asBinary());
      case DATE_TIME -> writeDate(json, value.asDateTime().getValue());
      case TIMESTAMP -> writeTimestamp(json, value.asTimestamp());
      case OBJECT_ID -> writeTagged(json, "$oid", value.asObjectId().getValue().toHexString());
      case DECIMAL128 ->
          writeTagged(json, "$numberDecimal", value.asDecimal128().getValue().toString());
      case SYMBOL -> writeTagged(json, "$symbol", value.asSymbol().getSymbol());
      case JAVASCRIPT -> writeTagged(json, "$code", value.asJavaScript().getCode());
      case REGULAR_EXPRESSION -> {
        json.writeStartObject();
        json.writeName("$regularExpression");
        json.writeStartObject();
        json.writeStringProperty("pattern", value.asRegularExpression().getPattern());
        json.writeStringProperty("options", value.asRegularExpression().getOptions());
        json.writeEndObject();
        json.writeEndObject();
      }
      default -> json.writeNull(); // null and types that no document of the platform has
    }
  }

  private static void writeDocument(JsonGenerator json, BsonDocument document) {
    json.writeStartObject();
    for (Map.Entry<String, BsonValue> field : document.entrySet()) {
      json.writeName(field.getKey());
      write(json, field.getValue());
    }
    json.writeEndObject();
  }

  private static void writeArray(JsonGenerator json, BsonArray array) {
    json.writeStartArray();
    for (BsonValue value : array) {
      write(json, value);
    }
    json.writeEndArray();
  }

  private static void writeDouble(JsonGenerator json, double value) {
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }

  /** Generic binary is an array of numbers, all other subtypes are extended JSON. */
  private static void writeBinary(JsonGenerator json, BsonBinary binary) {
    if (binary.getType() == BsonBinarySubType.BINARY.getValue()) {
      json.writeStartArray();
      for (byte b : binary.getData()) {
        json.writeNumber(b & 0xff);
      }
      json.writeEndArray();
      return;
    }
    json.writeStartObject();
    json.writeName("$binary");
    json.writeStartObject();
    json.writeStringProperty("base64", Base64.getEncoder().encodeToString(binary.getData()));
    json.writeStringProperty("subType", "%02x".formatted(binary.getType()));
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeDate(JsonGenerator json, long timeMs) {
    json.writeStartObject();
    json.writeName("$date");
    writeTagged(json, "$numberLong", Long.toString(timeMs));
    json.writeEndObject();
  }

  private static void writeTimestamp(JsonGenerator json, BsonTimestamp time) {
    json.writeStartObject();
    json.writeName("$timestamp");
    json.writeStartObject();
    json.writeNumberProperty("t", Integer.toUnsignedLong(time.getTime()));
    json.writeNumberProperty("i", Integer.toUnsignedLong(time.getInc()));
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeTagged(JsonGenerator json, String tag, String value) {
    json.writeStartObject();
    json.writeStringProperty(tag, value);
    json.writeEndObject();
  }

  /** A notification that events of a collection were missed. */
  public static byte[] writeInvalidation(String database, String collection) {
    BsonDocument event =
        new BsonDocument("operationType", new BsonString(ChangeOperation.INVALIDATE))
            .append(
                "ns",
                new BsonDocument("db", new BsonString(database))
                    .append("coll", new BsonString(collection)));
    return write(event);
  }
}
