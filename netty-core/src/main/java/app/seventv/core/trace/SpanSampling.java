package app.seventv.core.trace;

import java.util.HexFormat;

/** Deterministic choice of a share of ids: every process that sees an id decides the same. */
public final class SpanSampling {
  private SpanSampling() {}

  /**
   * Whether a trace id falls into the share; looks at its last 63 bits, as OpenTelemetry's own
   * sampler does.
   *
   * @param rate 0 to 1
   */
  public static boolean includes(String traceId, double rate) {
    long low = HexFormat.fromHexDigitsToLong(traceId, 16, 32) & Long.MAX_VALUE;
    return includes(low, rate);
  }

  /** The same for any evenly spread number that is not negative. */
  public static boolean includes(long spread, double rate) {
    return rate >= 1 || (rate > 0 && spread < (long) (rate * Long.MAX_VALUE));
  }
}
