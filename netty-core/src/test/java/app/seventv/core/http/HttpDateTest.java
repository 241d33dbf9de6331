package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §5.6.7. */
class HttpDateTest {
  private static final long NOW_2026 = 1_767_225_600;
  private static final long EXAMPLE = 784_111_777;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Sun, 06 Nov 1994 08:49:37 GMT | 784111777",
        "Sunday, 06-Nov-94 08:49:37 GMT | 784111777",
        "Sun Nov  6 08:49:37 1994 | 784111777",
        "Wed Nov 16 08:49:37 1994 | 784975777",
        "Thu, 01 Jan 1970 00:00:00 GMT | 0",
        "Tue, 29 Feb 2028 23:59:59 GMT | 1835481599",
        "Sat, 31 Dec 2016 23:59:60 GMT | 1483228800",
        "Wednesday, 01-Jan-75 00:00:00 GMT | 3313526400",
        "Saturday, 01-Jan-77 00:00:00 GMT | 220924800"
      })
  void allThreeFormatsAreRead(String text, long epochSecond) {
    assertThat(HttpDate.parse(text, NOW_2026)).isEqualTo(epochSecond);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Xxx, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 ovD 1994 08:49:37 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08-49-37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 06 08:49:37 94",
        "Sun Nov  6 08:49:37 1994 GMT",
        "1994-11-06T08:49:37Z",
        "784111777",
        ",",
        "Sun,",
        "Sunday, 06-Nov-94"
      })
  void everythingElseIsNot(String text) {
    assertThat(HttpDate.parse(text, NOW_2026)).isEqualTo(HttpDate.INVALID);
  }

  @Test
  void onlyTheFirstFormatIsWritten() {
    assertThat(HttpDate.format(EXAMPLE)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    assertThat(HttpDate.format(0)).isEqualTo("Thu, 01 Jan 1970 00:00:00 GMT");
  }

  @Test
  void whatIsWrittenIsReadBack() {
    for (long second = 0; second < 4_000_000_000L; second += 12_345_679) {
      assertThat(HttpDate.parse(HttpDate.format(second), NOW_2026)).isEqualTo(second);
    }
  }

  @Test
  void theCurrentSecondIsFormattedOnce() {
    assertThat(HttpDate.cached(EXAMPLE)).isSameAs(HttpDate.cached(EXAMPLE));
    assertThat(HttpDate.cached(EXAMPLE + 1)).isEqualTo("Sun, 06 Nov 1994 08:49:38 GMT");
    assertThat(HttpDate.parse(HttpDate.now())).isPositive();
  }

  /** By the monotonic clock it is known until its second ends, and no longer. */
  @ParameterizedTest
  @ValueSource(longs = {5, -600_000_000, Long.MAX_VALUE - 300_000_000})
  void aDateIsPresentUntilItsSecondEnds(long nowNs) {
    HttpDate.Present present = HttpDate.Present.of(nowNs, EXAMPLE * 1_000 + 250);
    assertThat(present.text()).isEqualTo(HttpDate.format(EXAMPLE));
    assertThat(present.isAt(nowNs)).isTrue();
    assertThat(present.isAt(nowNs + 749_999_999)).isTrue();
    assertThat(present.isAt(nowNs + 750_000_000)).isFalse();
    assertThat(present.isAt(nowNs - 1)).isFalse();
  }

  @Test
  void theMonotonicClockBringsTheDateOfTheOther() {
    for (long hours : new long[] {0, -1, 1}) {
      long before = System.currentTimeMillis() / 1_000;
      String now = HttpDate.now(System.nanoTime() + hours * 3_600_000_000_000L);
      assertThat(HttpDate.parse(now)).isBetween(before - 1, System.currentTimeMillis() / 1_000);
    }
  }
}
