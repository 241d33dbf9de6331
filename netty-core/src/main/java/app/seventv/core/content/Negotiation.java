package app.seventv.core.content;

import app.seventv.core.content.Preferences.Element;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Proactive negotiation (RFC 9110 §12.1): picks, of what a server offers, what a client weighs
 * highest. The offer's order, best first, breaks ties.
 */
public final class Negotiation {
  private Negotiation() {}

  /** As {@link #coding(String, List)}, for the fields of a request. */
  public static ContentCoding coding(HttpHeaders request, List<ContentCoding> offered) {
    return coding(joined(request, HttpHeaderNames.ACCEPT_ENCODING), offered);
  }

  /**
   * Coding of a response (RFC 9110 §12.5.3): identity without a field, with an empty one, and where
   * nothing that is offered is acceptable.
   *
   * @param field {@code Accept-Encoding}, or null
   * @param offered codings besides identity
   */
  public static ContentCoding coding(@Nullable String field, List<ContentCoding> offered) {
    Preferences wanted = Preferences.parse(field);
    Element any = wanted.find("*");
    Element identity = wanted.find("identity");
    ContentCoding best = ContentCoding.IDENTITY;
    // Unnamed, identity is acceptable but anything that is named is better.
    int bestWeight = identity == null ? 0 : identity.weight();
    for (ContentCoding coding : offered) {
      Element element = wanted.find(coding.token());
      if (element == null && coding == ContentCoding.GZIP) {
        element = wanted.find("x-gzip");
      }
      if (element == null) {
        element = any;
      }
      int weight = element == null ? 0 : element.weight();
      boolean tieWithIdentity = best == ContentCoding.IDENTITY && weight == bestWeight;
      if (weight > 0 && (weight > bestWeight || tieWithIdentity)) {
        best = coding;
        bestWeight = weight;
      }
    }
    return best;
  }

  /**
   * Media type of a response (RFC 9110 §12.5.1), or null if none is acceptable: 406, or the first
   * one all the same.
   *
   * @param field {@code Accept}, or null
   * @param offered types, with parameters where they tell them apart
   */
  public static @Nullable String mediaType(@Nullable String field, List<String> offered) {
    return best(field, offered, Negotiation::mediaTypeWeight);
  }

  /** The first of those that the client likes best; null if it wants none of them. */
  private static @Nullable String best(
      @Nullable String field,
      List<String> offered,
      ToIntBiFunction<Preferences, String> weightOfLowerCase) {
    Preferences wanted = Preferences.parse(field);
    if (wanted.elements().isEmpty()) {
      return offered.getFirst();
    }
    String best = null;
    int bestWeight = 0;
    for (String each : offered) {
      int weight = weightOfLowerCase.applyAsInt(wanted, each.toLowerCase(Locale.ROOT));
      if (weight > bestWeight) {
        best = each;
        bestWeight = weight;
      }
    }
    return best;
  }

  /** Weight of the most specific range that covers the type. */
  private static int mediaTypeWeight(Preferences wanted, String spaced) {
    String type = spaced.replace(" ", "");
    int semicolon = type.indexOf(';');
    String bare = semicolon < 0 ? type : type.substring(0, semicolon);
    String parameters = semicolon < 0 ? "" : type.substring(semicolon);
    String family = bare.substring(0, bare.indexOf('/') + 1) + '*';
    int weight = 0;
    int specificity = -1;
    for (Element element : wanted.elements()) {
      int covers = -1;
      if (element.value().equals(bare)) {
        covers =
            element.parameters().isEmpty() ? 2 : element.parameters().equals(parameters) ? 3 : -1;
      } else if (element.value().equals(family)) {
        covers = 1;
      } else if (element.value().equals("*/*")) {
        covers = 0;
      }
      if (covers > specificity) {
        specificity = covers;
        weight = element.weight();
      }
    }
    return weight;
  }

  /**
   * Language of a response (RFC 9110 §12.5.4), or null if none is acceptable. A range covers the
   * tags that continue it (RFC 4647 §3.3.1); a tag that the range continues will do as well (§3.4).
   *
   * @param field {@code Accept-Language}, or null
   * @param offered language tags
   */
  public static @Nullable String language(@Nullable String field, List<String> offered) {
    return best(field, offered, Negotiation::languageWeight);
  }

  private static int languageWeight(Preferences wanted, String tag) {
    int weight = 0;
    int specificity = -1;
    int truncated = 0;
    for (Element element : wanted.elements()) {
      String range = element.value();
      int covers = range.equals("*") ? 0 : isPrefix(range, tag) ? range.length() : -1;
      if (covers > specificity) {
        specificity = covers;
        weight = element.weight();
      } else if (isPrefix(tag, range)) {
        truncated = Math.max(truncated, element.weight());
      }
    }
    return specificity > 0 ? weight : Math.max(weight, truncated);
  }

  private static boolean isPrefix(String prefix, String tag) {
    return tag.startsWith(prefix)
        && (tag.length() == prefix.length() || tag.charAt(prefix.length()) == '-');
  }

  /** All lines of a field as one list (RFC 9110 §5.3), or null. */
  static @Nullable String joined(HttpHeaders headers, CharSequence name) {
    String first = headers.get(name);
    if (first == null) {
      return null;
    }
    List<String> lines = headers.getAll(name);
    return lines.size() == 1 ? first : String.join(",", lines);
  }
}
