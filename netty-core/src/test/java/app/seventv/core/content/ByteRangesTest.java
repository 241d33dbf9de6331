package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 §14.1.2, §14.2, §17.15. */
class ByteRangesTest {
  private static String parse(String value, long length) {
    ByteRanges ranges = ByteRanges.parse(value, length);
    return ranges.isWhole()
        ? "whole"
        : ranges.isUnsatisfiable()
            ? "416"
            : ranges.ranges().stream()
                .map(r -> r.first() + "-" + r.last())
                .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-499 | 0-499",
        "bytes=500-999 | 500-999",
        "bytes=-500 | 9500-9999",
        "bytes=9500- | 9500-9999",
        "bytes=0-0,-1 | 0-0 9999-9999",
        "bytes= 0-999, 4500-5499, -1000 | 0-999 4500-5499 9000-9999",
        "bytes=0-0 | 0-0",
        "BYTES=1-2 | 1-2",
        "bytes=9999-20000 | 9999-9999",
        "bytes=-20000 | 0-9999",
        "bytes=0- | 0-9999",
        "bytes=1-99999999999999999999999 | 1-9999",
        // empty elements are allowed, §5.6.1.2
        "bytes=,,1-2,, | 1-2",
        // beyond the end, §15.5.17
        "bytes=10000- | 416",
        "bytes=10000-20000 | 416",
        "bytes=-0 | 416",
        "bytes=99999999999999999999- | 416",
        "bytes=20000-,0-1 | 0-1",
        // invalid or unknown: ignored
        "bytes=5-4 | whole",
        "bytes=0-1,5-4 | whole",
        "bytes= | whole",
        "bytes=, | whole",
        "bytes=a-b | whole",
        "bytes=1 | whole",
        "bytes=- | whole",
        "bytes=--1 | whole",
        "bytes=1--2 | whole",
        "bytes=1-2-3 | whole",
        "bytes=+1-2 | whole",
        "bytes=0x1-2 | whole",
        "bytes=1 - 2 | whole",
        "bytes =1-2 | whole",
        "bytes:1-2 | whole",
        "lines=1-2 | whole",
        "1-2 | whole",
        // overlapping, adjacent and nearly adjacent ones, out of order
        "bytes=0-10,5-20 | 0-20",
        "bytes=0-10,11-20 | 0-20",
        "bytes=0-10,60-70 | 0-70",
        "bytes=5000-5010,0-10 | 0-10 5000-5010",
        "bytes=0-9999,1-2,3-4 | 0-9999"
      })
  void ofTenThousandBytes(String value, String expected) {
    assertThat(parse(value, 10_000)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"bytes=0- | 416", "bytes=0-0 | 416", "bytes=-1 | whole", "bytes=-0 | 416"})
  void ofNothing(String value, String expected) {
    assertThat(parse(value, 0)).isEqualTo(expected);
  }

  @Test
  void absentFieldsMeanEverything() {
    assertThat(ByteRanges.parse(null, 10).isWhole()).isTrue();
  }

  @Test
  void tooManyRangesMeanEverything() {
    String many =
        IntStream.range(0, ByteRanges.MAX_RANGES)
            .mapToObj(i -> 500 * i + "-" + 500 * i)
            .collect(Collectors.joining(","));
    assertThat(ByteRanges.parse("bytes=" + many, 10_000).ranges()).hasSize(ByteRanges.MAX_RANGES);
    assertThat(parse("bytes=" + many + ",9999-9999", 10_000)).isEqualTo("whole");
  }
}
