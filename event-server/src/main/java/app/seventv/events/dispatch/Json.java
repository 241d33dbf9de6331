package app.seventv.events.dispatch;

import app.seventv.model.Id;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/** A JSON value that can write itself. */
@FunctionalInterface
interface Json {
  /** Size of the first buffer of {@link #bytes}. */
  int TYPICAL_BYTES = 2048;

  /** Writes as clients have always got it. */
  JsonFactory FACTORY =
      JsonFactory.builder().disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES).build();

  /** The JSON null. */
  Json NULL = JsonGenerator::writeNull;

  void write(JsonGenerator out);

  /** The value as compact UTF-8. */
  default byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(TYPICAL_BYTES);
    try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      write(out);
    }
    return bytes.toByteArray();
  }

  static Json of(String value) {
    return out -> out.writeString(value);
  }

  static Json of(long value) {
    return out -> out.writeNumber(value);
  }

  static Json of(boolean value) {
    return out -> out.writeBoolean(value);
  }

  static Json of(Id value) {
    return of(value.toString());
  }

  static Json ofStrings(List<String> values) {
    return out -> strings(out, values);
  }

  static void strings(JsonGenerator out, List<String> values) {
    out.writeStartArray();
    values.forEach(out::writeString);
    out.writeEndArray();
  }

  /** Writes an id, or null. */
  static void id(JsonGenerator out, String name, @Nullable Id id) {
    if (id == null) {
      out.writeNullProperty(name);
    } else {
      out.writeStringProperty(name, id.toString());
    }
  }
}
