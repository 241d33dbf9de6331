package app.seventv.devstack.typesense;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.DoubleValues;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LongValues;
import org.apache.lucene.search.LongValuesSource;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;

/** The value of {@code _eval} per document: that of the first filter that holds, else 0. */
final class EvalSource extends LongValuesSource {
  private record Weighted(Weight weight, long value) {}

  private final List<Weighted> conditions;

  private EvalSource(List<Weighted> conditions) {
    this.conditions = conditions;
  }

  static EvalSource parse(String argument, Schema schema, IndexSearcher searcher) {
    List<Weighted> weighted = new ArrayList<>();
    try {
      for (Sorting.EvalCondition condition : Sorting.evalConditions(argument, schema)) {
        Weight weight =
            searcher.createWeight(
                searcher.rewrite(condition.query()), ScoreMode.COMPLETE_NO_SCORES, 1);
        weighted.add(new Weighted(weight, condition.value()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new EvalSource(weighted);
  }

  @Override
  public LongValues getValues(LeafReaderContext leaf, DoubleValues scores) throws IOException {
    List<DocIdSetIterator> matches = new ArrayList<>();
    for (Weighted condition : conditions) {
      Scorer scorer = condition.weight().scorer(leaf);
      matches.add(scorer == null ? DocIdSetIterator.empty() : scorer.iterator());
    }
    return new LongValues() {
      private long value;

      @Override
      public long longValue() {
        return value;
      }

      @Override
      public boolean advanceExact(int doc) throws IOException {
        value = 0;
        for (int i = matches.size() - 1; i >= 0; i--) { // the first condition has the last word
          DocIdSetIterator docs = matches.get(i);
          int at = docs.docID() < doc ? docs.advance(doc) : docs.docID();
          value = at == doc ? conditions.get(i).value() : value;
        }
        return true;
      }
    };
  }

  @Override
  public boolean needsScores() {
    return false;
  }

  @Override
  public LongValuesSource rewrite(IndexSearcher searcher) {
    return this;
  }

  @Override
  public boolean isCacheable(LeafReaderContext leaf) {
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return "_eval of " + conditions.size() + " conditions";
  }
}
