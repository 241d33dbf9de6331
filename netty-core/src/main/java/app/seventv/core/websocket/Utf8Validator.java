package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;

/**
 * Checks UTF-8 incrementally, so that a bad message is refused at its first wrong byte (RFC 3629
 * §4; RFC 6455 §8.1).
 */
final class Utf8Validator implements ByteProcessor {
  /** Continuation bytes still due. */
  private int due;

  /** Range of the next continuation byte, narrowed after E0, ED, F0 and F4. */
  private int low = 0x80;

  private int high = 0xBF;

  /** Whether all bytes so far are a prefix of valid UTF-8. */
  boolean accept(ByteBuf data) {
    return data.forEachByte(this) < 0;
  }

  /** Whether no character is left unfinished; resets for the next message. */
  boolean finish() {
    boolean complete = due == 0;
    due = 0;
    low = 0x80;
    high = 0xBF;
    return complete;
  }

  @Override
  public boolean process(byte value) {
    int b = value & 0xFF;
    if (due > 0) {
      boolean valid = b >= low && b <= high;
      low = 0x80;
      high = 0xBF;
      due--;
      return valid;
    }
    return b < 0x80 || lead(b);
  }

  private boolean lead(int b) {
    if (b >= 0xC2 && b <= 0xDF) {
      due = 1;
    } else if (b >= 0xE0 && b <= 0xEF) {
      due = 2;
      low = b == 0xE0 ? 0xA0 : 0x80;
      high = b == 0xED ? 0x9F : 0xBF;
    } else if (b >= 0xF0 && b <= 0xF4) {
      due = 3;
      low = b == 0xF0 ? 0x90 : 0x80;
      high = b == 0xF4 ? 0x8F : 0xBF;
    } else {
      return false;
    }
    return true;
  }
}
