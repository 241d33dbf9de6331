package app.seventv.devstack.typesense;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What to do with a value that is not of its field's type (parameter {@code dirty_values}). */
enum DirtyValues {
  REJECT(false, false),
  DROP(false, true),
  COERCE_OR_REJECT(true, false),
  COERCE_OR_DROP(true, true);

  final boolean coerces;
  final boolean drops;

  DirtyValues(boolean coerces, boolean drops) {
    this.coerces = coerces;
    this.drops = drops;
  }

  /** The parameter's value; absent means coercion where the schema has dynamic fields. */
  static DirtyValues parse(@Nullable String parameter, Schema schema) {
    if (parameter == null || parameter.isEmpty()) {
      return schema.hasDynamicFields() ? COERCE_OR_REJECT : REJECT;
    }
    for (DirtyValues value : values()) {
      if (value.name().equals(parameter.toUpperCase(Locale.ROOT))) {
        return value;
      }
    }
    throw ApiException.badRequest("Parameter `dirty_values` is not valid: `" + parameter + "`.");
  }
}
