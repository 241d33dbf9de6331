package app.seventv.api.web;

import app.seventv.core.content.CorsPolicy;
import java.time.Duration;

/**
 * Cross-origin headers on every answer, errors included, and the answer to every preflight
 * (api-v4.md §1.5, api-v3.md §1).
 */
public final class Cors {
  private static final String METHODS = "GET,POST,PUT,PATCH,DELETE";
  private static final String ALLOWED_HEADERS =
      "content-type,content-length,accept-encoding,authorization,cookie,x-emote-data,"
          + "x-seventv-platform,x-seventv-version,x-ignore-auth-failure";
  private static final String EXPOSED_HEADERS = "x-access-token,x-request-id,x-auth-failure";
  private static final Duration MAX_AGE = Duration.ofHours(2);

  private Cors() {}

  /**
   * Every page may read what it could fetch without a visitor's cookie.
   *
   * @param credentials origins whose requests may carry cookies
   */
  public static CorsPolicy policy(OriginPolicy credentials) {
    return CorsPolicy.builder()
        .everyOptionsIsPreflight()
        .origins(origin -> true)
        .credentials(credentials::allows)
        .methods(METHODS)
        .allowedHeaders(ALLOWED_HEADERS)
        .exposedHeaders(EXPOSED_HEADERS)
        .maxAge(MAX_AGE)
        .build();
  }
}
