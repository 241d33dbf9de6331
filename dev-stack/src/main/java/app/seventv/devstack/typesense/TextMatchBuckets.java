package app.seventv.devstack.typesense;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SortField;
import org.jspecify.annotations.Nullable;

/**
 * {@code _text_match(buckets: n)}: the best hits, at most {@link Limits#MAX_BUCKETED_HITS}, are cut
 * into n blocks of equal size, and within a block all count as equally good, so that the next
 * criterion decides. Fewer hits than buckets keep their exact scores.
 */
final class TextMatchBuckets {
  /** A hit with the values it is ordered by; a value is null where the document has none. */
  private record Ranked(ScoreDoc hit, List<@Nullable Object> values) {}

  private TextMatchBuckets() {}

  /** Orders the first hits anew, in place. */
  static void reorder(ScoreDoc[] hits, Sorting sorting) {
    int window = Math.min(hits.length, Limits.MAX_BUCKETED_HITS);
    Ranked[] ranked = new Ranked[window];
    for (int i = 0; i < window; i++) {
      List<@Nullable Object> values = new ArrayList<>(Arrays.asList(((FieldDoc) hits[i]).fields));
      for (int criterion = 0; criterion < values.size(); criterion++) {
        int buckets = sorting.buckets().get(criterion);
        if (buckets > 0 && window >= buckets) {
          int blockSize = window / buckets;
          FieldDoc best = (FieldDoc) hits[i / blockSize * blockSize];
          values.set(criterion, best.fields[criterion]);
        }
      }
      ranked[i] = new Ranked(hits[i], values);
    }
    Arrays.sort(ranked, order(sorting.sort().getSort()));
    for (int i = 0; i < window; i++) {
      hits[i] = ranked[i].hit();
    }
  }

  private static Comparator<Ranked> order(SortField[] criteria) {
    return (a, b) -> {
      for (int i = 0; i < criteria.length; i++) {
        int order = compare(a.values().get(i), b.values().get(i), criteria[i]);
        boolean isScore = criteria[i].getType() == SortField.Type.SCORE;
        if (order != 0) {
          return criteria[i].getReverse() == isScore ? order : -order;
        }
      }
      return 0;
    };
  }

  @SuppressWarnings("unchecked") // one criterion yields values of one comparable class
  private static int compare(@Nullable Object a, @Nullable Object b, SortField criterion) {
    if (a != null && b != null) {
      return ((Comparable<Object>) a).compareTo(b);
    }
    int missing = SortField.STRING_LAST.equals(criterion.getMissingValue()) ? 1 : -1;
    return (a == null ? missing : 0) - (b == null ? missing : 0);
  }
}
