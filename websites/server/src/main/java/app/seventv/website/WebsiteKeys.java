package app.seventv.website;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Settings of the static server; one process serves one site. */
final class WebsiteKeys {
  /** The sites there are; their folders under {@code websites} have the same names. */
  enum Site {
    /** The new one, on the v4 API. */
    SITE,
    /** The previous one, on the v3 API. */
    SITE_OLD
  }

  static final Key<Site> SITE =
      Key.of(
          "website.site",
          ValueTypes.oneOf(Site.class),
          Site.SITE,
          "Which site this is; the old one asks the v3 API, the other the v4 API.");
  static final Key<InetSocketAddress> BIND =
      Key.address("website.bind", "127.0.0.1:8083", "Address of the public port.");
  static final Key<Path> ROOT =
      Key.path("website.root", "websites/site/dist", "Folder of the built site.");
  static final Key<String> NAME =
      Key.string("website.name", "Emote Platform", "Name of the site in titles and link previews.");
  static final Key<String> WEBSITE_ORIGIN =
      Key.string(
          "website.website_origin", "http://localhost:8083", "The new site as visitors see it.");
  static final Key<String> OLD_WEBSITE_ORIGIN =
      Key.string(
          "website.old_website_origin",
          "http://localhost:8084",
          "The old site as visitors see it.");
  static final Key<String> API_ORIGIN =
      Key.string("website.api_origin", "http://localhost:8080", "The API as visitors see it.");
  static final Key<String> INTERNAL_API_ORIGIN =
      Key.string(
          "website.internal_api_origin",
          "",
          "The API as this server reaches it; empty: the same as visitors.");
  static final Key<String> EVENT_API_ORIGIN =
      Key.string(
          "website.event_api_origin",
          "",
          "The event API as visitors see it; empty: no live updates.");
  static final Key<String> CDN_ORIGIN =
      Key.string("website.cdn_origin", "http://localhost:8081", "The CDN as visitors see it.");
  static final Key<String> HELP_URL =
      Key.string("website.help_url", "", "The help site; empty: no link.");
  static final Key<List<String>> IMAGE_ORIGINS =
      Key.strings(
          "website.image_origins",
          List.of(),
          "Further origins whose images pages may show, as the platforms' avatar hosts.");
  static final Key<Duration> EMBED_TIMEOUT =
      Key.duration(
          "website.embed_timeout",
          Duration.ofMillis(250),
          "How long a page waits for its meta tags before it goes out with general ones.");

  static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(SITE, BIND, ROOT, NAME, WEBSITE_ORIGIN, OLD_WEBSITE_ORIGIN, API_ORIGIN)
          .add(INTERNAL_API_ORIGIN, EVENT_API_ORIGIN, CDN_ORIGIN, HELP_URL, IMAGE_ORIGINS)
          .add(EMBED_TIMEOUT)
          .check(WebsiteKeys::checkOrigins)
          .build();

  /** Origins stand in the pages' policy, where anything else would break it. */
  private static final Pattern ORIGIN = Pattern.compile("(https?|wss?)://[\\w.\\-\\[\\]:]+/*");

  private WebsiteKeys() {}

  private static void checkOrigins(Config config, ConfigCheck.Problems problems) {
    List<Key<String>> origins =
        List.of(
            WEBSITE_ORIGIN,
            OLD_WEBSITE_ORIGIN,
            API_ORIGIN,
            INTERNAL_API_ORIGIN,
            EVENT_API_ORIGIN,
            CDN_ORIGIN);
    for (Key<String> key : origins) {
      String origin = config.get(key);
      if (!origin.isEmpty() && !ORIGIN.matcher(origin).matches()) {
        problems.add(key, "must be an origin, as https://site.example");
      }
    }
    for (String origin : config.get(IMAGE_ORIGINS)) {
      if (!ORIGIN.matcher(origin).matches()) {
        problems.add(IMAGE_ORIGINS, "must list origins, as https://images.example");
      }
    }
  }

  /** Whether the process serves the old site. */
  static boolean isOldSite(Config config) {
    return config.get(SITE) == Site.SITE_OLD;
  }

  /** What the pages are told. */
  static SiteSettings settings(Config config) {
    String eventOrigin = origin(config, EVENT_API_ORIGIN);
    return new SiteSettings(
        config.get(NAME),
        origin(config, isOldSite(config) ? OLD_WEBSITE_ORIGIN : WEBSITE_ORIGIN),
        origin(config, WEBSITE_ORIGIN),
        origin(config, OLD_WEBSITE_ORIGIN),
        origin(config, API_ORIGIN),
        eventOrigin.isEmpty() ? "" : eventOrigin.replaceFirst("^http", "ws") + "/v3",
        origin(config, CDN_ORIGIN),
        config.get(HELP_URL),
        config.get(IMAGE_ORIGINS));
  }

  /** GraphQL endpoint that this server asks. */
  static URI graphqlEndpoint(Config config) {
    String internal = origin(config, INTERNAL_API_ORIGIN);
    String origin = internal.isEmpty() ? origin(config, API_ORIGIN) : internal;
    return URI.create(origin + (isOldSite(config) ? "/v3/gql" : "/v4/gql"));
  }

  /** An origin has no path; the slash that people write after it is not part of it. */
  private static String origin(Config config, Key<String> key) {
    return config.get(key).replaceFirst("/+$", "");
  }
}
