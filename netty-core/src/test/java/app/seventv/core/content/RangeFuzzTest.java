package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.content.ByteRanges.ByteRange;
import app.seventv.core.http.HttpDate;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Random {@code Range} fields, dates and tag lists: whatever is sent lies within what there is. */
class RangeFuzzTest {
  @FuzzTest
  void rangesLieWithinTheRepresentation(FuzzedDataProvider data) {
    long length = data.consumeLong(0, Long.MAX_VALUE / 2);
    String field = data.consumeBoolean() ? "bytes=" : "";
    ByteRanges ranges = ByteRanges.parse(field + data.consumeString(500), length);
    List<ByteRange> wanted = ranges.ranges();
    assertThat(ranges.isWhole() && !wanted.isEmpty()).isFalse();
    assertThat(wanted).hasSizeLessThanOrEqualTo(ByteRanges.MAX_RANGES);
    long end = -ByteRanges.MERGE_GAP_BYTES - 1;
    for (ByteRange range : wanted) {
      assertThat(range.first() - end).isGreaterThan(ByteRanges.MERGE_GAP_BYTES);
      assertThat(range.last()).isBetween(range.first(), length - 1);
      end = range.last();
    }
    String text = data.consumeRemainingAsString();
    long date = HttpDate.parse(text, 0);
    if (date != HttpDate.INVALID && text.endsWith("GMT") && text.charAt(3) == ',') {
      assertThat(HttpDate.parse(HttpDate.format(date), 0)).isEqualTo(date);
    }
    EntityTag tag = EntityTag.parse(text);
    if (tag != null) {
      assertThat(tag).hasToString(text);
      assertThat(tag.isIn(text, false)).isTrue();
      assertThat(tag.isIn(text, true)).isNotEqualTo(tag.isWeak());
    }
  }
}
