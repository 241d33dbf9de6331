package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.http.Response;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 §5.2, RFC 5861, RFC 8246; RFC 9110 §12.5.5 for Vary. */
class CacheControlTest {
  @Test
  void directivesAreWrittenInOrder() {
    CacheControl value =
        CacheControl.builder()
            .with("public")
            .maxAge(Duration.ofMinutes(1))
            .sharedMaxAge(Duration.ofHours(1))
            .staleWhileRevalidate(Duration.ofSeconds(5))
            .staleIfError(Duration.ofDays(1))
            .build();
    assertThat(value)
        .hasToString(
            "public, max-age=60, s-maxage=3600, stale-while-revalidate=5, stale-if-error=86400");
    assertThat(CacheControl.immutable(Duration.ofDays(365)))
        .hasToString("public, max-age=31536000, immutable");
    assertThat(CacheControl.noStore()).hasToString("no-store");
  }

  @Test
  void contradictionsAreRefused() {
    assertThatThrownBy(() -> CacheControl.builder().with("public").with("private").build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CacheControl.builder().with("no-store").maxAge(Duration.ZERO).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CacheControl.builder().maxAge(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "max-age=60 | 60",
        "MAX-AGE = 60 | 60",
        "max-age=\"60\" | 60",
        "max-age=60, max-age=1 | 60",
        "private=\"max-age=5, x\", max-age=7 | 7",
        "max-age=99999999999999999999 | 2147483648",
        "max-age=4294967296 | 2147483648",
        "max-age | -1",
        "max-age= | -1",
        "max-age=-1 | -1",
        "max-age=1.5 | -1",
        "max-age=\" | -1",
        "s-maxage=60 | -1",
        "'' | -1"
      })
  void seconds(String field, long seconds) {
    assertThat(CacheControl.parse(field).seconds("max-age")).isEqualTo(seconds);
  }

  @Test
  void unknownDirectivesAreKept() {
    CacheControl value = CacheControl.parse("community=\"UCI\", no-cache");
    assertThat(value.argument("community")).isEqualTo("\"UCI\"");
    assertThat(value.has("no-cache")).isTrue();
    assertThat(value.has("no-store")).isFalse();
    assertThat(CacheControl.parse(null)).hasToString("");
  }

  @Test
  void varyNamesEachFieldOnce() {
    HttpHeaders headers = Response.newHeaders();
    Vary.add(headers, "accept-encoding", "origin");
    Vary.add(headers, "Origin", "accept");
    assertThat(headers.get("vary")).isEqualTo("accept-encoding, origin, accept");
    headers.set("vary", "*");
    Vary.add(headers, "origin");
    assertThat(headers.get("vary")).isEqualTo("*");
  }
}
