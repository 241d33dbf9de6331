package app.seventv.core.http;

import io.netty.util.AsciiString;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Present value of the {@code date} field (RFC 9110 §5.6.7), made once a second. */
final class HttpDate {
  /**
   * Not {@link DateTimeFormatter#RFC_1123_DATE_TIME}: that writes days below ten with one digit.
   */
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private record Second(long epochSecond, AsciiString text) {}

  /** Racing threads each store a right value; whichever stays is as good. */
  private static volatile Second last = make(0);

  private HttpDate() {}

  /** The date of now. */
  static AsciiString now() {
    return at(System.currentTimeMillis());
  }

  static AsciiString at(long epochMs) {
    long epochSecond = Math.floorDiv(epochMs, 1000L);
    Second second = last;
    if (second.epochSecond != epochSecond) {
      last = second = make(epochSecond);
    }
    return second.text;
  }

  private static Second make(long epochSecond) {
    return new Second(
        epochSecond, AsciiString.cached(FORMAT.format(Instant.ofEpochSecond(epochSecond))));
  }
}
