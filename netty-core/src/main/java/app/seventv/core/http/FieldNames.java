package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http3.StaticQpack;
import io.netty.util.AsciiString;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How names of response fields are sent. Programs have a few dozen constants for them, which are
 * encoded once.
 *
 * @param http1 with what stands between it and a value (RFC 9112 §5)
 * @param hpack as the name of a literal that is never indexed (RFC 7541 §6.2.3)
 * @param qpack as that of a literal (RFC 9204 §4.5.4, §4.5.6)
 * @param sendable false for the fields of connections, which HTTP/2 and 3 do not have
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose, and never changed
record FieldNames(byte[] http1, byte[] hpack, byte[] qpack, boolean sendable) {
  private static final int MAX_KNOWN = 256;
  private static final ConcurrentMap<AsciiString, FieldNames> KNOWN = new ConcurrentHashMap<>();

  /** A name in whatever case. */
  static FieldNames of(AsciiString name) {
    FieldNames known = KNOWN.get(name);
    return known == null ? encode(name) : known;
  }

  private static FieldNames encode(AsciiString name) {
    String lower = Http3ResponseFields.lowerCase(name);
    FieldNames made =
        new FieldNames(
            http1(name),
            hpack(lower),
            qpack(lower),
            !Http2Fields.isConnectionSpecific(AsciiString.of(lower)));
    if (KNOWN.size() < MAX_KNOWN) {
      KNOWN.put(name, made);
    }
    return made;
  }

  private static byte[] http1(AsciiString name) {
    byte[] line = new byte[name.length() + 2];
    int at = FieldText.put(name, line, 0);
    line[at++] = ':';
    line[at] = ' ';
    return line;
  }

  /** Encodes a field without a value, and leaves out the byte that says so. */
  private static byte[] hpack(String lower) {
    ByteBuf line = Unpooled.buffer();
    try (var encoder = new DefaultHttp2HeadersEncoder((name, value) -> true, true)) {
      encoder.encodeHeaders(1, new DefaultHttp2Headers(false).add(lower, ""), line);
    } catch (Http2Exception e) {
      throw new IllegalStateException("one field exceeds no limit", e);
    }
    return bytes(line, line.readableBytes() - 1);
  }

  private static byte[] qpack(String lower) {
    ByteBuf line = Unpooled.buffer();
    StaticQpack.addName(line, lower);
    return bytes(line, line.readableBytes());
  }

  private static byte[] bytes(ByteBuf from, int count) {
    byte[] bytes = new byte[count];
    from.readBytes(bytes).release();
    return bytes;
  }
}
