package app.seventv.devstack.typesense;

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.AutomatonQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.automaton.Automata;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.CharacterRunAutomaton;
import org.apache.lucene.util.automaton.LevenshteinAutomata;
import org.apache.lucene.util.automaton.Operations;

/**
 * One word of a query and the words of documents it stands for: itself, words it begins (the last
 * word of a query only), words with typos, words it is a part of. The first character is never a
 * typo, which keeps the search fast. Words below four letters have no typos, from four one, from
 * seven two.
 */
final class QueryToken {
  /** Highest {@link Variant#cost}: two typos in a prefix. */
  static final int MAX_COST = 5;

  private static final int MIN_CHARS_FOR_ONE_TYPO = 4;
  private static final int MIN_CHARS_FOR_TWO_TYPOS = 7;

  /** A set of words with the same distance from the query's word; a lower cost ranks higher. */
  sealed interface Variant {
    int cost();

    Query query(String luceneField);

    boolean matches(String word);
  }

  private final String text;
  private final boolean last;

  /**
   * @param last whether it ends the query, so that it may be the beginning of a longer word
   */
  QueryToken(String text, boolean last) {
    this.text = text;
    this.last = last;
  }

  String text() {
    return text;
  }

  /** The variants for a field, by rising cost. */
  List<Variant> variants(SearchParams.QueryField field, boolean withTypos) {
    List<Variant> variants = new ArrayList<>();
    boolean prefix = last && field.prefix();
    variants.add(new Exact(text));
    if (prefix) {
      variants.add(new Prefix(text));
    }
    int typos = withTypos ? Math.min(field.maxTypos(), tolerableTypos()) : 0;
    for (int distance = 1; distance <= typos; distance++) {
      variants.add(new Pattern(2 * distance, similar(distance)));
      if (prefix) {
        variants.add(new Pattern(2 * distance + 1, beginsWith(similar(distance))));
      }
    }
    return variants;
  }

  /** The words that contain this one. */
  Variant infix() {
    return new Pattern(MAX_COST, beginsWith(containing(text)));
  }

  private int tolerableTypos() {
    int chars = text.codePointCount(0, text.length());
    return chars < MIN_CHARS_FOR_ONE_TYPO ? 0 : chars < MIN_CHARS_FOR_TWO_TYPOS ? 1 : 2;
  }

  private Automaton similar(int distance) {
    int first = text.offsetByCodePoints(0, 1);
    return new LevenshteinAutomata(text.substring(first), true)
        .toAutomaton(distance, text.substring(0, first));
  }

  private static Automaton containing(String text) {
    return Operations.concatenate(List.of(Automata.makeAnyString(), Automata.makeString(text)));
  }

  private static Automaton beginsWith(Automaton beginning) {
    return Operations.concatenate(List.of(beginning, Automata.makeAnyString()));
  }

  private record Exact(String text) implements Variant {
    @Override
    public int cost() {
      return 0;
    }

    @Override
    public Query query(String luceneField) {
      return new TermQuery(new Term(luceneField, text));
    }

    @Override
    public boolean matches(String word) {
      return word.equals(text);
    }
  }

  /** Words that begin with the query's. */
  record Prefix(String text) implements Variant {
    @Override
    public int cost() {
      return 1;
    }

    @Override
    public Query query(String luceneField) {
      return new PrefixQuery(new Term(luceneField, text));
    }

    @Override
    public boolean matches(String word) {
      return word.startsWith(text);
    }
  }

  private static final class Pattern implements Variant {
    private final int cost;
    private final Automaton automaton;
    private final CharacterRunAutomaton matcher;

    Pattern(int cost, Automaton automaton) {
      this.cost = cost;
      this.automaton =
          Operations.determinize(automaton, Operations.DEFAULT_DETERMINIZE_WORK_LIMIT * 10);
      this.matcher = new CharacterRunAutomaton(this.automaton);
    }

    @Override
    public int cost() {
      return cost;
    }

    @Override
    public Query query(String luceneField) {
      return new AutomatonQuery(new Term(luceneField, "*"), automaton);
    }

    @Override
    public boolean matches(String word) {
      return matcher.run(word);
    }
  }
}
