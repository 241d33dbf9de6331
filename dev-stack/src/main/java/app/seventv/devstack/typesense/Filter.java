package app.seventv.devstack.typesense;

import java.util.List;

/** A parsed {@code filter_by}, not yet checked against a schema. */
sealed interface Filter {
  /** Every part holds ({@code &&}). */
  record All(List<Filter> parts) implements Filter {}

  /** At least one part holds ({@code ||}). */
  record Any(List<Filter> parts) implements Filter {}

  /** A condition on one field; several values are alternatives. */
  record Condition(String field, Operator operator, List<Value> values) implements Filter {}

  /**
   * One value.
   *
   * @param quoted whether it stood between backquotes, where nothing has a special meaning
   */
  record Value(String text, boolean quoted) {}

  /** The comparison; its symbol follows the field name. */
  enum Operator {
    NOT_EQUALS(":!="),
    NOT_CONTAINS(":!"),
    EQUALS(":="),
    LESS_OR_EQUAL(":<="),
    LESS(":<"),
    GREATER_OR_EQUAL(":>="),
    GREATER(":>"),
    CONTAINS(":");

    final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    boolean negates() {
      return this == NOT_EQUALS || this == NOT_CONTAINS;
    }

    boolean compares() {
      return this == LESS || this == LESS_OR_EQUAL || this == GREATER || this == GREATER_OR_EQUAL;
    }
  }
}
