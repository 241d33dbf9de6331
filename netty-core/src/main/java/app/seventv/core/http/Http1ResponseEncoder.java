package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes responses as bytes (RFC 9112 §4, §5, §7.1): head and small body go into one buffer, and so
 * to the kernel in one piece.
 *
 * <p>There is one for each loop. The bytes are gathered in an array and copied into the buffer that
 * leaves once, because single bytes are dear in a buffer outside the heap.
 */
final class Http1ResponseEncoder {
  /** A body up to this size is copied behind its head: cheaper than a second piece. */
  static final int MAX_COPIED_BYTES = 4 << 10;

  /** A body on the heap must be copied out of it in any case. */
  private static final int MAX_COPIED_HEAP_BYTES = 64 << 10;

  /** Longer heads are written, but the array for them is not kept. */
  private static final int MAX_KEPT_BYTES = 64 << 10;

  private static final int FIRST_STATUS = 100;
  private static final int LAST_STATUS = 999;
  private static final byte[][] STATUS_LINES = new byte[LAST_STATUS + 1][];
  private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
  private static final byte[] LAST_CHUNK = ascii("0\r\n");
  private static final int MAX_CHUNK_SIZE_LINE_BYTES = 10;
  private static final byte[] HEX = ascii("0123456789abcdef");

  private static final FastThreadLocal<Http1ResponseEncoder> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected Http1ResponseEncoder initialValue() {
          return new Http1ResponseEncoder();
        }
      };

  static {
    for (int status = FIRST_STATUS; status <= LAST_STATUS; status++) {
      STATUS_LINES[status] = ascii("HTTP/1.1 " + status + ' ' + HttpStatus.reason(status) + "\r\n");
    }
  }

  private byte[] bytes = new byte[4 << 10];
  private int length;

  private Http1ResponseEncoder() {}

  /** The encoder of the loop that calls. */
  static Http1ResponseEncoder ofLoop() {
    return OF_LOOP.get();
  }

  /** Whether {@link #response} will copy the body into the buffer of the head. */
  static boolean copies(ByteBuf body) {
    int size = body.readableBytes();
    return size <= MAX_COPIED_BYTES || (size <= MAX_COPIED_HEAP_BYTES && !body.isDirect());
  }

  /** Head and body in one buffer. */
  ByteBuf response(ByteBufAllocator alloc, int status, HttpHeaders headers, ByteBuf body) {
    gatherHead(status, headers, false);
    ByteBuf out = alloc.directBuffer(length + body.readableBytes());
    out.writeBytes(bytes, 0, length);
    return out.writeBytes(body, body.readerIndex(), body.readableBytes());
  }

  /**
   * A head alone.
   *
   * @param chunked whether to say that the body comes in chunks
   */
  ByteBuf head(ByteBufAllocator alloc, int status, HttpHeaders headers, boolean chunked) {
    gatherHead(status, headers, chunked);
    return alloc.directBuffer(length).writeBytes(bytes, 0, length);
  }

  /** A whole chunk in one buffer. */
  ByteBuf chunk(ByteBufAllocator alloc, ByteBuf data) {
    int size = data.readableBytes();
    ByteBuf out = alloc.directBuffer(MAX_CHUNK_SIZE_LINE_BYTES + size + 2);
    gatherSize(size);
    out.writeBytes(bytes, 0, length);
    out.writeBytes(data, data.readerIndex(), size);
    return out.writeShort('\r' << 8 | '\n');
  }

  /** The line before the data of a chunk; {@code CR LF} must follow the data. */
  ByteBuf chunkSize(ByteBufAllocator alloc, int size) {
    gatherSize(size);
    return alloc.directBuffer(length).writeBytes(bytes, 0, length);
  }

  /** Last chunk, trailers and empty line. */
  ByteBuf lastChunk(ByteBufAllocator alloc, HttpHeaders trailers) {
    length = 0;
    put(LAST_CHUNK);
    gatherFields(trailers);
    ByteBuf out = alloc.directBuffer(length).writeBytes(bytes, 0, length);
    trim();
    return out;
  }

  private void gatherHead(int status, HttpHeaders headers, boolean chunked) {
    trim();
    length = 0;
    put(STATUS_LINES[status]);
    if (chunked) {
      put(CHUNKED);
    }
    gatherFields(headers);
  }

  private void gatherFields(HttpHeaders headers) {
    if (headers instanceof HeaderFields fields) {
      HeaderBlock common = fields.common();
      if (common != null) {
        put(common.http1());
      }
      for (int i = 0; i < fields.ownSize(); i++) {
        gatherField(fields.ownName(i), fields.ownValue(i));
      }
    } else {
      headers.iteratorCharSequence().forEachRemaining(f -> gatherField(f.getKey(), f.getValue()));
    }
    ensure(2);
    bytes[length++] = '\r';
    bytes[length++] = '\n';
  }

  private void gatherField(CharSequence name, CharSequence value) {
    if (HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)) {
      return; // framing is ours alone
    }
    ensure(name.length() + value.length() + 4);
    if (name instanceof AsciiString constant) {
      put(FieldNames.of(constant).http1());
    } else {
      length = FieldText.put(name, bytes, length);
      bytes[length++] = ':';
      bytes[length++] = ' ';
    }
    length = FieldText.put(value, bytes, length);
    bytes[length++] = '\r';
    bytes[length++] = '\n';
  }

  private void gatherSize(int size) {
    length = 0;
    int shift = Math.max(0, (31 - Integer.numberOfLeadingZeros(size)) / 4 * 4);
    for (; shift >= 0; shift -= 4) {
      bytes[length++] = HEX[size >>> shift & 0xF];
    }
    bytes[length++] = '\r';
    bytes[length++] = '\n';
  }

  private void put(byte[] constant) {
    ensure(constant.length);
    System.arraycopy(constant, 0, bytes, length, constant.length);
    length += constant.length;
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  private void trim() {
    if (bytes.length > MAX_KEPT_BYTES) {
      bytes = new byte[MAX_COPIED_BYTES];
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
