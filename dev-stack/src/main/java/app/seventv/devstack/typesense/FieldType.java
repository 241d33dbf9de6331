package app.seventv.devstack.typesense;

import java.util.Arrays;
import java.util.Optional;

/** The field types of the subset. */
enum FieldType {
  STRING("string", Kind.TEXT, false),
  STRING_ARRAY("string[]", Kind.TEXT, true),
  INT32("int32", Kind.INT32, false),
  INT32_ARRAY("int32[]", Kind.INT32, true),
  INT64("int64", Kind.INT64, false),
  INT64_ARRAY("int64[]", Kind.INT64, true),
  FLOAT("float", Kind.FLOAT, false),
  FLOAT_ARRAY("float[]", Kind.FLOAT, true),
  BOOL("bool", Kind.BOOL, false),
  BOOL_ARRAY("bool[]", Kind.BOOL, true),
  /** The type of the first value seen. */
  AUTO("auto", Kind.DETECTED, false),
  /** {@code string} or {@code string[]}, by the first value seen; other values become strings. */
  STRING_AUTO("string*", Kind.DETECTED, false);

  /** What one value of a field is; arrays hold several of it. */
  enum Kind {
    TEXT("a string"),
    INT32("an int32"),
    INT64("an int64"),
    FLOAT("a float"),
    BOOL("a bool"),
    DETECTED("a value");

    /** The kind with its article, for error messages. */
    final String noun;

    Kind(String noun) {
      this.noun = noun;
    }
  }

  final String id;
  final Kind kind;
  final boolean array;

  FieldType(String id, Kind kind, boolean array) {
    this.id = id;
    this.kind = kind;
    this.array = array;
  }

  static Optional<FieldType> byId(String id) {
    return Arrays.stream(values()).filter(type -> type.id.equals(id)).findFirst();
  }

  static FieldType of(Kind kind, boolean array) {
    return Arrays.stream(values())
        .filter(type -> type.kind == kind && type.array == array)
        .findFirst()
        .orElseThrow();
  }

  boolean isText() {
    return kind == Kind.TEXT;
  }

  boolean isDetected() {
    return kind == Kind.DETECTED;
  }

  /** Whether a field of this type may be the default sorting field. */
  boolean isSingleNumber() {
    return !array && (kind == Kind.INT32 || kind == Kind.INT64 || kind == Kind.FLOAT);
  }
}
