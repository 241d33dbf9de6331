package app.seventv.devstack.typesense;

import app.seventv.devstack.typesense.SearchParams.Infix;
import app.seventv.devstack.typesense.SearchParams.QueryField;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Finds the documents of a query text and scores them. Every token must be in one of the fields;
 * when that finds too little, typos are allowed, then tokens are left out from the right, then
 * words may contain the token.
 *
 * <p>The score is a whole number below 2^24, so that a float carries it exactly and order is
 * repeatable. Each matched token adds its part, each in its own bits:
 *
 * <pre>
 * bit 20..23  tokens matched                  at most 10
 * bit 14..19  sum of (5 - cost) per token     at most 50
 * bit 13      a whole field equals the query  at most 1
 * bit  5..12  sum of field weights            at most 150
 * </pre>
 */
final class TextMatch {
  private static final int TOKEN_SCORE = 1 << 20;
  private static final int QUALITY_SCORE = 1 << 14;
  private static final int EXACT_SCORE = 1 << 13;
  private static final int WEIGHT_SCORE = 1 << 5;

  private final List<QueryField> fields;
  private final QueryText text;
  private final SearchParams params;

  /**
   * @param text a query that is not {@link QueryText#matchesAll()}
   */
  TextMatch(List<QueryField> fields, QueryText text, SearchParams params) {
    this.fields = fields;
    this.text = text;
    this.params = params;
  }

  /**
   * What was found in the end.
   *
   * @param query the scored query
   * @param typos whether typos were allowed
   * @param infix whether words that contain a token were taken as a last resort
   */
  record Match(Query query, boolean typos, boolean infix) {}

  /** Looks for matches among the documents of the filter. */
  Match match(IndexSearcher searcher, Query filter) throws IOException {
    boolean exhaustive = params.flag("exhaustive_search", false);
    int typosBelow = exhaustive ? Integer.MAX_VALUE : params.unsigned("typo_tokens_threshold", 1);
    int dropBelow = exhaustive ? Integer.MAX_VALUE : params.unsigned("drop_tokens_threshold", 1);
    int tokens = text.tokens().size();
    boolean typos = false;
    Query query = filtered(tokens, false, false, filter);
    int found = searcher.count(query);
    if (found < typosBelow) {
      typos = true;
      query = filtered(tokens, true, false, filter);
      found = searcher.count(query);
    }
    for (int required = tokens - 1; required >= 1 && found < dropBelow; required--) {
      query = filtered(required, typos, false, filter);
      found = searcher.count(query);
    }
    if (found == 0 && fields.stream().anyMatch(field -> field.infix() == Infix.FALLBACK)) {
      return new Match(filtered(tokens, typos, true, filter), typos, true);
    }
    return new Match(query, typos, false);
  }

  private Query filtered(int required, boolean typos, boolean infix, Query filter) {
    BooleanQuery.Builder query = new BooleanQuery.Builder().add(filter, Occur.FILTER);
    for (int i = 0; i < text.tokens().size(); i++) {
      query.add(
          token(text.tokens().get(i), typos, infix), i < required ? Occur.MUST : Occur.SHOULD);
    }
    text.phrases().forEach(phrase -> query.add(inAnyField(phrase), Occur.FILTER));
    text.excluded().forEach(phrase -> query.add(inAnyField(phrase), Occur.MUST_NOT));
    if (params.flag("prioritize_exact_match", true) && !text.tokens().isEmpty()) {
      query.add(exactBonus(), Occur.SHOULD);
    }
    return query.build();
  }

  private Query token(QueryToken token, boolean typos, boolean infix) {
    List<Query> alternatives = new ArrayList<>();
    for (QueryField field : fields) {
      for (QueryToken.Variant variant : variants(token, field, typos, infix)) {
        int score =
            TOKEN_SCORE
                + (QueryToken.MAX_COST - variant.cost()) * QUALITY_SCORE
                + field.weight() * WEIGHT_SCORE;
        alternatives.add(scored(variant.query(IndexNames.tokens(field.name())), score));
      }
    }
    return new DisjunctionMaxQuery(alternatives, 0);
  }

  /** The variants of a token in a field. */
  static List<QueryToken.Variant> variants(
      QueryToken token, QueryField field, boolean typos, boolean infix) {
    List<QueryToken.Variant> variants = new ArrayList<>(token.variants(field, typos));
    if (field.infix() == Infix.ALWAYS || (infix && field.infix() == Infix.FALLBACK)) {
      variants.add(token.infix());
    }
    return variants;
  }

  private Query exactBonus() {
    List<Query> alternatives = new ArrayList<>();
    for (QueryField field : fields) {
      Term whole = new Term(IndexNames.whole(field.name()), text.whole());
      alternatives.add(scored(new TermQuery(whole), EXACT_SCORE));
    }
    return new DisjunctionMaxQuery(alternatives, 0);
  }

  private static Query scored(Query query, int score) {
    return new BoostQuery(new ConstantScoreQuery(query), score);
  }

  private Query inAnyField(List<String> phrase) {
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (QueryField field : fields) {
      String[] words = phrase.toArray(String[]::new);
      any.add(new PhraseQuery(IndexNames.tokens(field.name()), words), Occur.SHOULD);
    }
    return fields.isEmpty() ? MatchAllDocsQuery.INSTANCE : any.build();
  }
}
