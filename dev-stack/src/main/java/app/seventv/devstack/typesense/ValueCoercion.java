package app.seventv.devstack.typesense;

import app.seventv.devstack.typesense.FieldType.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DoubleNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.StringNode;

/** Type checks and conversions of single document values. */
final class ValueCoercion {
  private ValueCoercion() {}

  /** The value if it is of the type, its conversion if asked for and possible, else null. */
  static @Nullable JsonNode checked(FieldType type, JsonNode value, boolean coerces) {
    if (!type.array) {
      return checkedElement(type.kind, value, coerces);
    }
    if (!value.isArray() && !coerces) {
      return null;
    }
    ArrayNode checked = Json.array();
    for (JsonNode element : value.isArray() ? value : Json.array().add(value)) {
      JsonNode checkedElement = checkedElement(type.kind, element, coerces);
      if (checkedElement == null) {
        return null;
      }
      checked.add(checkedElement);
    }
    return checked;
  }

  private static @Nullable JsonNode checkedElement(Kind kind, JsonNode value, boolean coerces) {
    boolean matches =
        switch (kind) {
          case TEXT -> value.isString();
          case INT32 -> value.isIntegralNumber() && value.canConvertToInt();
          case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
          case FLOAT -> value.isNumber();
          case BOOL -> value.isBoolean();
          case DETECTED -> false;
        };
    return matches ? value : coerces ? coerced(kind, value) : null;
  }

  private static @Nullable JsonNode coerced(Kind kind, JsonNode value) {
    if (!value.isValueNode() || value.isNull()) {
      return null;
    }
    String text = value.asString();
    try {
      return switch (kind) {
        case TEXT -> StringNode.valueOf(text);
        case INT32 -> IntNode.valueOf(Math.toIntExact(toLong(value, text)));
        case INT64 -> LongNode.valueOf(toLong(value, text));
        case FLOAT -> DoubleNode.valueOf(value.isBoolean() ? truth(value) : finite(text));
        case BOOL -> coercedBoolean(text);
        case DETECTED -> null;
      };
    } catch (NumberFormatException | ArithmeticException e) {
      return null;
    }
  }

  private static long toLong(JsonNode value, String text) {
    if (value.isBoolean()) {
      return truth(value);
    }
    return value.isNumber() ? (long) value.doubleValue() : Long.parseLong(text.strip());
  }

  private static int truth(JsonNode value) {
    return value.booleanValue() ? 1 : 0;
  }

  private static double finite(String text) {
    double parsed = Double.parseDouble(text.strip());
    if (!Double.isFinite(parsed)) {
      throw new NumberFormatException("not finite");
    }
    return parsed;
  }

  private static @Nullable JsonNode coercedBoolean(String text) {
    return switch (text) {
      case "true", "1" -> BooleanNode.TRUE;
      case "false", "0" -> BooleanNode.FALSE;
      default -> null;
    };
  }

  /** The type that a dynamic field gets from its first value; null when the value tells none. */
  static @Nullable FieldType detectedType(FieldType declared, JsonNode value) {
    JsonNode sample = value.isArray() ? value.path(0) : value;
    if (!sample.isValueNode() || sample.isNull()) {
      return null;
    }
    return switch (declared) {
      case AUTO -> FieldType.of(kindOf(sample), value.isArray());
      case STRING_AUTO -> FieldType.of(Kind.TEXT, value.isArray());
      default -> declared;
    };
  }

  private static Kind kindOf(JsonNode sample) {
    if (sample.isBoolean()) {
      return Kind.BOOL;
    }
    if (sample.isNumber()) {
      return sample.isIntegralNumber() ? Kind.INT64 : Kind.FLOAT;
    }
    return Kind.TEXT;
  }
}
