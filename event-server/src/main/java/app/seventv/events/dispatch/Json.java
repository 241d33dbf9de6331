package app.seventv.events.dispatch;

import app.seventv.model.Id;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** A JSON value that can write itself. */
@FunctionalInterface
interface Json {
  /** The JSON null. */
  Json NULL = JsonGenerator::writeNull;

  void write(JsonGenerator out);

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
