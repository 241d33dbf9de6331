package app.seventv.api.common;

import app.seventv.model.RateLimitResource;
import app.seventv.model.RateLimits;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one HTTP request carries through its endpoint or its GraphQL fields. */
public final class RequestContext {
  private final Caller caller;
  private final RateLimiter limiter;
  private final Supplier<@Nullable String> country;
  private final Map<String, String> rateLimitHeaders = new TreeMap<>();

  /**
   * @param country finds the country the request came from, when somebody asks
   */
  public RequestContext(Caller caller, RateLimiter limiter, Supplier<@Nullable String> country) {
    this.caller = caller;
    this.limiter = limiter;
    this.country = country;
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
    synchronized (rateLimitHeaders) {
      headers.forEach((name, value) ->
          rateLimitHeaders.merge(name, value, (old, now) -> total(name, old, now)));
    }
  }

  /** Headers for the answer: one group per charged resource. */
  public Map<String, String> rateLimitHeaders() {
    synchronized (rateLimitHeaders) {
      return Map.copyOf(rateLimitHeaders);
    }
  }

  /** {@code used} adds up over a request or batch; the other values are the latest. */
  private static String total(String name, String old, String now) {
    return name.endsWith("-used") ? Long.toString(Long.parseLong(old) + Long.parseLong(now)) : now;
  }
}
