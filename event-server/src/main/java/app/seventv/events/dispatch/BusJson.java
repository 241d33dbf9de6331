package app.seventv.events.dispatch;

import app.seventv.model.Id;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import tools.jackson.core.JsonGenerator;

/** Whole documents as JSON, in the form they have on the bus (event-api.md §15.2). */
final class BusJson {
  private BusJson() {}

  static Json of(BsonDocument document) {
    return out -> write(out, document);
  }

  private static void write(JsonGenerator out, BsonValue value) {
    switch (value) {
      case BsonDocument document -> {
        out.writeStartObject();
        document.forEach((name, field) -> {
          out.writeName(name);
          write(out, field);
        });
        out.writeEndObject();
      }
      case BsonArray array -> {
        out.writeStartArray();
        array.forEach(item -> write(out, item));
        out.writeEndArray();
      }
      case BsonBinary binary -> out.writeString(Id.fromBytes(binary.getData()).toString());
      default -> scalar(out, value);
    }
  }

  private static void scalar(JsonGenerator out, BsonValue value) {
    switch (value.getBsonType()) {
      case STRING -> out.writeString(value.asString().getValue());
      case BOOLEAN -> out.writeBoolean(value.asBoolean().getValue());
      case INT32 -> out.writeNumber(value.asInt32().getValue());
      case INT64 -> out.writeNumber(value.asInt64().getValue());
      case DOUBLE -> out.writeNumber(value.asDouble().getValue());
      case DATE_TIME -> {
        out.writeStartObject();
        out.writeName("$date");
        out.writeStartObject();
        out.writeStringProperty("$numberLong", Long.toString(value.asDateTime().getValue()));
        out.writeEndObject();
        out.writeEndObject();
      }
      case NULL -> out.writeNull();
      default ->
          throw new IllegalArgumentException("no JSON form of " + value.getBsonType() + " values");
    }
  }
}
