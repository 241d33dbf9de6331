package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which fields may stand in a trailer section, the same for every version of HTTP. */
final class HttpTrailers {
  /** Framing, routing, authentication and content fields mean nothing late (RFC 9110 §6.5.1). */
  private static final Set<AsciiString> FORBIDDEN =
      Stream.of(
              ("authorization cache-control connection content-encoding content-length"
                      + " content-location content-range content-type cookie date expect forwarded"
                      + " host if-match if-modified-since if-none-match if-range"
                      + " if-unmodified-since keep-alive max-forwards origin pragma"
                      + " proxy-authorization proxy-connection range referer set-cookie te trailer"
                      + " transfer-encoding upgrade via x-forwarded-for x-forwarded-host"
                      + " x-forwarded-proto x-real-ip cf-connecting-ip")
                  .split(" ", -1))
          .map(AsciiString::cached)
          .collect(Collectors.toUnmodifiableSet());

  private HttpTrailers() {}

  /**
   * Whether a field must be dropped from a trailer section.
   *
   * @param name field name in lower case
   */
  static boolean isForbidden(CharSequence name) {
    return FORBIDDEN.contains(AsciiString.of(name));
  }

  /** The fields of a response's trailers that may be sent (RFC 9110 §6.5.1). */
  static HttpHeaders sendable(HttpHeaders trailers) {
    for (String name : trailers.names()) {
      if (isForbidden(name.toLowerCase(Locale.ROOT))) {
        HttpHeaders allowed = trailers.copy();
        trailers.names().stream()
            .filter(n -> isForbidden(n.toLowerCase(Locale.ROOT)))
            .forEach(allowed::remove);
        return allowed;
      }
    }
    return trailers;
  }
}
