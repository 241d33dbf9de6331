package app.seventv.api.web;

import app.seventv.api.cache.DeflatePiece;
import app.seventv.model.Id;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON straight into one array, in the very bytes that {@link Json} would make. Members and
 * elements take care of their commas; whoever writes closes what it opens.
 */
public final class JsonWriter {
  private static final byte[] NULL = ascii("null");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final byte[] HEX = ascii("0123456789ABCDEF");
  private static final byte[] MIN_LONG = ascii(Long.toString(Long.MIN_VALUE));
  private static final int MAX_LONG_DIGITS = 20;

  private static final byte[] NOTHING = {};

  /** Arrays from this size on are worth keeping: a new one is cleared, and cold. */
  private static final int MIN_KEPT_BYTES = 64 << 10;

  private static final int MAX_KEPT_BYTES = 4 << 20;

  /** Arrays that wait for the next large answers. */
  private static final ArrayBlockingQueue<byte[]> KEPT =
      new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

  private byte[] buffer;
  private int length;

  /**
   * @param expectedBytes size at the start; it grows
   */
  public JsonWriter(int expectedBytes) {
    byte[] kept = expectedBytes < MIN_KEPT_BYTES ? null : KEPT.poll();
    this.buffer =
        kept == null || kept.length < expectedBytes ? new byte[Math.max(64, expectedBytes)] : kept;
  }

  /** Gives the memory of what was written to the next writer; this one is empty then. */
  public void recycle() {
    if (buffer.length >= MIN_KEPT_BYTES && buffer.length <= MAX_KEPT_BYTES) {
      KEPT.offer(buffer);
    }
    buffer = NOTHING;
    length = 0;
  }

  /** Opens an object. */
  public JsonWriter object() {
    return next('{');
  }

  /** Closes an object. */
  public JsonWriter endObject() {
    return put('}');
  }

  /** Opens a list. */
  public JsonWriter list() {
    return next('[');
  }

  /** Closes a list. */
  public JsonWriter endList() {
    return put(']');
  }

  /** Begins a member whose value comes next; the name needs no escapes. */
  public JsonWriter name(String name) {
    separate();
    ensure(name.length() + 3);
    buffer[length++] = '"';
    plain(name);
    buffer[length++] = '"';
    buffer[length++] = ':';
    return this;
  }

  /** A member with a text. */
  public JsonWriter member(String name, @Nullable String value) {
    return name(name).value(value);
  }

  /** A member with a number. */
  public JsonWriter member(String name, long value) {
    return name(name).value(value);
  }

  /** A member with a truth value. */
  public JsonWriter member(String name, boolean value) {
    return name(name).json(value ? TRUE : FALSE);
  }

  /** A member with an id or null. */
  public JsonWriter member(String name, @Nullable Id value) {
    return name(name).value(value);
  }

  /** A member with a list of texts. */
  public JsonWriter member(String name, List<String> values) {
    name(name).list();
    values.forEach(this::value);
    return endList();
  }

  /** An id or null. */
  public JsonWriter value(@Nullable Id id) {
    if (id == null) {
      return json(NULL);
    }
    separate();
    ensure(Id.TEXT_LENGTH + 2);
    buffer[length++] = '"';
    id.writeText(buffer, length);
    length += Id.TEXT_LENGTH;
    buffer[length++] = '"';
    return this;
  }

  /** A number. */
  public JsonWriter value(long value) {
    if (value == Long.MIN_VALUE) {
      return json(MIN_LONG);
    }
    separate();
    ensure(MAX_LONG_DIGITS);
    long rest = Math.abs(value);
    if (value < 0) {
      buffer[length++] = '-';
    }
    int digits = 1;
    for (long bound = rest; bound >= 10; bound /= 10) {
      digits++;
    }
    for (int i = length + digits - 1; i >= length; i--) {
      buffer[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    return this;
  }

  /** A text or null. */
  public JsonWriter value(@Nullable String text) {
    if (text == null) {
      return json(NULL);
    }
    separate();
    ensure(text.length() + 2);
    buffer[length++] = '"';
    if (isPlain(text)) {
      plain(text);
    } else {
      escaped(text.getBytes(StandardCharsets.UTF_8));
    }
    return put('"');
  }

  /** A value that is JSON already. */
  public JsonWriter json(byte[] json) {
    separate();
    return raw(json);
  }

  /** Bytes as they are, e.g. members that follow the ones before. */
  public JsonWriter raw(byte[] bytes) {
    ensure(bytes.length);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
    return this;
  }

  /** Number of bytes so far. */
  public int length() {
    return length;
  }

  /** A copy of all that was written. */
  public byte[] toBytes() {
    return Arrays.copyOf(buffer, length);
  }

  /** Appends all that was written to a buffer. */
  public void copyTo(ByteBuf out) {
    out.writeBytes(buffer, 0, length);
  }

  /** A part of what was written, compressed. */
  public DeflatePiece piece(int from, int to) {
    return DeflatePiece.of(buffer, from, to);
  }

  /** All that was written, as it lies here: what is written later may or may not show. */
  public ByteBuf asBuffer() {
    return Unpooled.wrappedBuffer(buffer, 0, length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A comma, unless this is the first or follows a name. */
  private void separate() {
    if (length > 0) {
      byte last = buffer[length - 1];
      if (last != '{' && last != '[' && last != ':' && last != ',') {
        put(',');
      }
    }
  }

  private JsonWriter next(char c) {
    separate();
    return put(c);
  }

  private JsonWriter put(char c) {
    ensure(1);
    buffer[length++] = (byte) c;
    return this;
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("deprecation") // the only way to copy the low bytes of ASCII without a detour
  private void plain(String text) {
    int size = text.length();
    text.getBytes(0, size, buffer, length);
    length += size;
  }

  private void escaped(byte[] utf8) {
    ensure(6 * utf8.length + 1);
    for (byte b : utf8) {
      int shorthand =
          switch (b) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            case '\b' -> 'b';
            case '\f' -> 'f';
            default -> 0;
          };
      if (shorthand != 0) {
        buffer[length++] = '\\';
        buffer[length++] = (byte) shorthand;
      } else if (b >= 0 && b < ' ') {
        raw(ascii("\\u00"));
        buffer[length++] = HEX[b >> 4];
        buffer[length++] = HEX[b & 15];
      } else {
        buffer[length++] = b;
      }
    }
  }

  private void ensure(int bytes) {
    if (buffer.length - length < bytes) {
      buffer = Arrays.copyOf(buffer, Math.max(64, Math.max(2 * buffer.length, length + bytes)));
    }
  }
}
