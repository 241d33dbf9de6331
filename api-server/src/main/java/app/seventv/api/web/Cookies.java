package app.seventv.api.web;

import app.seventv.api.common.ApiException;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cookies of one request and the changes that its answer makes to them (api-v4.md §3.3). */
public final class Cookies {
  private static final String EXPIRED = "Thu, 01 Jan 1970 00:00:00 GMT";

  private final Map<String, String> received;
  private final Map<String, String> changes = new HashMap<>();

  /** Whether a cookie is sent on navigation from other sites. */
  public enum SameSite {
    NONE("None"),
    STRICT("Strict");

    private final String text;

    SameSite(String text) {
      this.text = text;
    }
  }

  private Cookies(Map<String, String> received) {
    this.received = received;
  }

  /**
   * Reads all {@code Cookie} headers.
   *
   * @throws ApiException 400 for a header that is not ASCII or has an item without a name
   */
  public static Cookies read(HttpHeaders headers) {
    Map<String, String> received = new HashMap<>();
    for (String header : headers.getAll("cookie")) {
      if (header.chars().anyMatch(c -> c < 0x20 || c > 0x7E)) {
        throw ApiException.badRequest("cookie header is not a valid string");
      }
      for (String item : header.split(";", -1)) {
        String pair = item.strip();
        if (pair.isEmpty()) {
          continue;
        }
        int equals = pair.indexOf('=');
        if (equals <= 0) {
          throw ApiException.badRequest("invalid cookie header");
        }
        received.put(pair.substring(0, equals).strip(), decode(pair.substring(equals + 1)));
      }
    }
    return new Cookies(received);
  }

  private static String decode(String value) {
    if (value.indexOf('%') < 0) {
      return value.strip();
    }
    try {
      return URLDecoder.decode(value.strip().replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest("invalid cookie header");
    }
  }

  public @Nullable String get(String name) {
    return received.get(name);
  }

  /** Sets a cookie for a while. */
  public void set(String name, String value, String domain, SameSite sameSite, Duration maxAge) {
    changes.put(name, plain(name, value, domain, sameSite) + "; Max-Age=" + maxAge.toSeconds());
  }

  /** Sets a cookie that ends at {@code expires}. */
  public void set(String name, String value, String domain, SameSite sameSite, Instant expires) {
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(expires.atOffset(ZoneOffset.UTC));
    changes.put(name, plain(name, value, domain, sameSite) + "; Expires=" + date);
  }

  /** Sets a cookie that ends with the browser. */
  public void set(String name, String value, String domain, SameSite sameSite) {
    changes.put(name, plain(name, value, domain, sameSite));
  }

  /** Only the server reads our cookies and only HTTPS carries them. */
  private static String plain(String name, String value, String domain, SameSite sameSite) {
    return name
        + "="
        + value
        + "; HttpOnly; SameSite="
        + sameSite.text
        + "; Secure; Path=/; Domain="
        + domain;
  }

  /** Makes the browser forget a cookie, if it sent it. */
  public void remove(String name, String domain) {
    if (received.containsKey(name)) {
      changes.put(name, name + "=; Path=/; Domain=" + domain + "; Max-Age=0; Expires=" + EXPIRED);
    }
  }

  /** Values for {@code Set-Cookie}, one per changed cookie. */
  public List<String> changes() {
    return new ArrayList<>(changes.values());
  }
}
