package app.seventv.website;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** Answers of {@code /services/oembed}, built from data and never from the address asked for. */
final class OEmbed {
  private final SiteSettings settings;

  OEmbed(SiteSettings settings) {
    this.settings = settings;
  }

  /** The path of an address of this site; empty for any other address. */
  Optional<String> pathOf(String url) {
    try {
      URI asked = URI.create(url);
      URI own = URI.create(settings.siteOrigin());
      boolean sameOrigin =
          own.getScheme().equals(asked.getScheme())
              && own.getRawAuthority().equals(asked.getRawAuthority());
      return sameOrigin ? Optional.ofNullable(asked.getPath()) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The answer about a page. */
  byte[] render(PageMeta meta) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("version", "1.0");
    answer.put("type", meta.image().isPresent() ? "photo" : "link");
    answer.put("title", HtmlText.clean(meta.title()));
    meta.author()
        .ifPresent(author -> {
          answer.put("author_name", HtmlText.clean(author.name()));
          answer.put("author_url", settings.siteOrigin() + author.path());
        });
    answer.put("provider_name", settings.name());
    answer.put("provider_url", settings.siteOrigin());
    meta.image()
        .ifPresent(image -> {
          answer.put("url", image.url());
          answer.put("thumbnail_url", image.url());
          if (image.width() > 0 && image.height() > 0) {
            answer.put("width", image.width());
            answer.put("height", image.height());
          }
        });
    return JsonMapper.shared().writeValueAsBytes(answer);
  }
}
