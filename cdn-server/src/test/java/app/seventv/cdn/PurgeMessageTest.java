package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.http.HttpError;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What purges may name. */
class PurgeMessageTest {
  private static final String ID = "01F6MZGCNG000255K4X1K7NTHR";
  private static final String LEGACY = "60ae958e229664e8667aea38";

  private static PurgeMessage parse(String json) {
    return PurgeMessage.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void badEntriesCostThemselvesOnly() {
    PurgeMessage message =
        parse(
            """
            {"files": ["emote/%s/1x.webp", "emote/x/1x.webp", 7, null, {"a": 1},
                       "paint/%s/layer/%s/4x_static.avif/further/segments"],
             "prefixes": ["emote/%s", "misc/"]}
            """
                .formatted(LEGACY, ID, ID, LEGACY));
    assertThat(message.keys())
        .containsExactly(
            "emote/" + ID + "/1x.webp", "paint/" + ID + "/layer/" + ID + "/4x_static.avif");
    assertThat(message.prefixes()).containsExactly("emote/" + ID + "/");
    assertThat(message.skipped()).isEqualTo(5);
  }

  @Test
  void prefixesAreWholeSegments() {
    assertThat(PurgeMessage.canonicalPrefix("")).isEmpty();
    assertThat(PurgeMessage.canonicalPrefix("badge")).isEqualTo("badge/");
    assertThat(PurgeMessage.canonicalPrefix("user/" + LEGACY + "/")).isEqualTo("user/" + ID + "/");
    assertThat(PurgeMessage.canonicalPrefix("user/" + ID + "/profile-picture"))
        .isEqualTo("user/" + ID + "/profile-picture/");
    assertThat(PurgeMessage.canonicalPrefix("paint/" + ID + "/layer/" + LEGACY))
        .isEqualTo("paint/" + ID + "/layer/" + ID + "/");
    for (String bad :
        new String[] {
          "/", "emo", "emote/" + ID + "/1x.webp", "emote//", "user/" + ID + "/layer", "misc/"
        }) {
      assertThatThrownBy(() -> PurgeMessage.canonicalPrefix(bad))
          .as(bad)
          .isInstanceOf(HttpError.class);
    }
  }

  @Test
  void whatIsNoMessageIsRefused() {
    for (String bad : new String[] {"", "{", "[]", "{}", "7", "{\"files\": 3}"}) {
      assertThatThrownBy(() -> parse(bad)).as(bad).isInstanceOf(HttpError.class);
    }
  }

  @Test
  void hasALimit() {
    String entry = "\"emote/" + ID + "/1x.webp\",";
    String json = "{\"files\":[" + entry.repeat(PurgeMessage.MAX_ENTRIES) + entry;
    PurgeMessage message = parse(json.substring(0, json.length() - 1) + "]}");
    assertThat(message.keys()).hasSize(PurgeMessage.MAX_ENTRIES);
    assertThat(message.skipped()).isEqualTo(1);
  }
}
