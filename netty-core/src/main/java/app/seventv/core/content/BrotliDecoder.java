package app.seventv.core.content;

import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** RFC 7932 by Google's library; its window is at most 16 MiB, allocated as it fills. */
final class BrotliDecoder implements ContentDecoder {
  private static final int INPUT_BYTES = 8 << 10;

  private final DecoderJNI.Wrapper decoder;
  private boolean pulled;
  private boolean done;

  BrotliDecoder() throws IOException {
    decoder = new DecoderJNI.Wrapper(INPUT_BYTES);
  }

  @Override
  public @Nullable ByteBuf next(ByteBuf in) throws IOException {
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
    decoder.destroy();
  }
}
