package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.HttpDate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code Cache-Control} and {@code Expires} of the origin say. */
class LifetimesTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Duration FALLBACK = Duration.ofDays(7);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max-age=60|60",
        "public,max-age=60|60",
        "MAX-AGE=0,public|0",
        "max-age=007|7",
        "max-age=4000000000|4000000000",
        "max-age=99999999999999999999999|1000000000000",
      })
  void theFirstMaxAgeCounts(String cacheControl, long seconds) {
    assertThat(Lifetimes.of(cacheControl, "Fri, 02 Jan 2026 03:05:05 GMT", FALLBACK, NOW))
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public, max-age=60",
        "max-age=\"60\"",
        "max-age= 60",
        "max-age=60 ",
        "max-age=",
        "max-age=-1",
        "max-age=1.5",
        "max-age=soon,max-age=60",
        "s-maxage=60",
      })
  void whatIsNoDecimalNumberLeavesItToExpires(String cacheControl) {
    assertThat(Lifetimes.of(cacheControl, "Fri, 02 Jan 2026 03:05:05 GMT", FALLBACK, NOW))
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(Lifetimes.of(cacheControl, null, FALLBACK, NOW)).isEqualTo(FALLBACK);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Fri, 02 Jan 2026 03:05:05 GMT",
        "Fri, 2 Jan 2026 03:05:05 UT",
        "Fri, 02 Jan 2026 03:05:05 +0000",
        "Fri, 02 Jan 2026 03:05:05 -0000",
        "Fri, 02 Jan 2026 04:05:05 +0100",
        "Thu, 01 Jan 2026 22:05:05 EST",
        "Thu, 01 Jan 2026 20:05:05 pdt",
        "Fri, 02 Jan 2026 03:05:05 Z",
        "02 Jan 2026 03:05:05 +0000",
        " Fri,  2 Jan 2026  03:05:05 GMT ",
        "Friday, 02-Jan-26 03:05:05 GMT",
      })
  void datesOfMailAreRead(String expires) {
    assertThat(Lifetimes.of(null, expires, FALLBACK, NOW)).isEqualTo(Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "tomorrow",
        "2026-01-02T03:05:05Z",
        "Fri, 02 Jan 2026 03:05:05",
        "Fri, 32 Jan 2026 03:05:05 GMT",
        "Fri, 02 Jan 2026 03:04:05 GMT",
        "Fri, 02 Jan 2026 03:05:05 +0500",
      })
  void whatIsNoDateOrHasPassedIsNoLifetime(String expires) {
    assertThat(Lifetimes.of(null, expires, FALLBACK, NOW)).isEqualTo(FALLBACK);
  }

  @Test
  void aDateWithoutSecondsIsOne() {
    assertThat(MailDate.parse("2 Jan 2026 03:05 +0000")).isEqualTo(1_767_323_100);
    assertThat(MailDate.parse("Fri, 02 Jan 2026 03:05:05 nowhere")).isEqualTo(HttpDate.INVALID);
  }
}
