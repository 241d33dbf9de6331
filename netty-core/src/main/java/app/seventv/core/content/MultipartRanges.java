package app.seventv.core.content;

import app.seventv.core.content.ByteRanges.ByteRange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * The {@code multipart/byteranges} form of several ranges (RFC 9110 §14.6): all of it but the bytes
 * of the ranges themselves.
 */
final class MultipartRanges {
  /** Enough random bytes that nobody can put the boundary into the content beforehand. */
  private static final int BOUNDARY_BYTES = 16;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final String boundary;
  private final List<ByteRange> ranges;
  private final List<String> heads;
  private final String end;

  private MultipartRanges(String boundary, Representation representation, List<ByteRange> ranges) {
    this.boundary = boundary;
    this.ranges = ranges;
    this.heads =
        ranges.stream()
            .map(range ->
                "\r\n--"
                    + boundary
                    + "\r\ncontent-type: "
                    + representation.contentType()
                    + "\r\ncontent-range: "
                    + ConditionalResponse.contentRange(range, representation)
                    + "\r\n\r\n")
            .toList();
    this.end = "\r\n--" + boundary + "--\r\n";
  }

  static MultipartRanges of(Representation representation, List<ByteRange> ranges) {
    byte[] random = new byte[BOUNDARY_BYTES];
    RANDOM.nextBytes(random);
    return new MultipartRanges(HexFormat.of().formatHex(random), representation, ranges);
  }

  List<ByteRange> ranges() {
    return ranges;
  }

  /** Bytes of the whole body. */
  long length() {
    long length = end.length();
    for (int i = 0; i < ranges.size(); i++) {
      length += heads.get(i).length() + ranges.get(i).length();
    }
    return length;
  }

  /** Sets the type of the whole; each part tells its own. */
  void describe(HttpHeaders headers) {
    headers.set(HttpHeaderNames.CONTENT_TYPE, "multipart/byteranges; boundary=" + boundary);
  }

  /** What stands before the bytes of a range. */
  ByteBuf head(int index) {
    return Unpooled.wrappedBuffer(heads.get(index).getBytes(StandardCharsets.ISO_8859_1));
  }

  /** What stands behind the last range. */
  ByteBuf end() {
    return Unpooled.wrappedBuffer(end.getBytes(StandardCharsets.ISO_8859_1));
  }
}
