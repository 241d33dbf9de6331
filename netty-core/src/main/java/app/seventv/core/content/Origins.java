package app.seventv.core.content;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Sets of web origins (RFC 6454), as {@code Origin} fields name them. */
public final class Origins {
  /** Longer than any origin: a scheme, a host of 253 characters and a port. */
  private static final int MAX_CHARACTERS = 300;

  private Origins() {}

  /** Exactly these, e.g. {@code https://7tv.app}. */
  public static Predicate<String> exactly(Collection<String> origins) {
    Set<String> known =
        origins.stream().map(o -> o.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    return origin ->
        origin.length() <= MAX_CHARACTERS && known.contains(origin.toLowerCase(Locale.ROOT));
  }

  /**
   * An origin and those of the subdomains of its host, with the same scheme and port: {@code
   * https://a.twitch.tv} for {@code https://twitch.tv}, but not {@code https://eviltwitch.tv}.
   *
   * @throws IllegalArgumentException if the text is no origin
   */
  public static Predicate<String> withSubdomains(String origin) {
    String known = origin.toLowerCase(Locale.ROOT);
    int slashes = known.indexOf("://");
    if (slashes <= 0 || known.indexOf('/', slashes + 3) >= 0 || known.length() == slashes + 3) {
      throw new IllegalArgumentException("not an origin: " + origin);
    }
    String scheme = known.substring(0, slashes + 3);
    String host = known.substring(slashes + 3);
    return tested -> {
      if (tested.length() > MAX_CHARACTERS) {
        return false;
      }
      String lower = tested.toLowerCase(Locale.ROOT);
      if (!lower.startsWith(scheme) || !lower.endsWith(host)) {
        return false;
      }
      int boundary = lower.length() - host.length();
      return boundary == scheme.length()
          || (boundary > scheme.length() + 1
              && lower.charAt(boundary - 1) == '.'
              && isLabels(lower, scheme.length(), boundary - 1));
    };
  }

  /** Nothing but host labels: no user, no path, no other host in front of ours. */
  private static boolean isLabels(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_') {
        return false;
      }
    }
    return true;
  }
}
