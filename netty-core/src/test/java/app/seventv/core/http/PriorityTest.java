package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The priority field (RFC 9218 §4, §5). */
class PriorityTest {
  @Test
  void urgencyAndIncrementalAreRead() {
    assertThat(parse("u=0")).isEqualTo(new Priority(0, false));
    assertThat(parse("u=7, i")).isEqualTo(new Priority(7, true));
    assertThat(parse("i,u=2")).isEqualTo(new Priority(2, true));
    assertThat(parse("i=?1")).isEqualTo(new Priority(3, true));
    assertThat(parse("u=1;x=2, i;y")).isEqualTo(new Priority(1, true));
    assertThat(parse("u=1, i, i=?0, u=4")).isEqualTo(new Priority(4, false));
  }

  @Test
  void whatIsUnknownOrMalformedIsIgnored() {
    for (String field : new String[] {"", ",,", "u", "u=", "u=8", "u=-1", "u=10", "U=1", "x=1"}) {
      assertThat(parse(field)).as(field).isEqualTo(Priority.DEFAULT);
    }
    assertThat(parse("u=9, i=?2, i")).isEqualTo(new Priority(3, true));
  }

  private static Priority parse(String field) {
    return Priority.parse(field, Priority.DEFAULT);
  }
}
