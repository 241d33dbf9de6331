package app.seventv.website;

import io.netty.handler.codec.http.HttpHeaders;

/** Header fields that every answer carries (website.md §2.3). */
final class SecurityHeaders {
  private static final String PERMISSIONS_POLICY =
      "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
          + " magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

  private final String contentSecurityPolicy;
  private final boolean behindTls;

  SecurityHeaders(SiteSettings settings) {
    this.contentSecurityPolicy = settings.contentSecurityPolicy();
    this.behindTls = settings.siteOrigin().startsWith("https://");
  }

  /** Adds the fields to a response head. */
  void apply(HttpHeaders headers) {
    headers.set("content-security-policy", contentSecurityPolicy);
    // Never no-referrer: the API reads the referring origin to decide where sign-in returns.
    headers.set("referrer-policy", "strict-origin-when-cross-origin");
    headers.set("cross-origin-opener-policy", "same-origin-allow-popups");
    headers.set("x-content-type-options", "nosniff");
    headers.set("permissions-policy", PERMISSIONS_POLICY);
    if (behindTls) {
      headers.set("strict-transport-security", "max-age=31536000");
    }
  }
}
