package app.seventv.core.content;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Codes whole bodies by zstd, each in one call. A coder's tables take up to a megabyte, which would
 * be mapped and cleared anew for each body; so a few coders stay, with the arrays they work in.
 */
final class ZstdBodies {
  /** Coders that wait for work; no more than that can work at once. */
  static final int MAX_IDLE = Runtime.getRuntime().availableProcessors();

  /** A coder whose arrays have grown larger than this is not kept. */
  static final int MAX_KEPT_BYTES = 4 << 20;

  private static final ArrayBlockingQueue<ZstdBodies> IDLE = new ArrayBlockingQueue<>(MAX_IDLE);

  private final ZstdCompressCtx context =
      new ZstdCompressCtx().setWindowLog(ZstdEncoder.WINDOW_LOG);
  private byte[] source = new byte[0];
  private byte[] target = new byte[0];

  private ZstdBodies() {}

  /**
   * The coded form of the readable bytes, which stay; the caller owns the result.
   *
   * @throws IOException if the native coder fails
   */
  static ByteBuf encode(ByteBuf body, int level) throws IOException {
    ZstdBodies idle = IDLE.poll();
    ZstdBodies coder = idle == null ? new ZstdBodies() : idle;
    boolean kept = false;
    try {
      ByteBuf encoded = coder.run(body, level);
      kept = coder.source.length + coder.target.length <= MAX_KEPT_BYTES && IDLE.offer(coder);
      return encoded;
    } catch (ZstdException e) {
      throw new IOException("zstd encoder failed", e);
    } finally {
      if (!kept) {
        coder.context.close();
      }
    }
  }

  /** Coders that wait for work now. */
  static int idle() {
    return IDLE.size();
  }

  private ByteBuf run(ByteBuf body, int level) {
    int length = body.readableBytes();
    int bound = Math.toIntExact(Zstd.compressBound(length));
    target = target.length < bound ? new byte[bound] : target;
    byte[] from;
    int offset;
    if (body.hasArray()) {
      from = body.array();
      offset = body.arrayOffset() + body.readerIndex();
    } else {
      source = source.length < length ? new byte[length] : source;
      body.getBytes(body.readerIndex(), source, 0, length);
      from = source;
      offset = 0;
    }
    context.setLevel(level);
    int size = context.compressByteArray(target, 0, target.length, from, offset, length);
    return ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, size)).writeBytes(target, 0, size);
  }
}
