package app.seventv.core.content;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Decodes one body, part by part, a bounded piece at a time. Holds native memory until it is
 * closed; not thread-safe.
 */
interface ContentDecoder extends AutoCloseable {
  /** Largest piece that {@link #next} gives out. */
  int PIECE_BYTES = 16 << 10;

  /**
   * Decodes what comes next.
   *
   * @param in coded bytes; what is used is consumed
   * @return a piece, or null when more input is needed
   * @throws IOException if the bytes break the format
   */
  @Nullable ByteBuf next(ByteBuf in) throws IOException;

  /** Whether the body may end here. */
  boolean isComplete();

  @Override
  void close();

  /**
   * A decoder.
   *
   * @param maxBytes of the largest body that will be accepted; what only larger ones need is
   *     refused, with an {@link app.seventv.core.http.HttpError}
   */
  static ContentDecoder of(ContentCoding coding, int maxBytes) throws IOException {
    return switch (coding.loaded()) {
      case GZIP -> new InflateDecoder(true);
      case DEFLATE -> new InflateDecoder(false);
      case BR -> new BrotliDecoder(maxBytes);
      case ZSTD -> new ZstdDecoder();
      case IDENTITY -> throw new IllegalArgumentException("nothing to decode");
    };
  }
}
