package app.seventv.core.content;

import com.aayushatharva.brotli4j.encoder.Encoder;
import com.aayushatharva.brotli4j.encoder.EncoderJNI;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;

/** RFC 7932 by Google's library. */
final class BrotliEncoder implements ContentEncoder {
  /** 256 KiB: what a text of a page's size gains from, at a quarter of the default's memory. */
  private static final int WINDOW_BITS = 18;

  private final EncoderJNI.Wrapper encoder;
  private boolean closed;

  BrotliEncoder(int quality) throws IOException {
    encoder = new EncoderJNI.Wrapper(MAX_PART_BYTES, quality, WINDOW_BITS, Encoder.Mode.GENERIC);
  }

  @Override
  public void encode(ByteBuf in, Then then, ByteBuf out) throws IOException {
    if (closed) {
      throw new IllegalStateException("closed: the library's input buffer is freed memory now");
    }
    do {
      ByteBuffer input = encoder.getInputBuffer();
      input.clear();
      int part = Math.min(in.readableBytes(), input.remaining());
      input.limit(part);
      in.readBytes(input);
      boolean last = !in.isReadable();
      push(last ? operation(then) : EncoderJNI.Operation.PROCESS, part, out);
    } while (in.isReadable());
  }

  private static EncoderJNI.Operation operation(Then then) {
    return switch (then) {
      case MORE -> EncoderJNI.Operation.PROCESS;
      case FLUSH -> EncoderJNI.Operation.FLUSH;
      case FINISH -> EncoderJNI.Operation.FINISH;
    };
  }

  private void push(EncoderJNI.Operation operation, int count, ByteBuf out) throws IOException {
    encoder.push(operation, count);
    while (true) {
      if (!encoder.isSuccess()) {
        throw new IOException("brotli encoder failed");
      } else if (encoder.hasMoreOutput()) {
        out.writeBytes(encoder.pull());
      } else if (encoder.hasRemainingInput()) {
        encoder.push(operation, 0);
      } else {
        return;
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      encoder.destroy();
    }
  }
}
