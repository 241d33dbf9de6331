package app.seventv.cdn;

import app.seventv.core.http.Response;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Header fields of this service's answers (cdn.md §3.2, §3.3, §12). */
final class CdnHeaders {
  /** Shared caches keep an object for a day at most (cdn.md §3.2). */
  private static final long MAX_SHARED_AGE_SECONDS = 86_400;

  /** Browsers cap what they believe at less than this. */
  private static final String PREFLIGHT_AGE_SECONDS = Long.toString(Duration.ofDays(1).toSeconds());

  private static final AsciiString ALLOW_ORIGIN = new AsciiString("access-control-allow-origin");
  private static final AsciiString EXPOSE = new AsciiString("access-control-expose-headers");
  private static final AsciiString SERVER = new AsciiString("server");
  private static final AsciiString NODE = new AsciiString("x-7tv-cdn-node");
  private static final AsciiString POD = new AsciiString("x-7tv-cdn-pod");
  private static final AsciiString ALT_SVC = new AsciiString("alt-svc");
  private static final AsciiString NOSNIFF = new AsciiString("x-content-type-options");
  private static final AsciiString CORP = new AsciiString("cross-origin-resource-policy");
  private static final AsciiString TIMING_ORIGIN = new AsciiString("timing-allow-origin");
  private static final AsciiString CACHE_STATUS = new AsciiString("cache-status");
  private static final AsciiString SERVER_TIMING = new AsciiString("server-timing");
  private static final AsciiString CACHE_CONTROL = new AsciiString("cache-control");
  private static final AsciiString AGE = new AsciiString("age");
  private static final AsciiString X_CACHE = new AsciiString("x-7tv-cache");
  private static final AsciiString X_CACHE_HITS = new AsciiString("x-7tv-cache-hits");
  private static final AsciiString HIT_TIMING = new AsciiString("cache;desc=\"hit\"");
  private static final double NS_PER_MS = 1e6;

  /** Small numbers as text: most ages and hit counts of a busy cache are none, but many are. */
  private static final String[] SMALL = new String[1024];

  static {
    for (int i = 0; i < SMALL.length; i++) {
      SMALL[i] = Integer.toString(i);
    }
  }

  private final CdnIdentity identity;
  private final String cacheName;
  private final String hit;

  /** The last {@code cache-control} made: nearly all objects have the same lifetime. */
  private volatile Lifetime latest = new Lifetime(0);

  CdnHeaders(CdnIdentity identity) {
    this.identity = identity;
    String name = identity.serverName();
    // A token or a string (RFC 8941 §3.3); what a string cannot hold is left out.
    this.cacheName =
        name.matches("[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*")
            ? name
            : '"' + name.replaceAll("[^ !#-\\[\\]-~]", "") + '"';
    this.hit = cacheName + "; hit";
  }

  private record Lifetime(long seconds, String text) {
    Lifetime(long seconds) {
      this(
          seconds,
          seconds == 0
              ? "no-cache"
              : "public, max-age="
                  + seconds
                  + ", s-maxage="
                  + Math.min(seconds, MAX_SHARED_AGE_SECONDS)
                  + ", immutable");
    }
  }

  /** Value of {@code cache-control} for a lifetime. */
  String cacheControl(Duration lifetime) {
    long seconds = lifetime.toSeconds();
    Lifetime known = latest;
    if (known.seconds != seconds) {
      known = new Lifetime(seconds);
      latest = known;
    }
    return known.text;
  }

  /** Fields of every routed answer. */
  void common(HttpHeaders headers) {
    headers.add(SERVER, identity.serverName());
    headers.add(NODE, identity.node());
    headers.add(POD, identity.pod());
    String altSvc = identity.altSvc();
    if (altSvc != null) {
      headers.add(ALT_SVC, altSvc);
    }
    headers.add(ALLOW_ORIGIN, "*");
    headers.add(EXPOSE, "*");
    headers.add(TIMING_ORIGIN, "*");
    headers.add(CORP, "cross-origin");
    headers.add(NOSNIFF, "nosniff");
  }

  /** Fields that tell how long an answer may be used and how the cache came by it. */
  void caching(HttpHeaders headers, CachedObject object, long nowNs) {
    headers.add(CACHE_CONTROL, cacheControl(object.lifetime()));
    if (!object.lifetime().isZero()) {
      int before = object.countDelivery();
      headers.add(AGE, text(object.ageSeconds(nowNs)));
      headers.add(X_CACHE, before == 0 ? "miss" : "hit");
      headers.add(X_CACHE_HITS, text(Math.max(0, before)));
    }
  }

  /** The answer came from memory; a stale one tells by how many seconds (RFC 9211 §2.3). */
  void hit(HttpHeaders headers, long staleSeconds) {
    headers.add(CACHE_STATUS, staleSeconds <= 0 ? hit : hit + "; ttl=-" + staleSeconds);
    headers.add(SERVER_TIMING, HIT_TIMING);
  }

  /** The answer came from a tier. */
  void tierHit(HttpHeaders headers, long durationNs) {
    headers.add(CACHE_STATUS, hit + "; detail=tier");
    timing(headers, "tier", durationNs);
  }

  /**
   * The answer came by way of the origin.
   *
   * @param parameters of the cache's entry in {@code Cache-Status}
   */
  void forwarded(HttpHeaders headers, String parameters, long durationNs) {
    headers.add(CACHE_STATUS, cacheName + "; " + parameters);
    timing(headers, "miss", durationNs);
  }

  private static void timing(HttpHeaders headers, String how, long durationNs) {
    headers.add(
        SERVER_TIMING,
        String.format(
            Locale.ROOT, "cache;desc=\"%s\", origin;dur=%.1f", how, durationNs / NS_PER_MS));
  }

  static String text(long number) {
    return number >= 0 && number < SMALL.length ? SMALL[(int) number] : Long.toString(number);
  }

  /** Answer to every {@code OPTIONS} request (cdn.md §3.3). */
  static Response preflight(@Nullable String allow) {
    Response response =
        Response.of(200)
            .header(ALLOW_ORIGIN, "*")
            .header("access-control-allow-methods", "*")
            .header("access-control-allow-headers", "*")
            .header("access-control-max-age", PREFLIGHT_AGE_SECONDS);
    return allow == null ? response : response.header("allow", allow);
  }
}
