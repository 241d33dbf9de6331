package app.seventv.core.trace;

import org.jspecify.annotations.Nullable;

/**
 * Place in a trace, as it travels between processes (W3C Trace Context, level 1).
 *
 * @param traceId 32 lower-case hexadecimal digits, not all zero
 * @param spanId 16 lower-case hexadecimal digits, not all zero
 * @param sampled whether the caller records its spans
 * @param state value of {@code tracestate}, passed on as it came; empty when there is none
 */
public record TraceContext(String traceId, String spanId, boolean sampled, String state) {
  /** Name of the field that carries the ids, the same in HTTP and NATS headers. */
  public static final String TRACEPARENT = "traceparent";

  /** Name of the field that carries what vendors add. */
  public static final String TRACESTATE = "tracestate";

  /** Version 00: {@code 00-<trace id>-<span id>-<flags>}. */
  private static final int LENGTH = 55;

  private static final int TRACE_ID_AT = 3;
  private static final int SPAN_ID_AT = 36;
  private static final int FLAGS_AT = 53;

  /** Longer states are dropped, as §3.3.1.5 allows; the ids survive. */
  private static final int MAX_STATE_CHARS = 512;

  /**
   * Reads the two fields.
   *
   * @return null if {@code traceparent} is absent or malformed; then {@code tracestate} counts for
   *     nothing either (§3.2.2.5)
   */
  public static @Nullable TraceContext parse(
      @Nullable String traceparent, @Nullable String tracestate) {
    if (traceparent == null || !wellFormed(traceparent)) {
      return null;
    }
    boolean sampled = (Character.digit(traceparent.charAt(FLAGS_AT + 1), 16) & 1) != 0;
    return new TraceContext(
        traceparent.substring(TRACE_ID_AT, TRACE_ID_AT + 32),
        traceparent.substring(SPAN_ID_AT, SPAN_ID_AT + 16),
        sampled,
        tracestate == null || !wellFormedState(tracestate) ? "" : tracestate);
  }

  /** Later versions may append fields after another dash; version ff is forbidden (§3.2.2.1). */
  private static boolean wellFormed(String text) {
    if (text.length() < LENGTH
        || !isHex(text, 0, 2)
        || text.startsWith("ff")
        || text.charAt(2) != '-'
        || text.charAt(SPAN_ID_AT - 1) != '-'
        || text.charAt(FLAGS_AT - 1) != '-') {
      return false;
    }
    boolean lengthFits =
        text.startsWith("00")
            ? text.length() == LENGTH
            : text.length() == LENGTH || text.charAt(LENGTH) == '-';
    return lengthFits
        && isId(text, TRACE_ID_AT, 32)
        && isId(text, SPAN_ID_AT, 16)
        && isHex(text, FLAGS_AT, 2);
  }

  private static boolean isId(String text, int from, int length) {
    boolean zero = true;
    for (int i = from; i < from + length && zero; i++) {
      zero = text.charAt(i) == '0';
    }
    return !zero && isHex(text, from, length);
  }

  private static boolean isHex(String text, int from, int length) {
    for (int i = from; i < from + length; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean wellFormedState(String state) {
    return state.length() <= MAX_STATE_CHARS
        && state.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'));
  }

  /** Value of {@code traceparent} for calls made from here. */
  public String traceparent() {
    return "00-" + traceId + '-' + spanId + (sampled ? "-01" : "-00");
  }
}
