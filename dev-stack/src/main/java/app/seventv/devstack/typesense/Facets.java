package app.seventv.devstack.typesense;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.apache.lucene.facet.FacetResult;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.LabelAndValue;
import org.apache.lucene.facet.LongValueFacetCounts;
import org.apache.lucene.facet.StringDocValuesReaderState;
import org.apache.lucene.facet.StringValueFacetCounts;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.NumericUtils;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code facet_by} with {@code facet_query} and {@code max_facet_values}, over all hits. */
final class Facets {
  private static final int DEFAULT_MAX_VALUES = 10;

  /** One value of a facet; {@code prefixEnd} is where the match of the facet query ends, or 0. */
  private record Value(String text, int count, int prefixEnd) {}

  /** {@code facet_query}: values with a word that begins with the text. */
  private record ValueQuery(String field, String text) {}

  private final List<SchemaField> fields = new ArrayList<>();
  private final @Nullable ValueQuery valueQuery;
  private final int maxValues;
  private final TextTokenizer tokenizer;

  Facets(SearchParams params, Schema schema) {
    for (String name : params.list("facet_by")) {
      // A parenthesis holds options about the order of values, which the subset leaves out.
      fields.add(facetField(name.replaceFirst("(?s)\\(.*", ""), schema));
    }
    if (fields.size() > Limits.MAX_FACET_FIELDS) {
      throw ApiException.badRequest(
          "Only upto %d fields can be faceted.".formatted(Limits.MAX_FACET_FIELDS));
    }
    this.valueQuery = valueQuery(params.get("facet_query", ""));
    int requested = params.unsigned("max_facet_values", DEFAULT_MAX_VALUES);
    this.maxValues = Math.min(requested, Limits.MAX_FACET_VALUES);
    this.tokenizer = schema.tokenizer();
  }

  private static SchemaField facetField(String name, Schema schema) {
    SchemaField field = schema.field(name);
    if (field == null || !field.facet()) {
      throw ApiException.notFound(
          "Could not find a facet field named `%s` in the schema.".formatted(name));
    }
    return field;
  }

  private @Nullable ValueQuery valueQuery(String parameter) {
    if (parameter.isBlank()) {
      return null;
    }
    int colon = parameter.indexOf(':');
    if (colon < 0) {
      throw ApiException.badRequest("Facet query must be in the `facet_field: value` format.");
    }
    String name = parameter.substring(0, colon).strip();
    if (fields.stream().noneMatch(field -> field.name().equals(name))) {
      throw ApiException.badRequest(
          "Facet query refers to a facet field `%s` that is not part of `facet_by` parameter."
              .formatted(name));
    }
    return new ValueQuery(name, parameter.substring(colon + 1).strip());
  }

  boolean isEmpty() {
    return fields.isEmpty();
  }

  ArrayNode count(IndexSearcher searcher, FacetsCollector hits) throws IOException {
    ArrayNode facets = Json.array();
    for (SchemaField field : fields) {
      facets.add(count(field, searcher, hits));
    }
    return facets;
  }

  private ObjectNode count(SchemaField field, IndexSearcher searcher, FacetsCollector hits)
      throws IOException {
    String name = IndexNames.values(field.name());
    FacetResult result =
        field.type().isText()
            ? new StringValueFacetCounts(
                    new StringDocValuesReaderState(searcher.getIndexReader(), name), hits)
                .getAllChildren(name)
            : new LongValueFacetCounts(name, hits).getAllChildren(name);
    List<Value> values = new ArrayList<>();
    DoubleSummaryStatistics numbers = new DoubleSummaryStatistics();
    LabelAndValue[] counted = result == null ? new LabelAndValue[0] : result.labelValues;
    for (LabelAndValue label : counted) {
      String text = label(field, label.label);
      int prefixEnd = prefixEnd(field, text);
      if (prefixEnd >= 0) {
        values.add(new Value(text, label.value.intValue(), prefixEnd));
      }
      if (field.type().isText() || field.type().kind == FieldType.Kind.BOOL) {
        continue;
      }
      double number = Double.parseDouble(text);
      for (int i = 0; i < label.value.intValue(); i++) {
        numbers.accept(number);
      }
    }
    values.sort(Comparator.comparingInt(Value::count).reversed().thenComparing(Value::text));
    return toJson(field, values, numbers);
  }

  private static String label(SchemaField field, String label) {
    return switch (field.type().kind) {
      case BOOL -> label.equals("1") ? "true" : "false";
      case FLOAT ->
          Float.toString((float) NumericUtils.sortableLongToDouble(Long.parseLong(label)));
      default -> label;
    };
  }

  /** Where the facet query's match ends in the value; 0 without a query, -1 without a match. */
  private int prefixEnd(SchemaField field, String text) {
    if (valueQuery == null || !valueQuery.field().equals(field.name())) {
      return 0;
    }
    String prefix = tokenizer.whole(valueQuery.text());
    for (TextTokenizer.Token token : tokenizer.tokens(text)) {
      if (token.text().startsWith(prefix)) {
        return tokenizer.endOfPrefix(text, token, prefix.length());
      }
    }
    return tokenizer.whole(text).startsWith(prefix) ? 0 : -1;
  }

  private ObjectNode toJson(
      SchemaField field, List<Value> values, DoubleSummaryStatistics numbers) {
    ObjectNode json = Json.object();
    ArrayNode counts = json.putArray("counts");
    for (Value value : values.subList(0, Math.min(values.size(), maxValues))) {
      counts
          .addObject()
          .put("count", value.count())
          .put("highlighted", highlighted(value))
          .put("value", value.text());
    }
    json.put("field_name", field.name()).put("sampled", false);
    ObjectNode stats = json.putObject("stats").put("total_values", values.size());
    if (numbers.getCount() > 0) {
      stats.put("min", numbers.getMin()).put("max", numbers.getMax());
      stats.put("avg", numbers.getAverage()).put("sum", numbers.getSum());
    }
    return json;
  }

  private String highlighted(Value value) {
    String text = value.text();
    for (TextTokenizer.Token token : tokenizer.tokens(text)) {
      if (token.start() < value.prefixEnd() && value.prefixEnd() <= token.end()) {
        return text.substring(0, token.start())
            + Highlighter.START_TAG
            + text.substring(token.start(), value.prefixEnd())
            + Highlighter.END_TAG
            + text.substring(value.prefixEnd());
      }
    }
    return text;
  }
}
