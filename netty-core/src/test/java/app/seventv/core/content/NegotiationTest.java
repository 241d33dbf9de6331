package app.seventv.core.content;

import static app.seventv.core.content.ContentCoding.BR;
import static app.seventv.core.content.ContentCoding.GZIP;
import static app.seventv.core.content.ContentCoding.IDENTITY;
import static app.seventv.core.content.ContentCoding.ZSTD;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 §12.4.2, §12.5. */
class NegotiationTest {
  private static final List<ContentCoding> ALL = List.of(BR, ZSTD, GZIP);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip, deflate, br, zstd | BR",
        "gzip, zstd | ZSTD",
        "gzip | GZIP",
        "x-gzip | GZIP",
        "GZip;Q=1.000 | GZIP",
        "br;q=0.5, gzip;q=0.9 | GZIP",
        "br;q=0.001, gzip;q=0 | BR",
        "br ; q=0.5 , gzip ; q=0.4 | BR",
        "br;q=0, zstd;q=0, * | GZIP",
        "* | BR",
        "*;q=0.5, gzip | GZIP",
        "compress | IDENTITY",
        "identity | IDENTITY",
        "identity;q=1, gzip;q=0.5 | IDENTITY",
        "identity;q=0.5, gzip;q=0.5 | GZIP",
        "identity;q=0 | IDENTITY",
        "identity;q=0, gzip | GZIP",
        "*;q=0 | IDENTITY",
        "'' | IDENTITY",
        "br;q=2 | IDENTITY",
        "br;q=zero | IDENTITY",
        "br;q=-1 | IDENTITY",
        "br;q=0.0001 | IDENTITY",
        "br;q= | IDENTITY",
        ",,;;,gzip | GZIP",
        "\"br\", gzip | GZIP"
      })
  void codings(String field, ContentCoding expected) {
    assertThat(Negotiation.coding(field, ALL)).isEqualTo(expected);
  }

  @Test
  void clientsThatSayNothingGetPlainBytes() {
    assertThat(Negotiation.coding((String) null, ALL)).isEqualTo(IDENTITY);
    assertThat(Negotiation.coding("br", List.of())).isEqualTo(IDENTITY);
  }

  @Test
  void endlessListsAreReadToABound() {
    String field = "x,".repeat(Preferences.MAX_ELEMENTS) + "br";
    assertThat(Negotiation.coding(field, ALL)).isEqualTo(IDENTITY);
    assertThat(Preferences.parse(field).elements()).hasSize(Preferences.MAX_ELEMENTS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "text/html | text/html",
        "application/json, text/html;q=0.9 | application/json",
        "text/*;q=0.3, */*;q=0.5 | application/json",
        "text/html;q=0.2, */*;q=0.1 | text/html",
        "*/* | text/html",
        "TEXT/HTML;q=0.5 | text/html",
        "text/html;level=1, application/json;q=0.4 | application/json",
        "text/*, text/html;q=0, application/json;q=0.1 | application/json",
        "image/png | none",
        "text/html;q=0 | none",
        "'' | text/html"
      })
  void mediaTypes(String field, String expected) {
    assertThat(Negotiation.mediaType(field, List.of("text/html", "application/json")))
        .isEqualTo(expected);
  }

  /** The example of §12.5.1. */
  @Test
  void parametersMakeARangeMoreSpecific() {
    String field =
        "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4,"
            + " */*;q=0.5";
    List<String> offered =
        List.of("text/plain;format=fixed", "text/plain", "text/plain; format=flowed");
    assertThat(Negotiation.mediaType(field, offered)).isEqualTo("text/plain; format=flowed");
    assertThat(Negotiation.mediaType(field, List.of("text/html", "image/jpeg")))
        .isEqualTo("image/jpeg");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "da, en-gb;q=0.8, en;q=0.7 | en",
        "de | de-AT",
        "de-DE | none",
        "en-US | en",
        "fr, *;q=0.1 | en",
        "en;q=0, * | de-AT",
        "fr | none",
        "'' | en",
        "de-AT-1996, en;q=0.5 | de-AT"
      })
  void languages(String field, String expected) {
    assertThat(Negotiation.language(field, List.of("en", "de-AT"))).isEqualTo(expected);
  }
}
