package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http3.Http3ErrorCode;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Decodes the field sections that a client sends (RFC 9114 §4.2), within their bound. */
final class Http3Sections implements BiConsumer<CharSequence, CharSequence> {
  /**
   * A larger field section closes the connection; up to here, above our own bound, the request is
   * answered with 431.
   */
  private static final int MIN_LIMIT_BYTES = 64 << 10;

  /** What a field counts besides its octets (RFC 9114 §4.2.2). */
  private static final int FIELD_OVERHEAD_BYTES = 32;

  private final Http3Connection connection;
  private final Http3FieldLines lines;
  private final int maxBytes;
  private @Nullable BiConsumer<CharSequence, CharSequence> fields;
  private long bytes;

  Http3Sections(Http3Connection connection, Http3FieldLines lines) {
    this.connection = connection;
    this.lines = lines;
    this.maxBytes = Math.max(MIN_LIMIT_BYTES, connection.limits().maxHeaderListBytes());
  }

  /** Largest section. */
  int maxBytes() {
    return maxBytes;
  }

  /** Decodes a section; false if that has ended the connection. */
  boolean decode(ByteBuf section, BiConsumer<CharSequence, CharSequence> receiver) {
    fields = receiver;
    bytes = 0;
    if (!lines.decode(section, this)) {
      connection.violated(Http3ErrorCode.QPACK_DECOMPRESSION_FAILED);
    } else if (bytes > maxBytes) {
      connection.violated(Http3ErrorCode.H3_EXCESSIVE_LOAD);
    }
    fields = null;
    return !connection.isOver();
  }

  /** The next field. */
  @Override
  public void accept(CharSequence name, CharSequence value) {
    bytes += (long) name.length() + value.length() + FIELD_OVERHEAD_BYTES;
    BiConsumer<CharSequence, CharSequence> receiver = fields;
    if (bytes <= maxBytes && receiver != null) {
      receiver.accept(name, value);
    }
  }
}
