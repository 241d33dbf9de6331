package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Finds and reads the heads of HTTP/1.1 requests (RFC 9112 §2 to §5), straight from the bytes.
 *
 * <p>The work has two steps. The first looks only for line ends, goes on where it stopped when more
 * bytes arrive, and enforces the limits; it costs a slow client nothing to send bytes one by one.
 * The second reads a head that is complete ({@link Http1HeadReader}). Both look at the bytes in
 * order, so the result does not depend on how the bytes were cut.
 *
 * <p>Memory of a connection: five integers. The bytes are looked at in an array of the loop.
 */
final class Http1HeadParser {
  /** Bytes that are looked at first; most heads are shorter. */
  private static final int FIRST_LOOK_BYTES = 1 << 10;

  private final HttpLimits limits;

  private int scanned;
  private int lineStart;
  private int fieldsStart = -1;
  private int fields;
  private boolean emptyLineSkipped;

  Http1HeadParser(HttpLimits limits) {
    this.limits = limits;
  }

  /**
   * Reads a head.
   *
   * @param in starts with the head; consumed only if the head is complete, but for one empty line
   *     before it. The next call must offer the same bytes again, and more.
   * @return the head, or null if more bytes are needed
   * @throws Http1Refusal if the bytes are no acceptable head, whatever follows
   */
  @Nullable Http1Head parse(ByteBuf in) {
    if (scanned == 0 && !atFirstByte(in)) {
      return null;
    }
    Http1HeadReader reader = Http1HeadReader.ofLoop();
    int end = find(in, bytes(reader));
    if (end == 0) {
      return null;
    }
    int count = fields;
    reset();
    return reader.head(end, SpareExchange.ofLoop().fields(count));
  }

  /**
   * Reads the trailer section of a chunked body (RFC 9112 §7.1.2), as {@link #parse} does a head.
   *
   * @return the fields that may be trailers, or null if more bytes are needed
   */
  @Nullable HttpHeaders parseTrailers(ByteBuf in) {
    if (scanned == 0) {
      fieldsStart = 0;
    }
    Http1HeadReader reader = Http1HeadReader.ofLoop();
    int end = find(in, bytes(reader));
    if (end == 0) {
      return null;
    }
    int count = fields;
    reset();
    return reader.trailers(end, HeaderFields.trusted(count));
  }

  /** Copies the bytes into the array until the empty line is there. Returns its end, or 0. */
  private int find(ByteBuf in, byte[] bytes) {
    int start = in.readerIndex();
    int available = in.readableBytes();
    int look = Math.min(available, Math.max(FIRST_LOOK_BYTES, scanned));
    int copied = 0;
    while (true) {
      int to = Math.min(look, bytes.length);
      in.getBytes(start + copied, bytes, copied, to - copied);
      copied = to;
      int end = scan(bytes, to);
      if (end > 0) {
        in.skipBytes(end);
        return end;
      }
      if (look == available) {
        return 0;
      }
      look = available;
    }
  }

  /** Whether a request has begun, so that its head is late rather than absent. */
  boolean started() {
    return scanned > 0;
  }

  /**
   * Skips an empty line, which some clients send after a body (RFC 9112 §2.2), and refuses at once
   * what cannot be a method, such as a TLS handshake.
   */
  private boolean atFirstByte(ByteBuf in) {
    if (!in.isReadable()) {
      return false;
    }
    byte first = in.getByte(in.readerIndex());
    if (first == '\r' && !emptyLineSkipped) {
      if (in.readableBytes() == 1) {
        return false;
      }
      if (in.getByte(in.readerIndex() + 1) != '\n') {
        throw Http1Refusal.LINE_END;
      }
      in.skipBytes(2);
      emptyLineSkipped = true;
      return atFirstByte(in);
    }
    if (!Http1Syntax.isToken(first)) {
      throw first == '\r' || first == '\n' ? Http1Refusal.LINE_END : Http1Refusal.REQUEST_LINE;
    }
    return true;
  }

  /** Goes on looking for the end of the head. Returns the index after it, or 0. */
  private int scan(byte[] bytes, int available) {
    int i = scanned;
    while (true) {
      int limit = limitOfLine();
      int to = Math.min(available, limit);
      while (i < to && bytes[i] != '\n') {
        i++;
      }
      if (i == to) {
        scanned = i;
        if (i == limit) {
          throw fieldsStart < 0 ? Http1Refusal.LINE_LENGTH : Http1Refusal.FIELDS_SIZE;
        }
        return 0;
      }
      if (i == 0 || bytes[i - 1] != '\r') {
        throw Http1Refusal.LINE_END;
      }
      i++;
      if (fieldsStart < 0) {
        fieldsStart = i;
      } else if (i - lineStart == 2) {
        return i;
      } else if (++fields > limits.maxHeaderFields()) {
        throw Http1Refusal.FIELDS_COUNT;
      }
      lineStart = i;
    }
  }

  /** First index that the present line must not reach: limit, line end and empty line. */
  private int limitOfLine() {
    return fieldsStart < 0
        ? limits.maxRequestLineBytes() + 2
        : fieldsStart + limits.maxHeaderBytes() + 2;
  }

  private void reset() {
    scanned = 0;
    lineStart = 0;
    fieldsStart = -1;
    fields = 0;
    emptyLineSkipped = false;
  }

  private byte[] bytes(Http1HeadReader reader) {
    return reader.bytes(limits.maxRequestLineBytes() + limits.maxHeaderBytes() + 4);
  }
}
