package app.seventv.devstack.typesense;

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;

/**
 * Cuts text into tokens as Typesense does: lower case, accents folded, split at white space and at
 * the schema's {@code token_separators}. All other symbols are left out <em>without</em> splitting
 * ({@code peepo_Happy} is the token {@code peepohappy}), unless the schema's {@code
 * symbols_to_index} names them. No stemming, no stop words.
 */
final class TextTokenizer {
  /**
   * One token and where it came from.
   *
   * @param text the folded text, at most {@link Limits#MAX_TOKEN_CHARS} long
   * @param start first character in the original text
   * @param end past the last character in the original text
   */
  record Token(String text, int start, int end) {}

  private final String separators;
  private final String indexedSymbols;

  TextTokenizer(String separators, String indexedSymbols) {
    this.separators = separators;
    this.indexedSymbols = indexedSymbols;
  }

  List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    StringBuilder token = new StringBuilder();
    int start = 0;
    int end = 0;
    for (int at = 0; at < text.length(); ) {
      int codePoint = text.codePointAt(at);
      int next = at + Character.charCount(codePoint);
      if (isSeparator(codePoint)) {
        addToken(tokens, token, start, end);
      } else if (isIndexed(codePoint)) {
        if (token.isEmpty()) {
          start = at;
        }
        fold(codePoint, token);
        end = next;
      }
      at = next;
    }
    addToken(tokens, token, start, end);
    return tokens;
  }

  private static void addToken(List<Token> tokens, StringBuilder token, int start, int end) {
    if (!token.isEmpty()) {
      token.setLength(Math.min(token.length(), Limits.MAX_TOKEN_CHARS));
      tokens.add(new Token(token.toString(), start, end));
      token.setLength(0);
    }
  }

  /** All tokens joined by one space: equal for texts that {@code :=} takes for equal. */
  String whole(String text) {
    StringBuilder whole = new StringBuilder(text.length());
    for (Token token : tokens(text)) {
      if (whole.length() + token.text().length() > Limits.MAX_WHOLE_VALUE_CHARS) {
        break;
      }
      whole.append(whole.isEmpty() ? "" : " ").append(token.text());
    }
    return whole.toString();
  }

  /** Where, in the original text, the first {@code foldedChars} characters of a token end. */
  int endOfPrefix(String text, Token token, int foldedChars) {
    StringBuilder prefix = new StringBuilder();
    int at = token.start();
    while (at < token.end() && prefix.length() < foldedChars) {
      int codePoint = text.codePointAt(at);
      if (isIndexed(codePoint)) {
        fold(codePoint, prefix);
      }
      at += Character.charCount(codePoint);
    }
    return at;
  }

  private boolean isSeparator(int codePoint) {
    return Character.isWhitespace(codePoint)
        || Character.isSpaceChar(codePoint)
        || separators.indexOf(codePoint) >= 0;
  }

  private boolean isIndexed(int codePoint) {
    return Character.isLetterOrDigit(codePoint)
        || Character.getType(codePoint) == Character.COMBINING_SPACING_MARK
        || indexedSymbols.indexOf(codePoint) >= 0;
  }

  private static void fold(int codePoint, StringBuilder out) {
    int lower = Character.toLowerCase(codePoint);
    if (lower < 0x80 || Character.isSupplementaryCodePoint(lower)) {
      out.appendCodePoint(lower);
      return;
    }
    char[] folded = new char[4]; // one character folds to at most four
    int length = ASCIIFoldingFilter.foldToASCII(new char[] {(char) lower}, 0, folded, 0, 1);
    for (int i = 0; i < length; i++) {
      out.append(Character.toLowerCase(folded[i]));
    }
  }
}
