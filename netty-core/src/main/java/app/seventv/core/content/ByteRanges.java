package app.seventv.core.content;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ranges that a request wants of a representation (RFC 9110 §14.1.2), ascending, not
 * overlapping and not adjacent.
 */
public final class ByteRanges {
  /** Requests for more ranges than this get the whole representation (RFC 9110 §17.15). */
  static final int MAX_RANGES = 16;

  /** Ranges closer than this are sent as one: a part's own head is about as long. */
  static final int MERGE_GAP_BYTES = 80;

  private static final ByteRanges WHOLE = new ByteRanges(List.of(), true);
  private static final ByteRanges UNSATISFIABLE = new ByteRanges(List.of(), false);

  /** Valid, but beyond the end. */
  private static final ByteRange NONE = new ByteRange(0, -1);

  /** A suffix of nothing: satisfiable (RFC 9110 §14.1.2), yet no content-range can say it. */
  private static final ByteRange EMPTY_REPRESENTATION = new ByteRange(0, -2);

  private final List<ByteRange> ranges;
  private final boolean whole;

  private ByteRanges(List<ByteRange> ranges, boolean whole) {
    this.ranges = ranges;
    this.whole = whole;
  }

  /** Bytes from {@code first} to {@code last}, both included. */
  public record ByteRange(long first, long last) {
    /** Number of bytes. */
    public long length() {
      return last - first + 1;
    }
  }

  /** Whether the whole representation is to be sent, with status 200. */
  public boolean isWhole() {
    return whole;
  }

  /** Whether no byte that was asked for exists: status 416. */
  public boolean isUnsatisfiable() {
    return !whole && ranges.isEmpty();
  }

  /** The ranges; empty unless a 206 is to be sent. */
  public List<ByteRange> ranges() {
    return ranges;
  }

  /**
   * Reads a {@code Range} field. Unknown units, invalid syntax and abusive sets are treated as if
   * the field was absent (RFC 9110 §14.2).
   *
   * @param length bytes of the representation
   */
  public static ByteRanges parse(@Nullable String value, long length) {
    if (value == null || !value.regionMatches(true, 0, "bytes=", 0, 6)) {
      return WHOLE;
    }
    List<ByteRange> wanted = new ArrayList<>(2);
    int count = 0;
    int at = 6;
    while (at <= value.length()) {
      int comma = value.indexOf(',', at);
      int end = comma < 0 ? value.length() : comma;
      String spec = value.substring(at, end).strip();
      at = end + 1;
      if (spec.isEmpty()) {
        continue; // empty list elements are allowed (RFC 9110 §5.6.1.2), but count for the bound
      }
      count++;
      ByteRange range = count > MAX_RANGES ? null : one(spec, length);
      if (range == null || range.equals(EMPTY_REPRESENTATION)) {
        return WHOLE;
      }
      if (!range.equals(NONE)) {
        wanted.add(range);
      }
    }
    if (count == 0) {
      return WHOLE;
    }
    return wanted.isEmpty() ? UNSATISFIABLE : new ByteRanges(merged(wanted), false);
  }

  /** The range of one spec, {@link #NONE}, or null for invalid syntax. */
  private static @Nullable ByteRange one(String spec, long length) {
    int dash = spec.indexOf('-');
    if (dash < 0) {
      return null;
    }
    if (dash == 0) {
      long suffix = number(spec, 1, spec.length());
      if (suffix < 0) {
        return null;
      }
      if (suffix == 0) {
        return NONE;
      }
      return length == 0
          ? EMPTY_REPRESENTATION
          : new ByteRange(Math.max(0, length - suffix), length - 1);
    }
    long first = number(spec, 0, dash);
    boolean open = dash == spec.length() - 1;
    long last = open ? Long.MAX_VALUE : number(spec, dash + 1, spec.length());
    if (first < 0 || last < 0 || last < first) {
      return null;
    }
    return first >= length ? NONE : new ByteRange(first, Math.min(last, length - 1));
  }

  /** A decimal number; too large ones are as good as the largest. -1: not a number. */
  private static long number(String text, int from, int to) {
    if (from == to) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE - 9 : 10 * value + digit;
    }
    return value;
  }

  private static List<ByteRange> merged(List<ByteRange> wanted) {
    if (wanted.size() == 1) {
      return wanted;
    }
    wanted.sort(Comparator.comparingLong(ByteRange::first));
    List<ByteRange> merged = new ArrayList<>(wanted.size());
    ByteRange open = wanted.getFirst();
    for (ByteRange next : wanted.subList(1, wanted.size())) {
      if (next.first() - open.last() <= MERGE_GAP_BYTES) {
        open = new ByteRange(open.first(), Math.max(open.last(), next.last()));
      } else {
        merged.add(open);
        open = next;
      }
    }
    merged.add(open);
    return List.copyOf(merged);
  }
}
