package app.seventv.core.content;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** RFC 8878 by Facebook's library, any number of frames. */
final class ZstdDecoder implements ContentDecoder {
  /** 8 MiB: nobody may use more as a content coding (RFC 9659 §3). */
  private static final int MAX_WINDOW_LOG = 23;

  private final ZstdDecompressCtx context = new ZstdDecompressCtx().setLongMax(MAX_WINDOW_LOG);
  private boolean begun;
  private boolean frameEnded;
  private boolean outputWaits;

  @Override
  public @Nullable ByteBuf next(ByteBuf in) throws IOException {
    while (in.isReadable() || outputWaits) {
      ByteBuf piece = step(in);
      if (piece != null) {
        return piece;
      }
    }
    return null;
  }

  private @Nullable ByteBuf step(ByteBuf in) throws IOException {
    ByteBufAllocator alloc = ByteBufAllocator.DEFAULT;
    boolean copied = !in.isDirect() || in.nioBufferCount() != 1;
    ByteBuf direct = copied ? alloc.directBuffer(in.readableBytes() + 1) : in;
    ByteBuf piece = alloc.directBuffer(PIECE_BYTES, PIECE_BYTES);
    try {
      if (copied) {
        direct.writeBytes(in, in.readerIndex(), in.readableBytes());
      }
      ByteBuffer source = direct.nioBuffer();
      ByteBuffer target = piece.nioBuffer(0, PIECE_BYTES);
      int before = source.position();
      begun = true;
      frameEnded = context.decompressDirectByteBufferStream(target, source);
      in.skipBytes(source.position() - before);
      outputWaits = !frameEnded && !target.hasRemaining();
      int n = target.position();
      return n == 0 ? null : piece.writerIndex(n).retain();
    } catch (ZstdException e) {
      throw new IOException("broken zstd data", e);
    } finally {
      piece.release();
      if (copied) {
        direct.release();
      }
    }
  }

  @Override
  public boolean isComplete() {
    return begun && frameEnded;
  }

  @Override
  public void close() {
    context.close();
  }
}
