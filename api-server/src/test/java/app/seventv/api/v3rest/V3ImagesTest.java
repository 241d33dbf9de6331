package app.seventv.api.v3rest;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are shown, in which order, and under which address (api-v3.md §13.2). */
class V3ImagesTest {
  /** What is put together without parsing is what parsing would have given. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://cdn.7tv.app/",
        "https://cdn.7tv.app",
        "http://127.0.0.1:8080/images/",
        "https://cdn.7tv.app/a/b"
      })
  void addressesAreThoseThatResolvingGives(String origin) {
    URI base = URI.create(origin);
    V3Images images = new V3Images(base);
    for (String path :
        List.of(
            "emote/01F6MKTFTG0009C9ZSNZTFV2ZF",
            "a",
            "",
            "a/b-c_d/4x.webp",
            "a..b",
            "/a",
            "./a",
            "../a",
            "a/../b",
            "a/./b",
            "a//b",
            "a/",
            "a?b",
            "a%20b",
            "x/.hidden")) {
      String resolved = base.resolve(path).toString();
      assertThat(images.withoutScheme(path))
          .as("%s + %s", origin, path)
          .isEqualTo(resolved.substring(resolved.indexOf("//")));
    }
  }

  private static Image image(String name, String mime, int frames) {
    return new Image("emote/1/" + name, mime, 1, 10, 32, 32, frames);
  }

  private static ImageSet set(Image... outputs) {
    Image input = image("input.gif", "image/gif", 1);
    return new ImageSet(new ImageSet.Processed(input), List.of(outputs));
  }

  @Test
  void filesAreInPublishedOrderWhateverTheyAreStoredIn() {
    ImageSet still =
        set(
            image("2x.png", "image/png", 1),
            image("1x.png", "image/png", 1),
            image("1x.gif", "image/gif", 1),
            image("1x.jxl", "image/jxl", 1),
            image("2x.avif", "image/avif", 1),
            image("1x.webp", "image/webp", 1));
    assertThat(V3Images.files(still))
        .extracting(V3Images.File::name, V3Images.File::staticName, V3Images.File::format)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("1x.webp", "1x.webp", "WEBP"),
            org.assertj.core.groups.Tuple.tuple("2x.avif", "2x.avif", "AVIF"),
            org.assertj.core.groups.Tuple.tuple("1x.gif", "1x.gif", "GIF"),
            org.assertj.core.groups.Tuple.tuple("1x.png", "1x.png", "PNG"),
            org.assertj.core.groups.Tuple.tuple("2x.png", "2x.png", "PNG"));
  }

  @Test
  void ofAnimatedImagesOnlyTheMovingFilesAreShown() {
    ImageSet moving =
        set(image("1x_static.webp", "image/webp", 1), image("1x.webp", "image/webp", 9));
    assertThat(V3Images.files(moving))
        .singleElement()
        .returns("1x.webp", V3Images.File::name)
        .returns("1x_static.webp", V3Images.File::staticName);
  }

  @Test
  void aFileWithoutAFolderHasTheOriginAsItsFolder() {
    ImageSet bare =
        new ImageSet(
            new ImageSet.Processed(image("input.gif", "image/gif", 1)),
            List.of(new Image("1x.webp", "image/webp", 1, 10, 32, 32, 1)));
    assertThat(new V3Images(URI.create("https://cdn.7tv.app/")).folder(bare))
        .isEqualTo("//cdn.7tv.app/");
    assertThat(new V3Images(URI.create("https://cdn.7tv.app/")).folder(set())).isEmpty();
  }
}
