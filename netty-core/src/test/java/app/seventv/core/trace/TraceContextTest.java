package app.seventv.core.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** W3C Trace Context, §3.2 and §3.3. */
class TraceContextTest {
  private static final String IDS = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

  @Test
  void readsWhatItWrites() {
    TraceContext context = TraceContext.parse("00-" + IDS + "-01", "vendor=x");
    assertThat(context)
        .isEqualTo(
            new TraceContext(
                "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true, "vendor=x"));
    assertThat(context).extracting(TraceContext::traceparent).isEqualTo("00-" + IDS + "-01");
    assertThat(TraceContext.parse("00-" + IDS + "-00", null))
        .extracting(TraceContext::sampled, TraceContext::state)
        .containsExactly(false, "");
  }

  @Test
  void laterVersionsMayBeLonger() {
    assertThat(TraceContext.parse("cc-" + IDS + "-01-more", null)).isNotNull();
    assertThat(TraceContext.parse("cc-" + IDS + "-01", null)).isNotNull();
    assertThat(TraceContext.parse("cc-" + IDS + "-01.more", null)).isNull();
  }

  @Test
  void malformedOnesCountForNothing() {
    for (String bad :
        List.of(
            "",
            "00-" + IDS,
            "00-" + IDS + "-1",
            "00-" + IDS + "-01-more",
            "ff-" + IDS + "-01",
            "0g-" + IDS + "-01",
            "00-" + IDS.toUpperCase(java.util.Locale.ROOT) + "-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00_" + IDS + "-01",
            "00-" + IDS + "-zz")) {
      assertThat(TraceContext.parse(bad, "a=1")).as(bad).isNull();
    }
  }

  @Test
  void statesThatCannotBePassedOnAreDropped() {
    assertThat(TraceContext.parse("00-" + IDS + "-01", "a=" + "x".repeat(600)))
        .extracting(TraceContext::state)
        .isEqualTo("");
    assertThat(TraceContext.parse("00-" + IDS + "-01", "a=\u0001"))
        .extracting(TraceContext::state)
        .isEqualTo("");
  }

  @Test
  void samplingTakesItsShare() {
    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      String id = io.opentelemetry.sdk.trace.IdGenerator.random().generateTraceId();
      assertThat(SpanSampling.includes(id, 1)).isTrue();
      assertThat(SpanSampling.includes(id, 0)).isFalse();
      taken += SpanSampling.includes(id, 0.25) ? 1 : 0;
    }
    assertThat(taken).isBetween(2_200, 2_800);
  }
}
