package app.seventv.api.common;

import app.seventv.model.RateLimitResource;
import app.seventv.model.RateLimits;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Fixed-window counters in memory, per resource and caller, with the overuse punishment and the
 * headers of api-v4.md §4. Each instance counts for itself: a limit is divided by the instances.
 */
public final class RateLimiter {
  /** Start of the names of all headers about limits. */
  public static final String HEADER_PREFIX = "x-ratelimit-";

  /** Most windows held; the least recently used are forgotten first. */
  private static final long MAX_WINDOWS = 500_000;

  private static final int IPV6_BYTES = 16;

  /** A window untouched for so long is over, whatever its interval. */
  private static final Duration MAX_IDLE = Duration.ofHours(24);

  private final InstantSource clock;
  private final int instances;
  private final Cache<WindowKey, Window> windows =
      Caffeine.newBuilder().maximumSize(MAX_WINDOWS).expireAfterAccess(MAX_IDLE).build();

  /**
   * Whose window of what.
   *
   * @param subject id of a user, an address, or the first half of an IPv6 address
   */
  private record WindowKey(RateLimitResource resource, Object subject) {}

  /** Names of one resource's headers. */
  private record HeaderNames(String limit, String remaining, String reset, String used) {
    static HeaderNames of(RateLimitResource resource) {
      String prefix = HEADER_PREFIX + resource.key();
      return new HeaderNames(
          prefix + "-limit", prefix + "-remaining", prefix + "-reset", prefix + "-used");
    }
  }

  private static final Map<RateLimitResource, HeaderNames> NAMES = names();

  private static Map<RateLimitResource, HeaderNames> names() {
    Map<RateLimitResource, HeaderNames> names = new EnumMap<>(RateLimitResource.class);
    for (RateLimitResource resource : RateLimitResource.values()) {
      names.put(resource, HeaderNames.of(resource));
    }
    return names;
  }

  /** Mutable counter; guarded by itself. */
  private static final class Window {
    private long usage;
    private boolean overused;
    private long endMs;
  }

  /** What one ticket led to: tickets left (negative = refused) and seconds until the reset. */
  private record Outcome(long remaining, long resetSeconds) {}

  /**
   * @param instances number of API processes that share the limits, at least 1
   */
  public RateLimiter(InstantSource clock, int instances) {
    this.clock = clock;
    this.instances = instances;
  }

  /**
   * Takes one ticket.
   *
   * @param otherwise the limit when the caller's roles set none, null for no limit then
   * @return headers for the answer; empty when the resource is not limited for this caller
   * @throws ApiException 429 with the headers of the refusal
   */
  Map<String, String> charge(
      RateLimitResource resource, Caller caller, @Nullable RateLimits otherwise) {
    RateLimits limits = caller.permissions().rateLimit(resource);
    if (limits == null && !caller.permissions().decidesRateLimit(resource)) {
      limits = otherwise;
    }
    if (limits == null) {
      return Map.of();
    }
    if (limits.requests() <= 0) {
      throw ApiException.rateLimited(headers(resource, 0, 0, 0, 0));
    }
    long requests = Math.max(1, limits.requests() / instances);
    Outcome outcome = take(key(resource, caller), limits, requests);
    if (outcome.remaining < 0) {
      throw ApiException.rateLimited(
          headers(resource, limits.requests(), -1, outcome.resetSeconds, 0));
    }
    return headers(resource, limits.requests(), outcome.remaining, outcome.resetSeconds, 1);
  }

  private Outcome take(WindowKey key, RateLimits limits, long requests) {
    Window window = windows.get(key, ignored -> new Window());
    long now = clock.millis();
    long intervalMs = limits.intervalSeconds() * 1000;
    synchronized (window) {
      if (window.endMs <= now) {
        window.usage = 0;
        window.overused = false;
        window.endMs = now + intervalMs;
      }
      window.usage++;
      Long threshold = positive(limits.overuseThreshold());
      Long punishment = positive(limits.overusePunishmentSeconds());
      if (threshold != null && punishment != null && window.usage > threshold) {
        if (!window.overused) {
          window.overused = true;
          window.endMs = now + punishment * 1000;
        }
      } else if (window.endMs - now > intervalMs) {
        window.overused = false;
        window.endMs = now + intervalMs;
      }
      long resetSeconds = Math.ceilDiv(window.endMs - now, 1000L);
      return new Outcome(requests - window.usage, resetSeconds);
    }
  }

  private static @Nullable Long positive(@Nullable Long value) {
    return value != null && value > 0 ? value : null;
  }

  private static WindowKey key(RateLimitResource resource, Caller caller) {
    LoadedUser user = caller.user();
    return new WindowKey(resource, user != null ? user.id() : subject(caller.ip()));
  }

  /**
   * A /64 is one subscriber, who may use any of its addresses: each would have a window of its own
   * (RFC 6177 §2). Mapped and local addresses, whose first half is empty, stand for themselves.
   */
  private static Object subject(InetAddress ip) {
    byte[] bytes = ip.getAddress();
    long network = bytes.length == IPV6_BYTES ? ByteBuffer.wrap(bytes).getLong() : 0;
    return network == 0 ? ip : network;
  }

  private static Map<String, String> headers(
      RateLimitResource resource, long limit, long remaining, long reset, long used) {
    HeaderNames names = Objects.requireNonNull(NAMES.get(resource));
    return Map.of(
        names.limit, Long.toString(limit),
        names.remaining, Long.toString(remaining),
        names.reset, Long.toString(reset),
        names.used, Long.toString(used));
  }
}
