package app.seventv.devstack.typesense;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSelector;
import org.apache.lucene.search.SortedSetSelector;
import org.apache.lucene.search.SortedSetSortField;

/**
 * The order of hits: {@code sort_by}, at most three criteria of {@code _text_match}, {@code
 * _text_match(buckets: n)}, {@code _eval(…)} and sortable fields. Equal hits follow the text match
 * if it was not named, then the latest document first.
 *
 * @param sort the order with exact text match scores
 * @param buckets for each criterion of the sort the number of text match buckets, 0 for none
 */
record Sorting(Sort sort, List<Integer> buckets) {
  private static final Pattern CRITERION =
      Pattern.compile("(?s)([^(]+?)\\s*(?:\\((.*)\\))?\\s*(?::\\s*(\\w*))?");
  private static final Pattern OPTION = Pattern.compile("\\s*(\\w+)\\s*:\\s*(\\w+)\\s*");
  private static final String TEXT_MATCH = "_text_match";
  private static final String EVAL = "_eval";

  static Sorting parse(SearchParams params, Schema schema, IndexSearcher searcher) {
    List<String> parts = params.list("sort_by");
    if (parts.size() > Limits.MAX_SORT_CRITERIA) {
      throw ApiException.unprocessable(
          "Only upto %d sort_by fields can be specified.".formatted(Limits.MAX_SORT_CRITERIA));
    }
    List<SortField> fields = new ArrayList<>();
    List<Integer> buckets = new ArrayList<>();
    for (String part : parts) {
      Criterion criterion = Criterion.parse(part);
      fields.add(criterion.sortField(schema, searcher));
      buckets.add(criterion.buckets());
    }
    if (parts.stream().noneMatch(part -> part.startsWith(TEXT_MATCH))) {
      fields.add(textMatch(true));
    }
    if (parts.isEmpty() && !schema.defaultSortingField().isEmpty()) {
      fields.add(new Criterion(schema.defaultSortingField(), "", true).field(schema));
    }
    fields.add(LongField.newSortField(IndexNames.SEQUENCE, true, SortedNumericSelector.Type.MAX));
    while (buckets.size() < fields.size()) {
      buckets.add(0);
    }
    return new Sorting(new Sort(fields.toArray(SortField[]::new)), buckets);
  }

  boolean hasBuckets() {
    return buckets.stream().anyMatch(count -> count > 0);
  }

  private static SortField textMatch(boolean descending) {
    // Lucene's own order of scores is the descending one.
    return new SortField(null, SortField.Type.SCORE, !descending);
  }

  /** One part of {@code sort_by}, such as {@code _text_match(buckets: 10):desc}. */
  private record Criterion(String name, String argument, boolean descending) {

    static Criterion parse(String part) {
      Matcher matcher = CRITERION.matcher(part);
      if (!matcher.matches()) {
        throw ApiException.badRequest("Parameter `sort_by` is malformed: `" + part + "`.");
      }
      String name = matcher.group(1).strip();
      String argument = matcher.group(2) == null ? "" : matcher.group(2);
      String order = matcher.group(3) == null ? "" : matcher.group(3).toLowerCase(Locale.ROOT);
      if (!order.equals("asc") && !order.equals("desc")) {
        throw ApiException.badRequest(
            "Order for field `%s` should be either ASC or DESC.".formatted(name));
      }
      return new Criterion(name, argument, order.equals("desc"));
    }

    int buckets() {
      if (!name.equals(TEXT_MATCH) || argument.isEmpty()) {
        return 0;
      }
      Matcher option = OPTION.matcher(argument);
      try {
        if (option.matches() && option.group(1).equals("buckets")) {
          return SearchParams.parseUnsigned(option.group(2));
        }
      } catch (NumberFormatException e) {
        throw ApiException.badRequest("Invalid value passed for _text_match `buckets`.");
      }
      throw ApiException.badRequest("Invalid sorting parameter passed for _text_match.");
    }

    SortField sortField(Schema schema, IndexSearcher searcher) {
      return switch (name) {
        case TEXT_MATCH -> textMatch(descending);
        case EVAL -> EvalSource.parse(argument, schema, searcher).getSortField(descending);
        default -> field(schema);
      };
    }

    /** Documents without a value come last in either order, unless the criterion says otherwise. */
    SortField field(Schema schema) {
      SchemaField field = schema.field(name);
      if (field == null || !field.sort()) {
        throw ApiException.notFound(
            "Could not find a field named `%s` in the schema for sorting.".formatted(name));
      }
      String lucene = IndexNames.values(name);
      boolean missingIsLeast = missingFirst() != descending;
      var lowest = SortedNumericSelector.Type.MIN;
      return switch (field.type().kind) {
        case TEXT ->
            new SortedSetSortField(
                lucene,
                descending,
                SortedSetSelector.Type.MIN,
                missingIsLeast ? SortField.STRING_FIRST : SortField.STRING_LAST);
        case FLOAT ->
            DoubleField.newSortField(
                lucene,
                descending,
                lowest,
                missingIsLeast ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        default ->
            LongField.newSortField(
                lucene, descending, lowest, missingIsLeast ? Long.MIN_VALUE : Long.MAX_VALUE);
      };
    }

    private boolean missingFirst() {
      if (argument.isEmpty()) {
        return false;
      }
      Matcher option = OPTION.matcher(argument);
      if (option.matches() && option.group(1).equals("missing_values")) {
        return option.group(2).equals("first");
      }
      throw ApiException.badRequest(
          "Invalid sorting parameter passed for the field `%s`.".formatted(name));
    }
  }

  /** Reads {@code _eval}'s list {@code [(filter):n, …]} or its short form, one filter worth 1. */
  static List<EvalCondition> evalConditions(String argument, Schema schema) {
    String text = argument.strip();
    if (!text.startsWith("[")) {
      return List.of(new EvalCondition(FilterQuery.of(text, schema), 1));
    }
    if (!text.endsWith("]")) {
      throw ApiException.badRequest("Error parsing eval expression in sort_by clause.");
    }
    List<EvalCondition> conditions = new ArrayList<>();
    for (String part : TopLevel.split(text.substring(1, text.length() - 1))) {
      int colon = part.lastIndexOf(':');
      try {
        long score = Long.parseLong(part.substring(colon + 1).strip());
        conditions.add(
            new EvalCondition(
                FilterQuery.of(part.substring(0, Math.max(0, colon)), schema), score));
      } catch (NumberFormatException e) {
        throw ApiException.badRequest("Error parsing score in eval expression: `" + part + "`.");
      }
    }
    if (conditions.size() > Limits.MAX_EVAL_CONDITIONS) {
      throw ApiException.badRequest(
          "Only upto %d eval expressions can be specified.".formatted(Limits.MAX_EVAL_CONDITIONS));
    }
    return conditions;
  }

  /** A filter of {@code _eval} and the value of the documents that match it. */
  record EvalCondition(Query query, long value) {}
}
