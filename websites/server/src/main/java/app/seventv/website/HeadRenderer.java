package app.seventv.website;

import static app.seventv.website.HtmlText.clean;
import static app.seventv.website.HtmlText.escape;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Writes a page's meta tags (website.md §2.4). Every value is cleaned and escaped here. */
final class HeadRenderer {
  private static final String DEFAULT_THEME_COLOR = "#0d1017";

  private final String siteName;
  private final String siteOrigin;

  HeadRenderer(String siteName, String siteOrigin) {
    this.siteName = siteName;
    this.siteOrigin = siteOrigin;
  }

  /** The tags of a page, one per line. */
  String render(PageMeta meta) {
    StringBuilder html = new StringBuilder(1024);
    String title = clean(meta.title());
    String url = siteOrigin + encodePath(meta.path());
    html.append("<title>")
        .append(escape(title.isEmpty() ? siteName : title + " – " + siteName))
        .append("</title>\n");
    name(html, "description", meta.description());
    html.append("    <link rel=\"canonical\" href=\"").append(escape(url)).append("\" />\n");
    property(html, "og:site_name", siteName);
    property(html, "og:type", meta.ogType());
    property(html, "og:url", url);
    property(html, "og:title", title.isEmpty() ? siteName : title);
    property(html, "og:description", meta.description());
    meta.image().ifPresent(image -> image(html, image));
    name(html, "twitter:card", "summary");
    name(html, "theme-color", meta.themeColor().orElse(DEFAULT_THEME_COLOR));
    if (!meta.index()) {
      name(html, "robots", "noindex");
    }
    if (meta.author().isPresent() && meta.image().isPresent()) {
      oEmbedLink(html, url);
    }
    return html.toString();
  }

  private static void image(StringBuilder html, PageMeta.Image image) {
    property(html, "og:image", image.url());
    if (!image.mime().isEmpty()) {
      property(html, "og:image:type", image.mime());
    }
    if (image.width() > 0 && image.height() > 0) {
      property(html, "og:image:width", Integer.toString(image.width()));
      property(html, "og:image:height", Integer.toString(image.height()));
    }
    property(html, "og:image:alt", image.alt());
  }

  private void oEmbedLink(StringBuilder html, String url) {
    String encoded = URLEncoder.encode(url, StandardCharsets.UTF_8);
    String address = siteOrigin + "/services/oembed?url=" + encoded + "&format=json";
    html.append("    <link rel=\"alternate\" type=\"application/json+oembed\" href=\"")
        .append(escape(address))
        .append("\" />\n");
  }

  /** A path that came decoded from a request may hold any character. */
  private static String encodePath(String path) {
    try {
      return new URI(null, null, path, null).toASCIIString();
    } catch (URISyntaxException e) {
      return "/";
    }
  }

  private static void property(StringBuilder html, String key, String value) {
    tag(html, "property", key, value);
  }

  private static void name(StringBuilder html, String key, String value) {
    tag(html, "name", key, value);
  }

  private static void tag(StringBuilder html, String attribute, String key, String value) {
    html.append("    <meta ")
        .append(attribute)
        .append("=\"")
        .append(key)
        .append("\" content=\"")
        .append(escape(clean(value)))
        .append("\" />\n");
  }
}
