package app.seventv.core.content;

import app.seventv.core.http.HttpError;
import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * RFC 7932 by Google's library. It fills its whole window before it gives out the first byte, so
 * the window bounds the work that a few bytes can ask for.
 */
final class BrotliDecoder implements ContentDecoder {
  private static final int INPUT_BYTES = 8 << 10;

  /** 4 MiB, the default of all encoders, which do not look at the size of the body. */
  private static final int USUAL_WINDOW_BITS = 22;

  private final DecoderJNI.Wrapper decoder;
  private final int maxWindowBits;
  private boolean begun;
  private boolean pulled;
  private boolean done;
  private boolean closed;

  /**
   * @param maxBytes of the body; a window that is larger than this and larger than usual is refused
   */
  BrotliDecoder(int maxBytes) throws IOException {
    decoder = new DecoderJNI.Wrapper(INPUT_BYTES);
    int bodyBits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, maxBytes) - 1);
    maxWindowBits = Math.max(USUAL_WINDOW_BITS, bodyBits);
  }

  /** Bits of the window's size (RFC 7932 §9.1). */
  static int windowBits(int firstByte) {
    if ((firstByte & 1) == 0) {
      return 16;
    }
    int above17 = firstByte >> 1 & 7;
    if (above17 != 0) {
      return 17 + above17;
    }
    int above8 = firstByte >> 4 & 7;
    return above8 == 0 ? 17 : 8 + above8;
  }

  @Override
  public @Nullable ByteBuf next(ByteBuf in) throws IOException {
    if (closed) {
      throw new IllegalStateException("closed: the library's input buffer is freed memory now");
    }
    while (true) {
      if (decoder.hasOutput()) {
        pulled = true;
        return copy(decoder.pull(PIECE_BYTES));
      }
      switch (decoder.getStatus()) {
        case ERROR -> throw new IOException("broken brotli data");
        case DONE -> {
          done = true;
          if (in.isReadable()) {
            throw new IOException("bytes behind the end");
          }
          return null;
        }
        case NEEDS_MORE_INPUT -> {
          if (pulled) {
            // After a pull this status means only that the input was read: there may be more to
            // come.
            pulled = false;
            decoder.push(0);
            continue;
          }
          if (!in.isReadable()) {
            return null;
          }
          if (!begun) {
            begun = true;
            if (windowBits(in.getUnsignedByte(in.readerIndex())) > maxWindowBits) {
              throw new HttpError(413, "the window of the coding is larger than any body may be");
            }
          }
          ByteBuffer input = decoder.getInputBuffer();
          input.clear();
          int count = Math.min(in.readableBytes(), input.remaining());
          input.limit(count);
          in.readBytes(input);
          decoder.push(count);
        }
        case NEEDS_MORE_OUTPUT, OK -> decoder.push(0);
      }
    }
  }

  /** The library's own memory is overwritten by the next call. */
  private static ByteBuf copy(ByteBuffer output) {
    int length = output.remaining();
    return ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, length)).writeBytes(output);
  }

  @Override
  public boolean isComplete() {
    return done;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      decoder.destroy();
    }
  }
}
