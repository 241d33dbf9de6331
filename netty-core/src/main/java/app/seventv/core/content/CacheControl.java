package app.seventv.core.content;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The directives of {@code Cache-Control} (RFC 9111 §5.2, RFC 5861, RFC 8246). Immutable. */
public final class CacheControl {
  /** What {@link #seconds} answers for a directive that is absent or has no valid number. */
  public static final long ABSENT = -1;

  /** Delta-seconds are capped here (RFC 9111 §1.2.2). */
  private static final long MAX_SECONDS = 1L << 31;

  /** A field with more directives than this is read so far only. */
  private static final int MAX_DIRECTIVES = 32;

  private static final String NO_ARGUMENT = "";

  private final Map<String, String> directives;
  private final String text;

  private CacheControl(Map<String, String> directives) {
    this.directives = directives;
    StringBuilder joined = new StringBuilder();
    directives.forEach((name, argument) -> {
      joined.append(joined.isEmpty() ? "" : ", ").append(name);
      if (!argument.isEmpty()) {
        joined.append('=').append(argument);
      }
    });
    this.text = joined.toString();
  }

  /** May be stored, but used only after asking the origin again. */
  public static CacheControl noCache() {
    return builder().with("no-cache").build();
  }

  /** Must not be stored anywhere. */
  public static CacheControl noStore() {
    return builder().with("no-store").build();
  }

  /** For everyone, and never to change under this name. */
  public static CacheControl immutable(Duration maxAge) {
    return builder().with("public").maxAge(maxAge).with("immutable").build();
  }

  /** No directives yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** Directives of a message; none if it has no such field. */
  public static CacheControl of(HttpHeaders headers) {
    return parse(Negotiation.joined(headers, HttpHeaderNames.CACHE_CONTROL));
  }

  /** Reads a field; of a repeated directive the first counts (RFC 9111 §4.2.1). */
  public static CacheControl parse(@Nullable String field) {
    Map<String, String> directives = new LinkedHashMap<>();
    String rest = field == null ? "" : field;
    int at = 0;
    for (int i = 0; at < rest.length() && i < MAX_DIRECTIVES; i++) {
      int end = endOfDirective(rest, at);
      String directive = rest.substring(at, end);
      int equals = directive.indexOf('=');
      String name = (equals < 0 ? directive : directive.substring(0, equals)).strip();
      String argument = equals < 0 ? NO_ARGUMENT : directive.substring(equals + 1).strip();
      if (!name.isEmpty()) {
        directives.putIfAbsent(name.toLowerCase(Locale.ROOT), argument);
      }
      at = end + 1;
    }
    return new CacheControl(directives);
  }

  private static int endOfDirective(String text, int from) {
    boolean quoted = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        return i;
      }
    }
    return text.length();
  }

  /** Whether the directive is there, with or without argument. */
  public boolean has(String name) {
    return directives.containsKey(name);
  }

  /** Argument of a directive as it stands, or null. */
  public @Nullable String argument(String name) {
    return directives.get(name);
  }

  /** Seconds of e.g. {@code max-age}, or {@link #ABSENT}. */
  public long seconds(String name) {
    String argument = directives.get(name);
    if (argument == null) {
      return ABSENT;
    }
    String digits =
        argument.length() > 2 && argument.startsWith("\"") && argument.endsWith("\"")
            ? argument.substring(1, argument.length() - 1)
            : argument;
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return ABSENT;
    }
    return digits.length() > 10 ? MAX_SECONDS : Math.min(MAX_SECONDS, Long.parseLong(digits));
  }

  /** Value of the field. */
  @Override
  public String toString() {
    return text;
  }

  /** Collects directives in order. */
  public static final class Builder {
    private final Map<String, String> directives = new LinkedHashMap<>();

    private Builder() {}

    /** Adds a directive without argument, e.g. {@code public} or {@code must-revalidate}. */
    public Builder with(String name) {
      directives.put(name, NO_ARGUMENT);
      return this;
    }

    /** Freshness for everyone. */
    public Builder maxAge(Duration age) {
      return seconds("max-age", age);
    }

    /** Freshness for shared caches. */
    public Builder sharedMaxAge(Duration age) {
      return seconds("s-maxage", age);
    }

    /** How long a stale response may be used while a new one is fetched (RFC 5861 §3). */
    public Builder staleWhileRevalidate(Duration extra) {
      return seconds("stale-while-revalidate", extra);
    }

    /** How long a stale response may be used when the origin fails (RFC 5861 §4). */
    public Builder staleIfError(Duration extra) {
      return seconds("stale-if-error", extra);
    }

    private Builder seconds(String name, Duration duration) {
      if (duration.isNegative()) {
        throw new IllegalArgumentException(name + " must not be negative: " + duration);
      }
      directives.put(name, Long.toString(Math.min(MAX_SECONDS, duration.toSeconds())));
      return this;
    }

    /**
     * The directives.
     *
     * @throws IllegalArgumentException for a combination that contradicts itself
     */
    public CacheControl build() {
      if (directives.containsKey("public") && directives.containsKey("private")) {
        throw new IllegalArgumentException("public and private exclude each other");
      }
      if (directives.containsKey("no-store") && directives.containsKey("max-age")) {
        throw new IllegalArgumentException("no-store and max-age exclude each other");
      }
      return new CacheControl(new LinkedHashMap<>(directives));
    }
  }
}
