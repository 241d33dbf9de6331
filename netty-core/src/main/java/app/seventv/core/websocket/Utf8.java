package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;

/**
 * Checks UTF-8 piece by piece, so that a bad message is refused at its first wrong byte (RFC 3629
 * §4; RFC 6455 §8.1). The state between two pieces is one int: nothing is allocated.
 *
 * <pre>
 * state: 0 between characters, else | high bound (8) | low bound (8) | continuation bytes due (8) |
 * </pre>
 */
final class Utf8 {
  /** State between two characters: where a message starts and has to end. */
  static final int BOUNDARY = 0;

  /** State after a byte that no UTF-8 text has at its place. */
  static final int REJECTED = -1;

  private static final long NON_ASCII = 0x8080808080808080L;

  private Utf8() {}

  /** Whether the readable bytes are a whole text. */
  static boolean isValid(ByteBuf data) {
    return advance(BOUNDARY, data, data.readerIndex(), data.writerIndex()) == BOUNDARY;
  }

  /** State after the bytes from {@code from} up to {@code to}. */
  static int advance(int state, ByteBuf data, int from, int to) {
    int current = state;
    int at = from;
    while (at < to) {
      if (current == BOUNDARY) {
        while (to - at >= Long.BYTES && (data.getLong(at) & NON_ASCII) == 0) {
          at += Long.BYTES;
        }
      }
      for (int stop = Math.min(to, at + Long.BYTES); at < stop; at++) {
        current = next(current, data.getByte(at) & 0xFF);
        if (current == REJECTED) {
          return REJECTED;
        }
      }
    }
    return current;
  }

  private static int next(int state, int b) {
    if (state == BOUNDARY) {
      return b < 0x80 ? BOUNDARY : lead(b);
    }
    int due = state & 0xFF;
    int low = (state >>> 8) & 0xFF;
    int high = state >>> 16;
    if (b < low || b > high) {
      return REJECTED;
    }
    return due == 1 ? BOUNDARY : state(due - 1, 0x80, 0xBF);
  }

  /** The second byte's range is narrower after E0, ED, F0 and F4: no long forms, no surrogates. */
  private static int lead(int b) {
    if (b >= 0xC2 && b <= 0xDF) {
      return state(1, 0x80, 0xBF);
    }
    if (b >= 0xE0 && b <= 0xEF) {
      return state(2, b == 0xE0 ? 0xA0 : 0x80, b == 0xED ? 0x9F : 0xBF);
    }
    if (b >= 0xF0 && b <= 0xF4) {
      return state(3, b == 0xF0 ? 0x90 : 0x80, b == 0xF4 ? 0x8F : 0xBF);
    }
    return REJECTED;
  }

  private static int state(int due, int low, int high) {
    return (high << 16) | (low << 8) | due;
  }
}
