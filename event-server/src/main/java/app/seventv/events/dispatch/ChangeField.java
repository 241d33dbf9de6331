package app.seventv.events.dispatch;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * One change of one field (event-api.md §10).
 *
 * @param index position in an array, or null
 * @param nested whether the value is a list of changes inside the field
 * @param type {@code string}, {@code number}, {@code bool}, {@code object} or empty
 * @param oldValue left out when null
 * @param value JSON null when there is none
 */
record ChangeField(
    String key,
    @Nullable Integer index,
    boolean nested,
    String type,
    @Nullable Json oldValue,
    Json value)
    implements Json {

  static ChangeField text(String key, @Nullable String old, @Nullable String updated) {
    return new ChangeField(
        key,
        null,
        false,
        "string",
        old == null ? null : Json.of(old),
        updated == null ? Json.NULL : Json.of(updated));
  }

  static ChangeField number(String key, @Nullable Integer old, @Nullable Integer updated) {
    return new ChangeField(
        key,
        null,
        false,
        "number",
        old == null ? null : Json.of(old),
        updated == null ? Json.NULL : Json.of(updated));
  }

  static ChangeField bool(String key, boolean old, boolean updated) {
    return new ChangeField(key, null, false, "bool", Json.of(old), Json.of(updated));
  }

  static ChangeField object(
      String key, @Nullable Integer index, @Nullable Json old, @Nullable Json updated) {
    return new ChangeField(key, index, false, "object", old, updated == null ? NULL : updated);
  }

  static ChangeField nested(
      String key, @Nullable Integer index, String type, List<ChangeField> changes) {
    return new ChangeField(key, index, true, type, null, out -> writeList(out, changes));
  }

  static void writeList(JsonGenerator out, List<ChangeField> fields) {
    out.writeStartArray();
    fields.forEach(field -> field.write(out));
    out.writeEndArray();
  }

  @Override
  public void write(JsonGenerator out) {
    out.writeStartObject();
    out.writeStringProperty("key", key);
    if (index == null) {
      out.writeNullProperty("index");
    } else {
      out.writeNumberProperty("index", index);
    }
    if (nested) {
      out.writeBooleanProperty("nested", true);
    }
    out.writeStringProperty("type", type);
    if (oldValue != null) {
      out.writeName("old_value");
      oldValue.write(out);
    }
    out.writeName("value");
    value.write(out);
    out.writeEndObject();
  }
}
