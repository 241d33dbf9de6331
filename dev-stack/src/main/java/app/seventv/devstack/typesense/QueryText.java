package app.seventv.devstack.typesense;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A query cut into its parts: words, {@code "phrases"} that must stand as they are, and {@code
 * -excluded} words or phrases.
 *
 * @param tokens the words to match, the first {@link Limits#MAX_QUERY_TOKENS}
 * @param phrases tokens that must follow one another
 * @param excluded phrases (of one word too) that must not occur
 * @param whole the folded query, to compare with whole fields
 */
record QueryText(
    List<QueryToken> tokens,
    List<List<String>> phrases,
    List<List<String>> excluded,
    String whole) {

  private static final Pattern PART = Pattern.compile("(-?)\"([^\"]*)\"|(\\S+)");

  static QueryText parse(String query, TextTokenizer tokenizer) {
    if (query.strip().equals("*")) {
      return new QueryText(List.of(), List.of(), List.of(), "");
    }
    List<String> words = new ArrayList<>();
    List<List<String>> phrases = new ArrayList<>();
    List<List<String>> excluded = new ArrayList<>();
    Matcher parts = PART.matcher(query);
    while (parts.find()) {
      String quoted = parts.group(2);
      boolean excludes = parts.group().startsWith("-");
      List<String> texts = texts(tokenizer, quoted == null ? parts.group() : quoted);
      if (texts.isEmpty()) {
        continue;
      }
      if (excludes) {
        excluded.add(texts);
      } else if (quoted != null) {
        phrases.add(texts);
      } else {
        words.addAll(texts);
      }
    }
    List<QueryToken> tokens = new ArrayList<>();
    for (int i = 0; i < Math.min(words.size(), Limits.MAX_QUERY_TOKENS); i++) {
      tokens.add(new QueryToken(words.get(i), i == words.size() - 1));
    }
    return new QueryText(tokens, phrases, excluded, tokenizer.whole(query));
  }

  private static List<String> texts(TextTokenizer tokenizer, String part) {
    return tokenizer.tokens(part).stream().map(TextTokenizer.Token::text).toList();
  }

  /** Whether there is nothing to match: {@code *}, an empty query, or one of symbols only. */
  boolean matchesAll() {
    return tokens.isEmpty() && phrases.isEmpty() && excluded.isEmpty();
  }
}
