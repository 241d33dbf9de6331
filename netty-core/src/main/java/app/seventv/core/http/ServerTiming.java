package app.seventv.core.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Collects where the time of a response went and tells the client in {@code Server-Timing} (W3C
 * Server Timing). Safe to use from any thread until the head is sent; what comes later is lost.
 *
 * <pre>{@code
 * ServerTiming timing = ServerTiming.of(exchange, telemetry.serverTiming());
 * timing.add("cache", "hit");
 * timing.add("db", durationNs); // cache;desc="hit", db;dur=12.3
 * }</pre>
 */
public final class ServerTiming {
  private static final String HEADER = "server-timing";

  /** More entries than a person would read are left out. */
  private static final int MAX_ENTRIES = 32;

  private static final int MAX_DESCRIPTION_CHARS = 64;
  private static final double NS_PER_MS = 1e6;
  private static final ServerTiming OFF = new ServerTiming(false);

  private final boolean enabled;
  private final StringBuilder entries = new StringBuilder();
  private int count;

  private ServerTiming(boolean enabled) {
    this.enabled = enabled;
  }

  /** A collector for the exchange, or one that does nothing if {@code enabled} is false. */
  public static ServerTiming of(Exchange exchange, boolean enabled) {
    if (!enabled) {
      return OFF;
    }
    ServerTiming timing = new ServerTiming(true);
    exchange.beforeHead((status, headers) -> {
      String value = timing.value();
      if (!value.isEmpty()) {
        headers.add(HEADER, value);
      }
    });
    return timing;
  }

  /** Adds a duration. */
  public void add(String name, long durationNs) {
    add(name, null, durationNs);
  }

  /** Adds a fact without a duration. */
  public void add(String name, String description) {
    add(name, description, -1);
  }

  /**
   * Adds an entry.
   *
   * @param name a token of RFC 9110 §5.6.2
   * @param description any text, or null; only printable ASCII reaches the client
   * @param durationNs negative: none
   */
  public synchronized void add(String name, @Nullable String description, long durationNs) {
    if (!enabled || count == MAX_ENTRIES) {
      return;
    }
    requireToken(name);
    count++;
    if (!entries.isEmpty()) {
      entries.append(", ");
    }
    entries.append(name);
    if (description != null) {
      quote(description);
    }
    if (durationNs >= 0) {
      entries.append(";dur=").append(String.format(Locale.ROOT, "%.1f", durationNs / NS_PER_MS));
    }
  }

  private synchronized String value() {
    return entries.toString();
  }

  private static void requireToken(String name) {
    boolean token = !name.isEmpty();
    for (int i = 0; i < name.length() && token; i++) {
      char c = name.charAt(i);
      token =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
    if (!token) {
      throw new IllegalArgumentException("not a token: " + name);
    }
  }

  /** A quoted-string of RFC 9110 §5.6.4. */
  private void quote(String text) {
    entries.append(";desc=\"");
    for (int i = 0; i < Math.min(text.length(), MAX_DESCRIPTION_CHARS); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        entries.append('\\').append(c);
      } else {
        entries.append(c >= ' ' && c <= '~' ? c : '?');
      }
    }
    entries.append('"');
  }
}
