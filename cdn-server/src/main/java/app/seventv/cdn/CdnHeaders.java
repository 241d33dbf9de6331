package app.seventv.cdn;

import app.seventv.core.http.HeaderBlock;
import app.seventv.core.http.HttpDate;
import app.seventv.core.http.RecentTexts;
import app.seventv.core.http.Response;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
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

  /** Entity tag, date of change, age, number of hits, length, date. */
  static final int OWN_FIELDS = 6;

  /** Most objects have had fewer hits. */
  private static final int MAX_USUAL_HITS = 512;

  private static final RecentTexts DATES = new RecentTexts(HttpDate::format);

  /** Combinations of media type and lifetime whose fields are kept; nearly all objects have few. */
  private static final int MAX_BLOCKS = 256;

  private final CdnIdentity identity;
  private final String cacheName;
  private final String hit;

  /** The last {@code cache-control} made: nearly all objects have the same lifetime. */
  private volatile Lifetime latest = new Lifetime(0);

  private final ConcurrentMap<Kind, HeaderBlock> blocks = new ConcurrentHashMap<>();

  /** What the fields of a fresh object in memory depend on, but for those of its own. */
  private record Kind(String contentType, Duration lifetime) {}

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

  /**
   * Fields of a plain answer with a fresh object from memory, but for {@code content-length}. What
   * all objects of a kind have in common is made and encoded once.
   *
   * @param headers takes the fields; what it had is gone
   */
  void freshHit(HttpHeaders headers, CachedObject object, String contentType, long nowNs) {
    HeaderBlock common = object.commonFields();
    if (common == null) {
      common = block(contentType, object.lifetime());
      object.keepCommonFields(common);
    }
    common.begin(headers);
    validators(headers, object);
    int before = delivery(headers, object, nowNs);
    if (before == 0) {
      headers.set(X_CACHE, "miss");
    }
  }

  private HeaderBlock block(String contentType, Duration lifetime) {
    Kind kind = new Kind(contentType, lifetime);
    HeaderBlock known = blocks.get(kind);
    if (known == null) {
      HttpHeaders fields = Response.newHeaders();
      fields.add(HttpHeaderNames.CONTENT_TYPE, contentType);
      fields.add(HttpHeaderNames.ACCEPT_RANGES, "bytes");
      fields.add(CACHE_CONTROL, cacheControl(lifetime));
      fields.add(X_CACHE, "hit");
      hit(fields, 0);
      common(fields);
      known = HeaderBlock.of(fields);
      if (blocks.size() < MAX_BLOCKS) {
        blocks.put(kind, known);
      }
    }
    return known;
  }

  /** Fields by which a client finds out whether it has the object already. */
  void validators(HttpHeaders headers, CachedObject object) {
    String etag = object.etag();
    if (etag != null) {
      HeaderBlock.add(headers, HttpHeaderNames.ETAG, etag);
    }
    long modified = object.lastModified();
    if (modified != HttpDate.INVALID) {
      HeaderBlock.add(headers, HttpHeaderNames.LAST_MODIFIED, DATES.of(modified));
    }
  }

  /** Fields that tell how long an answer may be used and how the cache came by it. */
  void caching(HttpHeaders headers, CachedObject object, long nowNs) {
    headers.add(CACHE_CONTROL, cacheControl(object.lifetime()));
    if (!object.lifetime().isZero()) {
      int before = delivery(headers, object, nowNs);
      headers.add(X_CACHE, before == 0 ? "miss" : "hit");
    }
  }

  /** Counts a delivery and tells of those before it (cdn.md §3.2), whose number it returns. */
  private static int delivery(HttpHeaders headers, CachedObject object, long nowNs) {
    int before = Math.max(0, object.countDelivery());
    HeaderBlock.add(headers, AGE, RecentTexts.decimal(object.ageSeconds(nowNs)));
    // A number that does not come again is not worth remembering.
    HeaderBlock.add(
        headers,
        X_CACHE_HITS,
        before < MAX_USUAL_HITS ? RecentTexts.decimal(before) : Integer.toString(before));
    return before;
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
