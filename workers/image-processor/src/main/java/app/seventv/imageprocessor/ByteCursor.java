package app.seventv.imageprocessor;

import java.util.Arrays;

/** Reads untrusted bytes in order; every read past the end is a decode failure. */
final class ByteCursor {
  private final byte[] data;
  private final int end;
  private final String format;
  private int position;

  ByteCursor(byte[] data, String format) {
    this(data, 0, data.length, format);
  }

  ByteCursor(byte[] data, int start, int end, String format) {
    this.data = data;
    this.position = start;
    this.end = end;
    this.format = format;
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  JobFailure failure(String reason) {
    return JobFailure.decode(format + ": " + reason);
  }

  private int take(long count) {
    if (count < 0 || count > remaining()) {
      throw failure("unexpected end of data");
    }
    int start = position;
    position += (int) count;
    return start;
  }

  void skip(long count) {
    take(count);
  }

  int u8() {
    return data[take(1)] & 0xff;
  }

  int u16le() {
    int at = take(2);
    return (data[at] & 0xff) | (data[at + 1] & 0xff) << 8;
  }

  int u16be() {
    int at = take(2);
    return (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
  }

  int u24le() {
    int at = take(3);
    return (data[at] & 0xff) | (data[at + 1] & 0xff) << 8 | (data[at + 2] & 0xff) << 16;
  }

  long u32le() {
    return u16le() | (long) u16le() << 16;
  }

  long u32be() {
    return (long) u16be() << 16 | u16be();
  }

  long u64be() {
    return u32be() << 32 | u32be();
  }

  byte[] bytes(int count) {
    int at = take(count);
    return Arrays.copyOfRange(data, at, at + count);
  }

  /** Reads {@code count} bytes as a cursor of their own. */
  ByteCursor slice(long count) {
    int at = take(count);
    return new ByteCursor(data, at, at + (int) count, format);
  }
}
