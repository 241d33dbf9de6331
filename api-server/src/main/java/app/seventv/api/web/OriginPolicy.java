package app.seventv.api.web;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which web origins may act for a signed-in user (api-v4.md §1.5, §1.7). A host must be equal to an
 * allowed one or a subdomain of it, with the same scheme: a mere suffix such as {@code
 * eviltwitch.tv} is refused (P1).
 */
public final class OriginPolicy {
  private final List<URI> allowed;

  public OriginPolicy(List<URI> allowed) {
    this.allowed = List.copyOf(allowed);
  }

  /** Whether the origin (or any URL) in {@code text} is allowed; false for what does not parse. */
  public boolean allows(@Nullable String text) {
    URI uri = parse(text);
    return uri != null && allowed.stream().anyMatch(origin -> matches(origin, uri));
  }

  /** The text as an absolute URL with a host, or null. */
  public static @Nullable URI parse(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      URI uri = new URI(text);
      return uri.isAbsolute() && uri.getHost() != null ? uri : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** Scheme, host and port of a URL, e.g. {@code https://7tv.app}. */
  public static URI originOf(URI url) {
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    return URI.create(url.getScheme() + "://" + url.getHost() + port);
  }

  private static boolean matches(URI allowed, URI tested) {
    String host = lower(tested.getHost());
    String allowedHost = lower(allowed.getHost());
    if (!allowed.getScheme().equalsIgnoreCase(tested.getScheme())) {
      return false;
    }
    if (isDomain(allowedHost)) {
      return host.equals(allowedHost) || host.endsWith("." + allowedHost);
    }
    return host.equals(allowedHost) && port(allowed) == port(tested);
  }

  /** Addresses and single labels such as {@code localhost} need the exact origin. */
  private static boolean isDomain(String host) {
    return host.indexOf('.') > 0 && !host.matches("[0-9.]+") && !host.startsWith("[");
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }

  private static String lower(@Nullable String text) {
    return text == null ? "" : text.toLowerCase(Locale.ROOT);
  }
}
