package app.seventv.devstack.typesense;

import app.seventv.devstack.typesense.Filter.Condition;
import app.seventv.devstack.typesense.Filter.Operator;
import app.seventv.devstack.typesense.Filter.Value;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;

/** Conditions on numbers and booleans: equality, comparison, lists, and ranges {@code a..b}. */
final class NumericFilter {
  private static final String RANGE = "..";

  private NumericFilter() {}

  static Query query(SchemaField field, Condition condition) {
    return field.type().kind == FieldType.Kind.FLOAT
        ? floats(field, condition)
        : integers(field, condition);
  }

  private static Query integers(SchemaField field, Condition condition) {
    String name = IndexNames.values(field.name());
    BooleanQuery.Builder alternatives = new BooleanQuery.Builder();
    List<Long> exact = new ArrayList<>();
    for (Value value : condition.values()) {
      int range = value.text().indexOf(RANGE);
      if (range >= 0) {
        long lower = integer(field, value.text().substring(0, range));
        long upper = integer(field, value.text().substring(range + RANGE.length()));
        alternatives.add(LongField.newRangeQuery(name, lower, upper), Occur.SHOULD);
        continue;
      }
      long number = integer(field, value.text());
      switch (condition.operator()) {
        case LESS -> {
          if (number > Long.MIN_VALUE) { // else nothing is below
            add(alternatives, name, Long.MIN_VALUE, number - 1);
          }
        }
        case LESS_OR_EQUAL -> add(alternatives, name, Long.MIN_VALUE, number);
        case GREATER -> {
          if (number < Long.MAX_VALUE) { // else nothing is above
            add(alternatives, name, number + 1, Long.MAX_VALUE);
          }
        }
        case GREATER_OR_EQUAL -> add(alternatives, name, number, Long.MAX_VALUE);
        default -> exact.add(number);
      }
    }
    long[] numbers = exact.stream().mapToLong(Long::longValue).toArray();
    alternatives.add(LongField.newSetQuery(name, numbers), Occur.SHOULD);
    return alternatives.build();
  }

  private static void add(BooleanQuery.Builder alternatives, String name, long from, long to) {
    alternatives.add(LongField.newRangeQuery(name, from, to), Occur.SHOULD);
  }

  private static Query floats(SchemaField field, Condition condition) {
    String name = IndexNames.values(field.name());
    BooleanQuery.Builder alternatives = new BooleanQuery.Builder();
    for (Value value : condition.values()) {
      int range = value.text().indexOf(RANGE);
      double lower;
      double upper;
      if (range >= 0) {
        lower = decimal(field, value.text().substring(0, range));
        upper = decimal(field, value.text().substring(range + RANGE.length()));
      } else {
        double number = decimal(field, value.text());
        Operator operator = condition.operator();
        boolean opensDown = operator == Operator.LESS || operator == Operator.LESS_OR_EQUAL;
        boolean opensUp = operator == Operator.GREATER || operator == Operator.GREATER_OR_EQUAL;
        lower =
            opensDown
                ? Double.NEGATIVE_INFINITY
                : operator == Operator.GREATER ? Math.nextUp(number) : number;
        upper =
            opensUp
                ? Double.POSITIVE_INFINITY
                : operator == Operator.LESS ? Math.nextDown(number) : number;
      }
      alternatives.add(DoubleField.newRangeQuery(name, lower, upper), Occur.SHOULD);
    }
    return alternatives.build();
  }

  private static long integer(SchemaField field, String text) {
    try {
      return switch (field.type().kind) {
        case BOOL -> truth(text.strip());
        case INT32 -> Integer.parseInt(text.strip());
        default -> Long.parseLong(text.strip());
      };
    } catch (NumberFormatException e) {
      throw wrongType(field);
    }
  }

  private static long truth(String text) {
    return switch (text) {
      case "true" -> 1;
      case "false" -> 0;
      default -> throw new NumberFormatException(text);
    };
  }

  /** Values are kept with 32 bits, so filters are rounded alike. */
  private static double decimal(SchemaField field, String text) {
    try {
      float number = Float.parseFloat(text.strip());
      if (Float.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrongType(field);
    }
    throw wrongType(field);
  }

  private static ApiException wrongType(SchemaField field) {
    return ApiException.badRequest(
        "Error with filter field `%s`: Not %s.".formatted(field.name(), field.type().kind.noun));
  }
}
