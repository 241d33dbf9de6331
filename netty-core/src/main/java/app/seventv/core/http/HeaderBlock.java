package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.StaticQpack;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * Header fields that many responses have in common, checked and encoded once. {@link
 * Response#newHeaders(HeaderBlock, int)} begins with them at the cost of a reference; HTTP/1.1 and
 * HTTP/3 copy their bytes, HTTP/2 finds them in its compression table.
 */
public final class HeaderBlock {
  /** Names at even, values at odd indexes. */
  private final CharSequence[] slots;

  private final byte[] http1;
  private final byte[] http3;
  private final long marks;
  private final int size;

  private HeaderBlock(CharSequence[] slots, byte[] http1, byte[] http3) {
    this.slots = slots;
    this.http1 = http1;
    this.http3 = http3;
    this.size = slots.length / 2;
    long all = 0;
    for (int i = 0; i < slots.length; i += 2) {
      all |= HeaderFields.mark(slots[i]);
    }
    this.marks = all;
  }

  /**
   * A block of the fields in their order.
   *
   * @param fields as {@link Response#newHeaders()} makes them
   * @throws IllegalArgumentException if one of them concerns a connection or the length of a body
   */
  public static HeaderBlock of(HttpHeaders fields) {
    CharSequence[] slots = new CharSequence[2 * fields.size()];
    StringBuilder lines = new StringBuilder();
    ByteBuf section = Unpooled.buffer();
    int used = 0;
    for (var field : fields.entries()) {
      String name = Http3ResponseFields.lowerCase(field.getKey());
      if (Http2Fields.isConnectionSpecific(name) || name.equals("content-length")) {
        throw new IllegalArgumentException("not common to responses: " + name);
      }
      slots[used++] = AsciiString.cached(name); // keeps its hash, for the table of HTTP/2
      slots[used++] = AsciiString.cached(field.getValue());
      lines.append(name).append(": ").append(field.getValue()).append("\r\n");
      StaticQpack.add(section, name, field.getValue());
    }
    byte[] http3 = new byte[section.readableBytes()];
    section.readBytes(http3).release();
    return new HeaderBlock(slots, lines.toString().getBytes(StandardCharsets.ISO_8859_1), http3);
  }

  /**
   * Makes fields begin with these, and forget all others: saves a handler that answers at once
   * ({@link Handler#answerAtOnce}) new ones for each answer.
   *
   * @param fields made by {@link Response#newHeaders()} or its like, and sent already
   */
  public void begin(HttpHeaders fields) {
    ((HeaderFields) fields).beginAgain(this);
  }

  /**
   * Adds a field to those that begin with a block, without a look at its characters.
   *
   * @param name a constant, in lower case
   * @param value what was found to be fit for the wire when it came, or is so as it was made
   */
  public static void add(HttpHeaders fields, AsciiString name, String value) {
    HeaderFields.addTrusted(fields, name, value);
  }

  /** How many fields. */
  int size() {
    return size;
  }

  /** Marks of the names; see {@link HeaderFields#mark}. */
  long marks() {
    return marks;
  }

  CharSequence nameAt(int index) {
    return slots[2 * index];
  }

  CharSequence valueAt(int index) {
    return slots[2 * index + 1];
  }

  /** Lines of HTTP/1.1; not to be changed. */
  byte[] http1() {
    return http1;
  }

  /** Lines of a field section of HTTP/3 without references to a table; not to be changed. */
  byte[] http3() {
    return http3;
  }
}
