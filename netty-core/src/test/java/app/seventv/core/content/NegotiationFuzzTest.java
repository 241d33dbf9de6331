package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Random {@code Accept*} and {@code Cache-Control} fields: answers come from what is offered. */
class NegotiationFuzzTest {
  private static final List<ContentCoding> CODINGS =
      List.of(ContentCoding.BR, ContentCoding.ZSTD, ContentCoding.GZIP);
  private static final List<String> TYPES = List.of("text/html", "application/json");
  private static final List<String> LANGUAGES = List.of("en", "de-AT");

  @FuzzTest
  void onlyWhatIsOfferedIsChosen(byte[] bytes) {
    String field = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    ContentCoding coding = Negotiation.coding(field, CODINGS);
    assertThat(coding == ContentCoding.IDENTITY || CODINGS.contains(coding)).isTrue();
    String type = Negotiation.mediaType(field, TYPES);
    assertThat(type == null || TYPES.contains(type)).isTrue();
    String language = Negotiation.language(field, LANGUAGES);
    assertThat(language == null || LANGUAGES.contains(language)).isTrue();
    for (Preferences.Element element : Preferences.parse(field).elements()) {
      assertThat(element.weight()).isBetween(0, Preferences.FULL_WEIGHT);
      assertThat(element.value()).isNotBlank();
    }
    CacheControl caching = CacheControl.parse(field);
    assertThat(caching.seconds("max-age")).isBetween(CacheControl.ABSENT, 1L << 31);
    assertThat(CacheControl.parse(caching.toString()).seconds("max-age"))
        .isEqualTo(caching.seconds("max-age"));
  }
}
