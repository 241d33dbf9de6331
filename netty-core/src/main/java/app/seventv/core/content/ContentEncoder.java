package app.seventv.core.content;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Codes one body, part by part. Holds native memory until it is closed; not thread-safe. */
interface ContentEncoder extends AutoCloseable {
  /** What follows the bytes that are encoded. */
  enum Then {
    /** More: the coder may keep bytes back. */
    MORE,
    /** Perhaps nothing for a while: whatever was put in must come out. */
    FLUSH,
    /** Nothing any more. */
    FINISH
  }

  /** Largest part that is coded at once; bounds the work between two looks at other events. */
  int MAX_PART_BYTES = 32 << 10;

  /**
   * Codes the readable bytes, which it consumes.
   *
   * @param out grows as needed
   * @throws IOException if the native coder fails
   */
  void encode(ByteBuf in, Then then, ByteBuf out) throws IOException;

  @Override
  void close();

  /**
   * A coder.
   *
   * @param level as {@link Compression.Builder#level} takes it
   */
  static ContentEncoder of(ContentCoding coding, int level) throws IOException {
    return switch (coding.loaded()) {
      case GZIP -> new DeflateEncoder(true, level);
      case DEFLATE -> new DeflateEncoder(false, level);
      case BR -> new BrotliEncoder(level);
      case ZSTD -> new ZstdEncoder(level);
      case IDENTITY -> throw new IllegalArgumentException("nothing to encode");
    };
  }
}
