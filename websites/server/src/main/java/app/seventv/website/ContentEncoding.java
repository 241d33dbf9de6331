package app.seventv.website;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Forms in which a file can be sent, best first (RFC 9110 §8.4.1). */
enum ContentEncoding {
  BROTLI("br", ".br"),
  GZIP("gzip", ".gz"),
  IDENTITY("identity", "");

  private final String token;
  private final String fileSuffix;

  ContentEncoding(String token, String fileSuffix) {
    this.token = token;
    this.fileSuffix = fileSuffix;
  }

  /** Name in {@code Accept-Encoding} and {@code Content-Encoding}. */
  String token() {
    return token;
  }

  /** What the build appends to the names of files in this form. */
  String fileSuffix() {
    return fileSuffix;
  }

  /**
   * The form the client weighs highest among those on offer, our order breaking ties; identity
   * where it accepts nothing else (RFC 9110 §12.5.3).
   */
  static ContentEncoding choose(@Nullable String acceptEncoding, List<ContentEncoding> offered) {
    ContentEncoding best = IDENTITY;
    double bestWeight = 0;
    if (acceptEncoding == null) {
      return best;
    }
    for (ContentEncoding encoding : offered) {
      double weight = encoding == IDENTITY ? 0 : weight(acceptEncoding, encoding.token);
      if (weight > bestWeight) {
        best = encoding;
        bestWeight = weight;
      }
    }
    return best;
  }

  /** Weight of a coding: its own entry's, else that of {@code *}, else 0. */
  private static double weight(String acceptEncoding, String token) {
    double wildcard = 0;
    for (String entry : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
      int semicolon = entry.indexOf(';');
      String name = (semicolon < 0 ? entry : entry.substring(0, semicolon)).strip();
      double weight = semicolon < 0 ? 1 : quality(entry.substring(semicolon + 1).strip());
      if (name.equals(token)) {
        return weight;
      }
      if (name.equals("*")) {
        wildcard = weight;
      }
    }
    return wildcard;
  }

  private static double quality(String parameter) {
    if (!parameter.startsWith("q=")) {
      return 1;
    }
    try {
      return Double.parseDouble(parameter.substring(2));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
