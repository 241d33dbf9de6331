package app.seventv.devstack.typesense;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The parameters of one search, by name; those unknown to the subset are ignored. */
final class SearchParams {
  /** How one field of {@code query_by} is searched. */
  record QueryField(String name, int weight, boolean prefix, int maxTypos, Infix infix) {}

  /** When matches inside a word count. */
  enum Infix {
    OFF,
    ALWAYS,
    FALLBACK
  }

  private static final int MAX_TYPOS = 2;
  private static final int DEFAULT_PER_PAGE_HITS = 10;

  /** Weights are told apart up to this one, see {@link TextMatch}. */
  static final int MAX_WEIGHT = 15;

  private final Map<String, String> values;

  SearchParams(Map<String, String> values) {
    this.values = values;
  }

  @Nullable String get(String name) {
    return values.get(name);
  }

  String get(String name, String absent) {
    return values.getOrDefault(name, absent);
  }

  /** The query text; required. */
  String query() {
    String query = values.get("q");
    if (query == null) {
      throw ApiException.badRequest("Parameter `q` is required.");
    }
    return query;
  }

  boolean flag(String name, boolean absent) {
    String value = values.get(name);
    return (value == null || value.isEmpty()) ? absent : value.equals("true");
  }

  int unsigned(String name, int absent) {
    String value = values.get(name);
    if (value == null || value.isEmpty()) {
      return absent;
    }
    try {
      return parseUnsigned(value.strip());
    } catch (NumberFormatException e) {
      throw ApiException.badRequest("Parameter `%s` must be an unsigned integer.".formatted(name));
    }
  }

  /** A number from 0; a sign or anything else is a NumberFormatException. */
  static int parseUnsigned(String text) {
    int number = Integer.parseInt(text);
    if (number < 0) {
      throw new NumberFormatException("below 0: " + text);
    }
    return number;
  }

  List<String> list(String name) {
    return TopLevel.split(values.getOrDefault(name, ""));
  }

  int perPage() {
    int perPage = unsigned("per_page", unsigned("limit", DEFAULT_PER_PAGE_HITS));
    if (perPage > Limits.MAX_PER_PAGE_HITS) {
      throw ApiException.unprocessable(
          "Only upto %d hits can be fetched per page.".formatted(Limits.MAX_PER_PAGE_HITS));
    }
    return perPage;
  }

  /** The page, from 1; a missing one and 0 are the first. */
  int page() {
    return Math.max(1, unsigned("page", 1));
  }

  /** The number of hits before the first one asked for. */
  int offset() {
    long offset = values.containsKey("page") ? (page() - 1L) * perPage() : unsigned("offset", 0);
    if (offset + perPage() > Limits.MAX_RESULT_WINDOW_HITS) {
      throw ApiException.unprocessable(
          "Only upto %d hits can be fetched. Ensure that `page` and `per_page` parameters are"
                  .formatted(Limits.MAX_RESULT_WINDOW_HITS)
              + " within this range.");
    }
    return (int) offset;
  }

  /** The fields of {@code query_by}, each checked to be an indexed string field. */
  List<QueryField> queryFields(Schema schema) {
    List<String> names = list("query_by");
    if (names.size() > Limits.MAX_QUERY_FIELDS) {
      throw ApiException.badRequest(
          "Only upto %d fields can be queried.".formatted(Limits.MAX_QUERY_FIELDS));
    }
    List<Integer> weights = perField("query_by_weights", names, this::weight, -1);
    List<Boolean> prefixes = perField("prefix", names, "true"::equals, true);
    List<Integer> typos = perField("num_typos", names, this::typos, MAX_TYPOS);
    List<Infix> infixes = perField("infix", names, SearchParams::infix, Infix.OFF);
    List<QueryField> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      SchemaField field = checkedQueryField(names.get(i), schema);
      if (infixes.get(i) != Infix.OFF && !field.infix()) {
        throw ApiException.badRequest(
            ("Could not find `%s` in the infix index. Make sure to enable infix search by"
                    + " specifying `infix: true` in the schema.")
                .formatted(field.name()));
      }
      // Without weights the earlier field counts more.
      int weight = weights.get(i) < 0 ? Math.max(1, MAX_WEIGHT - i) : weights.get(i);
      fields.add(
          new QueryField(field.name(), weight, prefixes.get(i), typos.get(i), infixes.get(i)));
    }
    return fields;
  }

  private static SchemaField checkedQueryField(String name, Schema schema) {
    SchemaField field = schema.field(name);
    if (field == null) {
      throw ApiException.notFound(
          "Could not find a field named `%s` in the schema.".formatted(name));
    }
    if (!field.type().isText() || !field.index()) {
      throw ApiException.badRequest(
          "Field `%s` should be an indexed string or a string array.".formatted(name));
    }
    return field;
  }

  private <T> List<T> perField(
      String parameter, List<String> fields, Function<String, T> parse, T absent) {
    List<T> parsed = new ArrayList<>(list(parameter).stream().map(parse).toList());
    if (parsed.size() > 1 && parsed.size() != fields.size()) {
      throw ApiException.badRequest(
          "Number of values in `%s` does not match number of `query_by` fields."
              .formatted(parameter));
    }
    while (parsed.size() < fields.size()) {
      parsed.add(parsed.isEmpty() ? absent : parsed.getFirst());
    }
    return parsed;
  }

  private int weight(String text) {
    return Math.min(number("query_by_weights", text), MAX_WEIGHT);
  }

  private int typos(String text) {
    int typos = number("num_typos", text);
    if (typos > MAX_TYPOS) {
      throw ApiException.badRequest("Value of `num_typos` must not be greater than 2.");
    }
    return typos;
  }

  private static int number(String parameter, String text) {
    try {
      return parseUnsigned(text);
    } catch (NumberFormatException e) {
      throw ApiException.badRequest(
          "Parameter `%s` must be a list of unsigned integers.".formatted(parameter));
    }
  }

  private static Infix infix(String text) {
    return switch (text) {
      case "off" -> Infix.OFF;
      case "always" -> Infix.ALWAYS;
      case "fallback" -> Infix.FALLBACK;
      default ->
          throw ApiException.badRequest(
              "Parameter `infix` must be `off`, `always` or `fallback`: `" + text + "`.");
    };
  }
}
