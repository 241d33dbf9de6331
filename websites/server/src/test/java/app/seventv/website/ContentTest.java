package app.seventv.website;

import static app.seventv.website.ContentEncoding.BROTLI;
import static app.seventv.website.ContentEncoding.GZIP;
import static app.seventv.website.ContentEncoding.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentTest {
  private static final List<ContentEncoding> ALL = List.of(BROTLI, GZIP, IDENTITY);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip, deflate, br, zstd | BROTLI",
        "gzip | GZIP",
        "br;q=0.5, gzip;q=0.9 | GZIP",
        "br;q=0, * | GZIP",
        "* | BROTLI",
        "GZIP;Q=1 | GZIP",
        "br;q=zero | IDENTITY",
        "identity | IDENTITY",
        "*;q=0 | IDENTITY",
        "'' | IDENTITY"
      })
  void choosesTheHeaviestCodingOnOffer(String header, ContentEncoding expected) {
    assertThat(ContentEncoding.choose(header, ALL)).isEqualTo(expected);
  }

  @Test
  void sendsPlainBytesToClientsThatSayNothing() {
    assertThat(ContentEncoding.choose(null, ALL)).isEqualTo(IDENTITY);
    assertThat(ContentEncoding.choose("br", List.of(IDENTITY))).isEqualTo(IDENTITY);
  }

  @Test
  void tagsDependOnBytesAndForm() {
    Content one = new Content("text/plain", new byte[] {1}, Map.of(GZIP, new byte[] {9}));
    Content two = new Content("text/plain", new byte[] {2}, Map.of());
    assertThat(one.etag(IDENTITY)).isNotEqualTo(two.etag(IDENTITY)).matches("\"[\\w-]{16}\"");
    assertThat(one.etag(GZIP)).isNotEqualTo(one.etag(IDENTITY));
    assertThat(one.varies()).isTrue();
    assertThat(two.varies()).isFalse();
  }

  @Test
  void comparesTagsWeakly() {
    Content content = new Content("text/plain", new byte[] {1}, Map.of());
    String tag = content.etag(IDENTITY);
    assertThat(content.matches("\"other\", W/" + tag, IDENTITY)).isTrue();
    assertThat(content.matches("*", IDENTITY)).isTrue();
    assertThat(content.matches("\"other\"", IDENTITY)).isFalse();
    assertThat(content.matches(null, IDENTITY)).isFalse();
  }
}
