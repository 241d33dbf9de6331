package app.seventv.devstack.typesense;

import app.seventv.devstack.typesense.SearchParams.QueryField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Marks the words that made a document match: {@code highlight}, and the older {@code highlights}.
 */
final class Highlighter {
  static final String START_TAG = "<mark>";
  static final String END_TAG = "</mark>";

  private static final int DEFAULT_SNIPPET_THRESHOLD_TOKENS = 30;
  private static final int DEFAULT_AFFIX_TOKENS = 4;

  /** A stretch of the original text. */
  private record Span(int start, int end) {}

  /** The marks in one text, and the text with them. */
  private record Marked(List<String> words, String snippet) {}

  private final List<QueryField> fields;
  private final QueryText text;
  private final TextMatch.Match match;
  private final TextTokenizer tokenizer;
  private final String startTag;
  private final String endTag;
  private final int snippetThresholdTokens;
  private final int affixTokens;
  private final boolean older;

  Highlighter(
      SearchParams params,
      List<QueryField> queryFields,
      QueryText text,
      TextMatch.Match match,
      TextTokenizer tokenizer) {
    List<String> named = params.list("highlight_fields");
    this.fields =
        queryFields.stream()
            .filter(field -> named.isEmpty() || named.contains(field.name()))
            .toList();
    this.text = text;
    this.match = match;
    this.tokenizer = tokenizer;
    this.startTag = params.get("highlight_start_tag", START_TAG);
    this.endTag = params.get("highlight_end_tag", END_TAG);
    this.snippetThresholdTokens =
        params.unsigned("snippet_threshold", DEFAULT_SNIPPET_THRESHOLD_TOKENS);
    this.affixTokens = params.unsigned("highlight_affix_num_tokens", DEFAULT_AFFIX_TOKENS);
    this.older = params.flag("enable_highlight_v1", true);
  }

  /** Adds the properties {@code highlight} and {@code highlights} to a hit. */
  void highlight(ObjectNode hit, ObjectNode document) {
    ObjectNode highlight = hit.putObject("highlight");
    ArrayNode highlights = hit.putArray("highlights");
    for (QueryField field : fields) {
      JsonNode value = document.path(field.name());
      if (value.isArray()) {
        highlightArray(field, value, highlight, highlights);
      } else if (value.isString()) {
        Marked marked = mark(field, value.stringValue());
        if (!marked.words().isEmpty()) {
          highlight.set(field.name(), toJson(marked));
          if (older) {
            highlights.add(toJson(marked).put("field", field.name()));
          }
        }
      }
    }
  }

  private void highlightArray(
      QueryField field, JsonNode values, ObjectNode highlight, ArrayNode highlights) {
    ArrayNode all = Json.array();
    ArrayNode indices = Json.array();
    ArrayNode words = Json.array();
    ArrayNode snippets = Json.array();
    for (int i = 0; i < values.size(); i++) {
      Marked marked = mark(field, values.path(i).asString(""));
      all.add(toJson(marked));
      if (!marked.words().isEmpty()) {
        indices.add(i);
        words.add(toJson(marked).path("matched_tokens"));
        snippets.add(marked.snippet());
      }
    }
    if (indices.isEmpty()) {
      return;
    }
    highlight.set(field.name(), all);
    if (older) {
      ObjectNode entry = highlights.addObject().put("field", field.name());
      entry.set("indices", indices);
      entry.set("matched_tokens", words);
      entry.set("snippets", snippets);
    }
  }

  private static ObjectNode toJson(Marked marked) {
    ObjectNode json = Json.object();
    marked.words().forEach(json.putArray("matched_tokens")::add);
    return json.put("snippet", marked.snippet());
  }

  private Marked mark(QueryField field, String value) {
    List<TextTokenizer.Token> tokens = tokenizer.tokens(value);
    Map<Integer, Span> spans = new TreeMap<>(); // by index of the token
    for (int i = 0; i < tokens.size(); i++) {
      Span span = span(field, value, tokens.get(i));
      if (span != null) {
        spans.put(i, span);
      }
    }
    List<String> words = new ArrayList<>();
    spans.values().forEach(span -> words.add(value.substring(span.start(), span.end())));
    return new Marked(words, snippet(value, tokens, spans));
  }

  private @Nullable Span span(QueryField field, String value, TextTokenizer.Token word) {
    for (QueryToken token : text.tokens()) {
      for (QueryToken.Variant variant :
          TextMatch.variants(token, field, match.typos(), match.infix())) {
        if (variant.matches(word.text())) {
          int end =
              variant instanceof QueryToken.Prefix prefix
                  ? tokenizer.endOfPrefix(value, word, prefix.text().length())
                  : word.end();
          return new Span(word.start(), end);
        }
      }
    }
    boolean inPhrase = text.phrases().stream().anyMatch(phrase -> phrase.contains(word.text()));
    return inPhrase ? new Span(word.start(), word.end()) : null;
  }

  /** The whole text when it is short, else the surroundings of the first mark. */
  private String snippet(String value, List<TextTokenizer.Token> tokens, Map<Integer, Span> spans) {
    int from = 0;
    int to = value.length();
    if (tokens.size() > snippetThresholdTokens && !spans.isEmpty()) {
      int first = spans.keySet().iterator().next();
      from = tokens.get(Math.max(0, first - affixTokens)).start();
      to = tokens.get(Math.min(tokens.size() - 1, first + affixTokens)).end();
    }
    StringBuilder snippet = new StringBuilder();
    int at = from;
    for (Span span : spans.values()) {
      if (span.start() >= at && span.end() <= to) {
        snippet.append(value, at, span.start()).append(startTag);
        snippet.append(value, span.start(), span.end()).append(endTag);
        at = span.end();
      }
    }
    return snippet.append(value, at, to).toString();
  }
}
