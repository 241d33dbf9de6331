package app.seventv.core.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes texts of bytes, and gives the same text again for bytes that come again: paths, names of
 * hosts and browsers are sent over and over, by one client and by many. One text for each of a
 * bounded number of places, a quarter of a megabyte at most. Confined to one thread.
 */
final class RepeatedTexts {
  private static final int PLACES = 1 << 10;

  /** Longer ones are rarely the same. */
  private static final int MAX_BYTES = 192;

  /** Mixes eight bytes into the hash (Knuth's multiplicative hashing). */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(PLACES);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final @Nullable String[] places = new String[PLACES];
  private final byte[] known = new byte[MAX_BYTES];

  /** The bytes as text, each a character. */
  String of(byte[] bytes, int from, int to) {
    if (to - from > MAX_BYTES) {
      return text(bytes, from, to);
    }
    int place = (int) (hash(bytes, from, to) >>> SHIFT);
    String before = places[place];
    if (before != null && same(before, bytes, from, to)) {
      return before;
    }
    String made = text(bytes, from, to);
    places[place] = made;
    return made;
  }

  /** The bytes as a text that nobody else gets: for what is secret, or hardly comes again. */
  static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  @SuppressWarnings("deprecation") // copies low bytes at once; there are no others in these texts
  private boolean same(String text, byte[] bytes, int from, int to) {
    int length = text.length();
    if (length != to - from) {
      return false;
    }
    text.getBytes(0, length, known, 0);
    return Arrays.equals(known, 0, length, bytes, from, to);
  }

  /** Eight bytes at a time. Whoever finds texts that meet at a place gains nothing by it. */
  static long hash(byte[] bytes, int from, int to) {
    long hash = (long) to - from;
    int i = from;
    for (; i + Long.BYTES <= to; i += Long.BYTES) {
      hash = mix(hash, (long) LONGS.get(bytes, i));
    }
    for (; i < to; i++) {
      hash = mix(hash, bytes[i]);
    }
    return hash * SPREAD;
  }

  private static long mix(long hash, long more) {
    long mixed = (hash ^ more) * SPREAD;
    return mixed ^ mixed >>> 32;
  }
}
