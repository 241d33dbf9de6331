package app.seventv.devstack.typesense;

import java.util.Iterator;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/** Hands tokens that are already cut to Lucene. */
final class TokenListStream extends TokenStream {
  /** Distance between the elements of an array, so that no phrase spans two of them. */
  private static final int ELEMENT_GAP_POSITIONS = 100;

  private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
  private final PositionIncrementAttribute position =
      addAttribute(PositionIncrementAttribute.class);
  private final Iterator<TextTokenizer.Token> tokens;
  private boolean first = true;

  TokenListStream(List<TextTokenizer.Token> tokens) {
    this.tokens = tokens.iterator();
  }

  @Override
  public boolean incrementToken() {
    if (!tokens.hasNext()) {
      return false;
    }
    clearAttributes();
    term.append(tokens.next().text());
    position.setPositionIncrement(first ? ELEMENT_GAP_POSITIONS : 1);
    first = false;
    return true;
  }
}
