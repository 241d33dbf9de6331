package app.seventv.model;

import java.util.List;

/** Numbers that stand for enum constants in stored documents. */
final class Codes {

  private Codes() {}

  /** A constant with a stored number. */
  interface Coded {

    /** The stored number. */
    int code();
  }

  /** Reads the constant whose code is stored. */
  static <E extends Coded> E read(DocumentReader in, String field, List<E> constants) {
    int code = in.int32(field);
    for (E constant : constants) {
      if (constant.code() == code) {
        return constant;
      }
    }
    throw in.error(field, "unknown code " + code);
  }
}
