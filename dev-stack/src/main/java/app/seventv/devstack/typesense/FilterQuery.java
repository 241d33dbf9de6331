package app.seventv.devstack.typesense;

import app.seventv.devstack.typesense.Filter.Condition;
import app.seventv.devstack.typesense.Filter.Operator;
import app.seventv.devstack.typesense.Filter.Value;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Turns filters into Lucene queries against a schema. On strings {@code :} asks for all tokens of
 * the value, {@code :=} for the whole string, both without regard to case; a trailing {@code *}
 * makes the last token a prefix. Negations also match documents without the field.
 */
final class FilterQuery {
  private final Schema schema;
  private final TextTokenizer tokenizer;

  private FilterQuery(Schema schema) {
    this.schema = schema;
    this.tokenizer = schema.tokenizer();
  }

  /** The query of an expression; an empty one or none matches everything. */
  static Query of(@Nullable String expression, Schema schema) {
    if (expression == null || expression.isBlank()) {
      return MatchAllDocsQuery.INSTANCE;
    }
    return new FilterQuery(schema).query(FilterParser.parse(expression));
  }

  private Query query(Filter filter) {
    return switch (filter) {
      case Filter.All all -> joined(all.parts(), Occur.FILTER);
      case Filter.Any any -> joined(any.parts(), Occur.SHOULD);
      case Condition condition -> condition(condition);
    };
  }

  private Query joined(List<Filter> parts, Occur occur) {
    BooleanQuery.Builder joined = new BooleanQuery.Builder();
    parts.forEach(part -> joined.add(query(part), occur));
    return joined.build();
  }

  private Query condition(Condition condition) {
    Query positive = positive(condition);
    if (!condition.operator().negates()) {
      return positive;
    }
    return new BooleanQuery.Builder()
        .add(MatchAllDocsQuery.INSTANCE, Occur.FILTER)
        .add(positive, Occur.MUST_NOT)
        .build();
  }

  private Query positive(Condition condition) {
    if (condition.field().equals(Schema.ID)) {
      return ids(condition);
    }
    SchemaField field = schema.field(condition.field());
    if (field == null) {
      throw ApiException.notFound(
          "Could not find a filter field named `%s` in the schema.".formatted(condition.field()));
    }
    if (!field.index()) {
      throw ApiException.badRequest(
          "Field `%s` is marked as a non-indexed field in the schema.".formatted(field.name()));
    }
    return field.type().isText() ? text(condition) : NumericFilter.query(field, condition);
  }

  private static Query ids(Condition condition) {
    if (condition.operator().compares()) {
      throw notComparable(condition);
    }
    List<BytesRef> ids = new ArrayList<>();
    condition.values().forEach(value -> ids.add(new BytesRef(value.text())));
    return new TermInSetQuery(IndexNames.ID, ids);
  }

  private static ApiException notComparable(Condition condition) {
    return ApiException.badRequest(
        "Error with filter field `%s`: strings cannot be compared by size."
            .formatted(condition.field()));
  }

  private Query text(Condition condition) {
    if (condition.operator().compares()) {
      throw notComparable(condition);
    }
    boolean wholeValue =
        condition.operator() == Operator.EQUALS || condition.operator() == Operator.NOT_EQUALS;
    List<BytesRef> wholes = new ArrayList<>();
    BooleanQuery.Builder alternatives = new BooleanQuery.Builder();
    for (Value value : condition.values()) {
      boolean prefix = !value.quoted() && value.text().endsWith("*");
      if (wholeValue && !prefix) {
        wholes.add(new BytesRef(tokenizer.whole(value.text())));
      } else if (wholeValue) {
        String whole = tokenizer.whole(value.text());
        alternatives.add(
            new PrefixQuery(new Term(IndexNames.whole(condition.field()), whole)), Occur.SHOULD);
      } else {
        alternatives.add(tokens(condition.field(), value, prefix), Occur.SHOULD);
      }
    }
    alternatives.add(new TermInSetQuery(IndexNames.whole(condition.field()), wholes), Occur.SHOULD);
    return alternatives.build();
  }

  private Query tokens(String field, Value value, boolean prefix) {
    List<TextTokenizer.Token> tokens = tokenizer.tokens(value.text());
    if (tokens.isEmpty()) {
      throw ApiException.badRequest(
          "Error with filter field `%s`: Filter value cannot be empty.".formatted(field));
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (int i = 0; i < tokens.size(); i++) {
      Term term = new Term(IndexNames.tokens(field), tokens.get(i).text());
      boolean last = i == tokens.size() - 1;
      all.add(prefix && last ? new PrefixQuery(term) : new TermQuery(term), Occur.FILTER);
    }
    return all.build();
  }
}
