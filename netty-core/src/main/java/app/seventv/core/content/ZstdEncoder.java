package app.seventv.core.content;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;

/** RFC 8878 by Facebook's library. */
final class ZstdEncoder implements ContentEncoder {
  /** 512 KiB; far below the 8 MiB that every client must take (RFC 9659 §3). */
  static final int WINDOW_LOG = 19;

  private static final int STEP_BYTES = 16 << 10;

  private final ZstdCompressCtx context;

  ZstdEncoder(int level) {
    context = new ZstdCompressCtx().setLevel(level).setWindowLog(WINDOW_LOG);
  }

  @Override
  public void encode(ByteBuf in, Then then, ByteBuf out) throws IOException {
    ByteBuf direct = ByteBufAllocator.DEFAULT.directBuffer(in.readableBytes() + 1);
    try {
      direct.writeBytes(in);
      ByteBuffer source = direct.nioBuffer();
      EndDirective directive = directive(then);
      boolean done;
      do {
        done = step(source, directive, out);
      } while (!done || source.hasRemaining());
    } catch (ZstdException e) {
      throw new IOException("zstd encoder failed", e);
    } finally {
      direct.release();
    }
  }

  /** Codes into the buffer's free room; true once nothing waits inside the coder. */
  private boolean step(ByteBuffer source, EndDirective directive, ByteBuf out) {
    ByteBuf room = ByteBufAllocator.DEFAULT.directBuffer(STEP_BYTES, STEP_BYTES);
    try {
      ByteBuffer target = room.nioBuffer(0, STEP_BYTES);
      boolean done = context.compressDirectByteBufferStream(target, source, directive);
      room.writerIndex(target.position());
      out.writeBytes(room);
      return directive == EndDirective.CONTINUE || done;
    } finally {
      room.release();
    }
  }

  private static EndDirective directive(Then then) {
    return switch (then) {
      case MORE -> EndDirective.CONTINUE;
      case FLUSH -> EndDirective.FLUSH;
      case FINISH -> EndDirective.END;
    };
  }

  @Override
  public void close() {
    context.close();
  }
}
