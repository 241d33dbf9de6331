package app.seventv.api.common;

import app.seventv.api.cache.DependencySet;
import app.seventv.model.RateLimitResource;
import app.seventv.model.RateLimits;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one HTTP request carries through its endpoint or its GraphQL fields. */
public final class RequestContext {
  private final Caller caller;
  private final RateLimiter limiter;
  private final Supplier<@Nullable String> country;
  private final @Nullable DependencySet reads;

  private final AtomicInteger fields = new AtomicInteger();

  /** Never changed in place: nearly all requests charge one resource once. */
  private Map<String, String> rateLimitHeaders = Map.of();

  /**
   * @param country finds the country the request came from, when somebody asks
   */
  public RequestContext(Caller caller, RateLimiter limiter, Supplier<@Nullable String> country) {
    this(caller, limiter, country, null);
  }

  private RequestContext(
      Caller caller,
      RateLimiter limiter,
      Supplier<@Nullable String> country,
      @Nullable DependencySet reads) {
    this.caller = caller;
    this.limiter = limiter;
    this.country = country;
    this.reads = reads;
  }

  /** The same caller, for an answer that is kept and so must say what it was made of. */
  public RequestContext keeping(DependencySet dependencies) {
    return new RequestContext(caller, limiter, country, dependencies);
  }

  /** Where to note what the answer is made of; null if it is not kept. */
  public @Nullable DependencySet reads() {
    return reads;
  }

  public Caller caller() {
    return caller;
  }

  /** ISO 3166 alpha-2 code of the country the request came from, null when unknown. */
  public @Nullable String country() {
    return country.get();
  }

  /**
   * Takes one ticket of a resource and notes its headers (api-v4.md §4).
   *
   * @throws ApiException 429 when the window is used up
   */
  public void charge(RateLimitResource resource) {
    charge(resource, null);
  }

  /**
   * Like {@link #charge(RateLimitResource)}, with a limit for callers whose roles set none.
   *
   * @throws ApiException 429 when the window is used up
   */
  public void charge(RateLimitResource resource, @Nullable RateLimits otherwise) {
    Map<String, String> headers = limiter.charge(resource, caller, otherwise);
    synchronized (this) {
      if (rateLimitHeaders.isEmpty()) {
        rateLimitHeaders = headers;
      } else {
        Map<String, String> all = new TreeMap<>(rateLimitHeaders);
        headers.forEach(
            (name, value) -> all.merge(name, value, (old, now) -> total(name, old, now)));
        rateLimitHeaders = all;
      }
    }
  }

  /** Counts one more GraphQL field of the answers to this request, and says how many there are. */
  public int countField() {
    return fields.incrementAndGet();
  }

  /** Headers for the answer: one group per charged resource. */
  public Map<String, String> rateLimitHeaders() {
    synchronized (this) {
      return rateLimitHeaders;
    }
  }

  /** {@code used} adds up over a request or batch; the other values are the latest. */
  private static String total(String name, String old, String now) {
    return name.endsWith("-used") ? Long.toString(Long.parseLong(old) + Long.parseLong(now)) : now;
  }
}
