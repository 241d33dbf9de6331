package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.AsciiString;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * Compresses the heads of one connection's responses (RFC 7541). What the fields of a {@link
 * HeaderBlock} have been compressed to is kept and copied for as long as the compression table
 * stays as it is: those are most of the fields of most responses, a byte each.
 */
final class Http2HeaderEncoder implements Closeable {
  /** Compression table before any setting (RFC 9113 §6.5.2); a larger one is not used. */
  private static final long TABLE_BYTES = 4_096;

  private static final AsciiString REQUEST_ID = AsciiString.cached(RequestIds.HEADER);
  private static final AsciiString HITS = AsciiString.cached("x-7tv-cache-hits");

  /**
   * What stays out of the compression table: what identifies a user (RFC 7541 §7.1.3), and what
   * differs from one response to the next and would only push out what all have in common.
   */
  private static final Http2HeadersEncoder.SensitivityDetector NOT_IN_TABLE =
      (name, value) ->
          switch (name.length()) {
            case 3 -> HttpHeaderNames.AGE.contentEquals(name);
            case 4 -> HttpHeaderNames.ETAG.contentEquals(name);
            case 10 -> HttpHeaderNames.SET_COOKIE.contentEquals(name);
            case 12 -> REQUEST_ID.contentEquals(name);
            case 13 -> HttpHeaderNames.LAST_MODIFIED.contentEquals(name);
            case 14 -> HttpHeaderNames.CONTENT_LENGTH.contentEquals(name);
            case 16 -> HITS.contentEquals(name);
            default -> false;
          };

  private final DefaultHttp2HeadersEncoder hpack =
      new DefaultHttp2HeadersEncoder(NOT_IN_TABLE, true);
  private final Http2ResponseFields shown = new Http2ResponseFields();

  // What the client has allowed since the last header block, which has to tell of it.
  private long leastTableBytes = TABLE_BYTES;
  private long tableBytes = TABLE_BYTES;
  private boolean tableChanged;

  // What was compressed last without changing the table, and what it came to.
  private @Nullable HeaderBlock known;
  private @Nullable CharSequence knownStatus;
  private @Nullable CharSequence knownDate;
  private byte[] knownBytes = {};

  /**
   * Bound of the client's decompression table (RFC 9113 §6.5.2). The next header block tells of the
   * least and the last value, however many there were (RFC 7541 §4.2).
   */
  void tableBytes(long bytes) {
    tableBytes = Math.min(bytes, TABLE_BYTES);
    leastTableBytes = Math.min(leastTableBytes, tableBytes);
    tableChanged = true;
  }

  private void changeTable() throws Http2Exception {
    tableChanged = false;
    hpack.configuration().maxHeaderTableSize(leastTableBytes);
    hpack.configuration().maxHeaderTableSize(tableBytes);
    leastTableBytes = tableBytes;
  }

  /**
   * Appends a header block: the status, then what the response has in common with others, and its
   * own fields.
   *
   * @param statusCode value of {@code :status}, or null for trailers
   */
  void encode(int streamId, @Nullable CharSequence statusCode, HttpHeaders fields, ByteBuf out) {
    try {
      if (tableChanged) {
        changeTable();
        known = null; // this block has to begin by saying so
      }
      HeaderBlock common = fields instanceof HeaderFields ours ? ours.common() : null;
      if (common != null) {
        encode(streamId, statusCode, (HeaderFields) fields, common, out);
        return;
      }
      int from = out.writerIndex();
      hpack.encodeHeaders(streamId, shown.show(statusCode, fields), out);
      if (changesTable(out, from)) {
        known = null;
      }
    } catch (Http2Exception e) {
      throw new IllegalStateException("neither list nor table exceeds a limit", e);
    } finally {
      shown.letGo();
    }
  }

  /**
   * Of the own fields the date is like the common ones: all responses of a second have the same.
   * Those that stay out of the table are written as they are; few have others.
   */
  @SuppressWarnings("ReferenceEquality") // constants; what is equal and not the same is no harm
  private void encode(
      int streamId,
      @Nullable CharSequence statusCode,
      HeaderFields fields,
      HeaderBlock common,
      ByteBuf out)
      throws Http2Exception {
    LiteralFields literals = LiteralFields.begin();
    CharSequence date = null;
    HeaderFields others = null;
    for (int i = 0; i < fields.ownSize(); i++) {
      CharSequence name = fields.ownName(i);
      CharSequence value = fields.ownValue(i);
      if (name == HttpHeaderNames.DATE && date == null) {
        date = value;
      } else if (name instanceof AsciiString constant && NOT_IN_TABLE.isSensitive(name, value)) {
        literals.add(FieldNames.of(constant).hpack(), value);
      } else {
        others = others == null ? HeaderFields.trusted() : others;
        others.addTrusted(name, value);
      }
    }
    if (known == common && knownStatus == statusCode && knownDate == date) {
      out.writeBytes(knownBytes);
    } else {
      encodeShared(streamId, statusCode, common, date, out);
    }
    int from = out.writerIndex();
    if (others != null) {
      hpack.encodeHeaders(streamId, shown.show(null, others), out);
      if (changesTable(out, from)) {
        known = null;
      }
    }
    literals.writeTo(out);
  }

  private void encodeShared(
      int streamId,
      @Nullable CharSequence statusCode,
      HeaderBlock common,
      @Nullable CharSequence date,
      ByteBuf out)
      throws Http2Exception {
    HeaderFields shared = HeaderFields.checked(common, 1);
    if (date != null) {
      shared.addTrusted(HttpHeaderNames.DATE, date);
    }
    int from = out.writerIndex();
    hpack.encodeHeaders(streamId, shown.show(statusCode, shared), out);
    if (changesTable(out, from)) {
      known = null;
      return;
    }
    known = common;
    knownStatus = statusCode;
    knownDate = date;
    knownBytes = new byte[out.writerIndex() - from];
    out.getBytes(from, knownBytes);
  }

  /**
   * Whether a header block that lies between the index and the end changes the compression table:
   * by a literal with indexing or a new size (RFC 7541 §6.2.1, §6.3).
   */
  static boolean changesTable(ByteBuf block, int from) {
    int at = from;
    while (at < block.writerIndex()) {
      int first = block.getByte(at);
      if (first < 0) {
        at = afterInteger(block, at, 0x7F); // an indexed field
      } else if ((first & 0x60) != 0) {
        return true;
      } else {
        at = afterInteger(block, at, 0x0F); // a literal without indexing
        at = (first & 0x0F) == 0 ? afterString(block, at) : at;
        at = afterString(block, at);
      }
    }
    return false;
  }

  /** Index behind an integer whose first byte has these bits for it (RFC 7541 §5.1). */
  private static int afterInteger(ByteBuf block, int from, int prefix) {
    int at = from;
    if ((block.getByte(at++) & prefix) == prefix) {
      while (block.getByte(at++) < 0) {
        // seven bits more
      }
    }
    return at;
  }

  /** Index behind a string (RFC 7541 §5.2). */
  private static int afterString(ByteBuf block, int from) {
    int length = block.getByte(from) & 0x7F;
    int at = from + 1;
    if (length == 0x7F) {
      int shift = 0;
      byte more;
      do {
        more = block.getByte(at++);
        length += (more & 0x7F) << shift;
        shift += 7;
      } while (more < 0);
    }
    return at + length;
  }

  @Override
  public void close() {
    hpack.close();
  }
}
