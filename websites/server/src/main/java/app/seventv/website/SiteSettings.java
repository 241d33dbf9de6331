package app.seventv.website;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an operator sets about a site; addresses as visitors see them. Empty text switches off what
 * needs the address.
 *
 * @param name shown in titles and header
 * @param siteOrigin this site
 * @param newSiteOrigin the site on the v4 API
 * @param oldSiteOrigin the site on the v3 API
 * @param apiOrigin API, for the page's own calls
 * @param eventUrl websocket of the event API
 * @param cdnOrigin emote images
 * @param helpUrl help site
 * @param imageOrigins further hosts whose images may be shown: the platforms' avatars
 */
record SiteSettings(
    String name,
    String siteOrigin,
    String newSiteOrigin,
    String oldSiteOrigin,
    String apiOrigin,
    String eventUrl,
    String cdnOrigin,
    String helpUrl,
    List<String> imageOrigins) {

  SiteSettings {
    imageOrigins = List.copyOf(imageOrigins);
  }

  /** The JSON data block of the shell (website.md §1 "Runtime configuration"). */
  String runtimeConfiguration() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("siteName", name);
    values.put("siteOrigin", siteOrigin);
    values.put("newSiteOrigin", newSiteOrigin);
    values.put("oldSiteOrigin", oldSiteOrigin);
    values.put("apiOrigin", apiOrigin);
    values.put("eventUrl", eventUrl);
    values.put("cdnOrigin", cdnOrigin);
    values.put("helpUrl", helpUrl);
    values.put("imageOrigins", imageOrigins);
    return JsonMapper.shared().writeValueAsString(values);
  }

  /** The page's policy (website.md §2.3): own code only, images and calls to the known hosts. */
  String contentSecurityPolicy() {
    List<String> images = new ArrayList<>(List.of("'self'", cdnOrigin));
    images.addAll(imageOrigins);
    return String.join(
        "; ",
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        sources("img-src", images) + " data: blob:",
        sources("media-src", List.of("blob:", cdnOrigin)),
        "font-src 'self'",
        sources("connect-src", List.of("'self'", apiOrigin, originOf(eventUrl))),
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'");
  }

  private static String sources(String directive, List<String> hosts) {
    List<String> given = hosts.stream().filter(Predicate.not(String::isEmpty)).toList();
    return directive + " " + String.join(" ", given);
  }

  /** Scheme and authority of an address; the path of a source would match that path alone. */
  private static String originOf(String url) {
    if (url.isEmpty()) {
      return "";
    }
    URI uri = URI.create(url);
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }
}
