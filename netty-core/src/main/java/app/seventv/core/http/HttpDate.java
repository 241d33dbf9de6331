package app.seventv.core.http;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;

/** Dates of header fields (RFC 9110 §5.6.7), in whole seconds since 1970. */
public final class HttpDate {
  /** What {@link #parse} answers for text that is no date. */
  public static final long INVALID = Long.MIN_VALUE;

  private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
  private static final int IMF_LENGTH = 29;
  private static final int ASCTIME_LENGTH = 24;
  private static final int TWO_DIGIT_YEAR_FUTURE = 50;

  private static final long MS_PER_SECOND = 1_000;
  private static final long NS_PER_MS = 1_000_000;

  private static volatile Formatted latest = new Formatted(0, format(0));
  private static volatile Present present =
      Present.of(System.nanoTime(), System.currentTimeMillis());

  private HttpDate() {}

  private record Formatted(long epochSecond, String text) {}

  /** A date that is current for a time of the monotonic clock, the end of which is excluded. */
  record Present(long sinceNs, long untilNs, String text) {
    /** Of a moment on both clocks, until its second ends. */
    static Present of(long nowNs, long nowMs) {
      long leftMs = MS_PER_SECOND - nowMs % MS_PER_SECOND;
      return new Present(nowNs, nowNs + leftMs * NS_PER_MS, cached(nowMs / MS_PER_SECOND));
    }

    boolean isAt(long ns) {
      return ns - sinceNs >= 0 && ns - untilNs < 0;
    }
  }

  /** The current date, formatted once per second. */
  public static String now() {
    return cached(System.currentTimeMillis() / MS_PER_SECOND);
  }

  /**
   * The same for those who have just read the monotonic clock. Somebody who sets the other one is
   * noticed within a second.
   *
   * @param nowNs of {@link System#nanoTime}
   */
  static String now(long nowNs) {
    Present known = present;
    if (!known.isAt(nowNs)) {
      known = Present.of(nowNs, System.currentTimeMillis());
      present = known; // a race costs as little as that of the other
    }
    return known.text;
  }

  /** As {@link #format}, remembering the last result: right for {@code date} fields. */
  static String cached(long epochSecond) {
    Formatted known = latest;
    if (known.epochSecond != epochSecond) {
      known = new Formatted(epochSecond, format(epochSecond));
      latest = known; // a race costs a second formatting, no more
    }
    return known.text;
  }

  /** IMF-fixdate, e.g. {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  public static String format(long epochSecond) {
    LocalDateTime time = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
    int month = 3 * (time.getMonthValue() - 1);
    StringBuilder text = new StringBuilder(IMF_LENGTH);
    text.append(DAYS.get(time.getDayOfWeek().getValue() - 1)).append(", ");
    digits(text, time.getDayOfMonth(), 2).append(' ');
    text.append(MONTHS, month, month + 3).append(' ');
    digits(text, time.getYear(), 4).append(' ');
    digits(text, time.getHour(), 2).append(':');
    digits(text, time.getMinute(), 2).append(':');
    return digits(text, time.getSecond(), 2).append(" GMT").toString();
  }

  private static StringBuilder digits(StringBuilder text, int value, int width) {
    String number = Integer.toString(value);
    return text.repeat('0', width - number.length()).append(number);
  }

  /** Seconds of a date in any of the three formats, or {@link #INVALID}. */
  public static long parse(String text) {
    return parse(text, System.currentTimeMillis() / MS_PER_SECOND);
  }

  /** As above; two-digit years over 50 years after {@code now} belong to the past century. */
  public static long parse(String text, long nowEpochSecond) {
    int comma = text.indexOf(',');
    if (comma < 0) {
      return asctime(text);
    }
    if (comma == 3 && text.length() == IMF_LENGTH && text.charAt(7) == ' ') {
      return imf(text);
    }
    return rfc850(text, comma, nowEpochSecond);
  }

  /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  private static long imf(String text) {
    boolean shape =
        isDayName(text, 3)
            && text.charAt(4) == ' '
            && text.charAt(11) == ' '
            && text.charAt(16) == ' '
            && text.endsWith(" GMT");
    return shape
        ? date(number(text, 12, 16), month(text, 8), number(text, 5, 7), text, 17)
        : INVALID;
  }

  /** {@code Sunday, 06-Nov-94 08:49:37 GMT}. */
  private static long rfc850(String text, int comma, long nowEpochSecond) {
    int at = comma + 2;
    boolean shape =
        text.length() == at + 22
            && isDayName(text, comma)
            && text.charAt(comma + 1) == ' '
            && text.charAt(at + 2) == '-'
            && text.charAt(at + 6) == '-'
            && text.charAt(at + 9) == ' '
            && text.endsWith(" GMT");
    int shortYear = shape ? number(text, at + 7, at + 9) : -1;
    if (shortYear < 0) {
      return INVALID;
    }
    int thisYear = LocalDateTime.ofEpochSecond(nowEpochSecond, 0, ZoneOffset.UTC).getYear();
    int year = thisYear - thisYear % 100 + shortYear;
    if (year > thisYear + TWO_DIGIT_YEAR_FUTURE) {
      year -= 100;
    }
    return date(year, month(text, at + 3), number(text, at, at + 2), text, at + 10);
  }

  /** {@code Sun Nov 6 08:49:37 1994}. */
  private static long asctime(String text) {
    boolean shape =
        text.length() == ASCTIME_LENGTH
            && isDayName(text, 3)
            && text.charAt(3) == ' '
            && text.charAt(7) == ' '
            && text.charAt(10) == ' '
            && text.charAt(19) == ' ';
    if (!shape) {
      return INVALID;
    }
    int day = text.charAt(8) == ' ' ? number(text, 9, 10) : number(text, 8, 10);
    return date(number(text, 20, 24), month(text, 4), day, text, 11);
  }

  /** The day's name says nothing that the date does not; it must only look like one. */
  private static boolean isDayName(String text, int end) {
    return end >= 3
        && DAYS.contains(text.substring(0, 3))
        && text.chars().limit(end).allMatch(Character::isLetter);
  }

  private static long date(int year, int month, int day, String text, int timeAt) {
    int hour = number(text, timeAt, timeAt + 2);
    int minute = number(text, timeAt + 3, timeAt + 5);
    int second = number(text, timeAt + 6, timeAt + 8);
    boolean colons = text.charAt(timeAt + 2) == ':' && text.charAt(timeAt + 5) == ':';
    if (!colons || year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) {
      return INVALID;
    }
    int leapSecond = second == 60 ? 1 : 0;
    try {
      return LocalDateTime.of(year, month, day, hour, minute, second - leapSecond)
              .toEpochSecond(ZoneOffset.UTC)
          + leapSecond;
    } catch (DateTimeException e) {
      return INVALID;
    }
  }

  private static int month(String text, int from) {
    int at = MONTHS.indexOf(text.substring(from, from + 3));
    return at >= 0 && at % 3 == 0 ? at / 3 + 1 : -1;
  }

  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = 10 * value + digit;
    }
    return value;
  }
}
