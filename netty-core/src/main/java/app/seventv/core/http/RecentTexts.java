package app.seventv.core.http;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Remembers how numbers were last written, one for each of a bounded number of places: the same
 * lengths, ages and dates are sent again and again. Threads that meet at a place write more often,
 * nothing else.
 */
public final class RecentTexts {
  private static final int PLACES = 1 << 10;

  /** Spreads neighbours and multiples (Knuth's multiplicative hashing). */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(PLACES);
  private static final RecentTexts DECIMALS = new RecentTexts(Long::toString);

  private final LongFunction<String> writer;
  private final @Nullable Written[] places = new Written[PLACES];

  private record Written(long number, String text) {}

  /**
   * @param writer makes a number's text
   */
  public RecentTexts(LongFunction<String> writer) {
    this.writer = writer;
  }

  /** A number in decimal digits. */
  public static String decimal(long number) {
    return DECIMALS.of(number);
  }

  /** The text of a number. */
  public String of(long number) {
    int place = (int) ((number * SPREAD) >>> SHIFT);
    Written known = places[place];
    if (known == null || known.number != number) {
      known = new Written(number, writer.apply(number));
      places[place] = known; // immutable, so others see all of it or the one before
    }
    return known.text;
  }
}
