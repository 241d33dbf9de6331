package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Identifiers and file names of cdn.md §2. */
class ImagePathTest {
  @ParameterizedTest
  @CsvSource({
    "60ae958e229664e8667aea38, 01F6MZGCNG000255K4X1K7NTHR",
    "5f9b3b3b0000000000000001, 01ENV5YQKR0000000000000001",
    "0191f5a3-7c2e-4b1d-9e4f-0a1b2c3d4e5f, 01J7TT6Z1E9CESWKRA3CP3TKJZ",
    "0191f5a37c2e4b1d9e4f0a1b2c3d4e5f, 01J7TT6Z1E9CESWKRA3CP3TKJZ",
    "01j7tt6z1eqv6z9ddg5fvmhz00, 01J7TT6Z1EQV6Z9DDG5FVMHZ00"
  })
  void everySpellingOfAnIdHasOneCanonicalForm(String id, String canonical) {
    assertThat(ImagePath.emote(id, "1x.webp").key()).isEqualTo("emote/" + canonical + "/1x.webp");
  }

  @Test
  void fileNames() {
    String id = "01F6MZGCNG000255K4X1K7NTHR";
    assertThat(ImagePath.emote(id, "4x").key()).endsWith("/4x.webp");
    assertThat(ImagePath.emote(id, "2x_static.avif").type()).isEqualTo(ImagePath.ImageType.AVIF);
    assertThat(ImagePath.paintLayer(id, id, "3x.gif").key())
        .isEqualTo("paint/" + id + "/layer/" + id + "/3x.gif");
    assertThat(ImagePath.profilePicture(id, id, "1x.png").key())
        .isEqualTo("user/" + id + "/profile-picture/" + id + "/1x.png");
  }

  @ParameterizedTest
  @CsvSource({
    "2x_static, invalid image file name",
    "5x.webp, invalid image file name",
    "1X.webp, invalid image file name",
    "1x.jpg, invalid file extension",
    "1x.WEBP, invalid file extension",
    "1x.a.webp, invalid file extension",
    "1x., invalid file extension"
  })
  void badFileNames(String file, String reason) {
    assertThatThrownBy(() -> ImagePath.badge("01F6MZGCNG000255K4X1K7NTHR", file))
        .hasMessage("Invalid URL: " + reason);
  }

  @Test
  void badIdsAreNamedBeforeBadFiles() {
    assertThatThrownBy(() -> ImagePath.emote("short", "5x"))
        .hasMessage("Invalid URL: invalid id length: 5");
    assertThatThrownBy(() -> ImagePath.emote("01F6MZGCNG000255K4X1K7NTHI", "1x.webp"))
        .hasMessage("Invalid URL: invalid ulid: invalid character");
    assertThatThrownBy(() -> ImagePath.emote("ÄÄÄÄÄÄÄÄÄÄÄÄÄ", "1x.webp"))
        .hasMessage("Invalid URL: invalid ulid: invalid character");
  }

  @Test
  void purgeKeys() {
    assertThat(ImagePath.ofKey("emote/60ae958e229664e8667aea38/1x.webp/extra").key())
        .isEqualTo("emote/01F6MZGCNG000255K4X1K7NTHR/1x.webp");
    assertThatThrownBy(() -> ImagePath.ofKey("misc/1x.webp")).hasMessageContaining("family");
  }

  @Test
  void whatDoesNotExistHasALookalike() {
    String folder = "emote/01F6MZGCNG000255K4X1K7NTHR/";
    ImagePath gif = ImagePath.ofKey(folder + "2x_static.gif");
    ImagePath png = Objects.requireNonNull(gif.fallback());
    assertThat(png.key()).isEqualTo(folder + "2x_static.png");
    assertThat(png.type()).isEqualTo(ImagePath.ImageType.PNG);
    ImagePath plain = Objects.requireNonNull(png.fallback());
    assertThat(plain.key()).isEqualTo(folder + "2x.png");
    assertThat(plain.fallback()).isNull();
  }

  @Test
  void canonicalPathsTellFamilyAndFormat() {
    for (String key :
        new String[] {
          "emote/01F6MZGCNG000255K4X1K7NTHR/2x_static.gif",
          "badge/01F6MZGCNG000255K4X1K7NTHR/2x.avif",
          "paint/01F6MZGCNG000255K4X1K7NTHR/layer/01F6MZGCNG000255K4X1K7NTHR/1x.png",
          "user/01F6MZGCNG000255K4X1K7NTHR/profile-picture/01F6MZGCNG000255K4X1K7NTHR/4x.webp"
        }) {
      ImagePath path = ImagePath.ofKey(key);
      assertThat(ImagePath.kindOf('/' + key)).isEqualTo(path.kind());
      assertThat(ImagePath.typeOf('/' + key)).isEqualTo(path.type());
    }
  }
}
