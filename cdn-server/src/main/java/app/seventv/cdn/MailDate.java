package app.seventv.cdn;

import app.seventv.core.http.HttpDate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Dates as in mail (RFC 2822 §3.3, zones of §4.3 included), of which those of HTTP are a part: the
 * day of the week and the seconds may be left out, and the zone may be any.
 */
final class MailDate {
  private static final Pattern SPACES = Pattern.compile("[ \\t]+");

  private static final Map<String, String> ZONES =
      Map.of(
          "UT", "GMT", "UTC", "GMT", "EST", "-0500", "EDT", "-0400", "CST", "-0600", "CDT", "-0500",
          "MST", "-0700", "MDT", "-0600", "PST", "-0800", "PDT", "-0700");

  private MailDate() {}

  /** Seconds since 1970 of a date of mail or HTTP, or {@link HttpDate#INVALID}. */
  static long parse(String text) {
    String date = SPACES.matcher(text.strip()).replaceAll(" ");
    long seconds = HttpDate.parse(date);
    if (seconds != HttpDate.INVALID) {
      return seconds;
    }
    int zoneAt = date.lastIndexOf(' ') + 1;
    try {
      String known = date.substring(0, zoneAt) + zone(date.substring(zoneAt));
      return DateTimeFormatter.RFC_1123_DATE_TIME.parse(known, Instant::from).getEpochSecond();
    } catch (DateTimeException e) {
      return HttpDate.INVALID;
    }
  }

  /** The zone by its offset; a single letter says nothing (RFC 2822 §4.3). */
  private static String zone(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    boolean military = upper.length() == 1 && upper.charAt(0) >= 'A' && upper.charAt(0) <= 'Z';
    return military ? "GMT" : ZONES.getOrDefault(upper, upper);
  }
}
