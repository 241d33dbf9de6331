package app.seventv.website;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.website.PageMeta.Author;
import app.seventv.website.PageMeta.Image;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadRendererTest {
  private final HeadRenderer renderer = new HeadRenderer("Emotes", "https://site.example");

  @Test
  void writesAllTagsOfAnEmote() {
    PageMeta meta =
        new PageMeta(
            "waveHi by Bob",
            "Animated emote",
            "/emotes/1",
            "website",
            Optional.of(new Image("https://cdn.example/4x.gif", "image/gif", 128, 96, "waveHi")),
            Optional.of("#F97316"),
            true,
            Optional.of(new Author("Bob", "/users/2")));
    assertThat(renderer.render(meta))
        .contains("<title>waveHi by Bob – Emotes</title>")
        .contains("<meta name=\"description\" content=\"Animated emote\" />")
        .contains("<link rel=\"canonical\" href=\"https://site.example/emotes/1\" />")
        .contains("<meta property=\"og:title\" content=\"waveHi by Bob\" />")
        .contains("<meta property=\"og:image\" content=\"https://cdn.example/4x.gif\" />")
        .contains("<meta property=\"og:image:type\" content=\"image/gif\" />")
        .contains("<meta property=\"og:image:width\" content=\"128\" />")
        .contains("<meta property=\"og:image:height\" content=\"96\" />")
        .contains("<meta property=\"og:image:alt\" content=\"waveHi\" />")
        .contains("<meta name=\"twitter:card\" content=\"summary\" />")
        .contains("<meta name=\"theme-color\" content=\"#F97316\" />")
        .contains(
            "href=\"https://site.example/services/oembed"
                + "?url=https%3A%2F%2Fsite.example%2Femotes%2F1&amp;format=json\"")
        .doesNotContain("noindex");
  }

  @Test
  void aNameCannotBreakOut() {
    String attack = "\"><script>alert(1)</script><!--\u202e";
    PageMeta meta = PageMeta.plain(attack, attack, "/emotes/" + attack);
    String html = renderer.render(meta);
    assertThat(html).doesNotContain("<script").doesNotContain("<!--").doesNotContain("\u202e");
    assertThat(html.lines().filter(line -> line.contains("alert")))
        .allMatch(line ->
            line.strip().matches("<title>[^<>]*</title>|<(meta|link)( [a-z]+=\"[^\"<>]*\")+ />"));
  }

  @Test
  void aPageWithoutTitleCarriesTheSitesName() {
    assertThat(renderer.render(PageMeta.plain("", "Start", "/")))
        .contains("<title>Emotes</title>")
        .contains("<meta property=\"og:title\" content=\"Emotes\" />")
        .doesNotContain("og:image")
        .doesNotContain("oembed");
  }

  @Test
  void hiddenPagesAreNotIndexed() {
    assertThat(renderer.render(PageMeta.plain("Set", "", "/x").withoutIndex()))
        .contains("<meta name=\"robots\" content=\"noindex\" />");
  }
}
