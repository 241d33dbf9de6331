package app.seventv.core.content;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/** The {@code Vary} field (RFC 9110 §12.5.5). */
public final class Vary {
  private Vary() {}

  /** Adds request fields that the response depends on, each once. */
  public static void add(HttpHeaders headers, String... names) {
    String value = Negotiation.joined(headers, HttpHeaderNames.VARY);
    String extended = value == null ? "" : value;
    if (extended.strip().equals("*")) {
      return;
    }
    for (String name : names) {
      if (!FieldList.contains(extended, name)) {
        extended = extended.isEmpty() ? name : extended + ", " + name;
      }
    }
    if (!extended.equals(value)) {
      headers.set(HttpHeaderNames.VARY, extended);
    }
  }
}
