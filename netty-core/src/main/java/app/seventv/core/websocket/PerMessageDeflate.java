package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Payload transformation of permessage-deflate (RFC 7692 §7.2).
 *
 * <p>Both sides have agreed to start every message with an empty window. So one pair of codecs
 * serves all sessions of a thread, and an idle session holds nothing.
 */
final class PerMessageDeflate {
  /** How inflating ended. */
  enum Result {
    OK,
    NOT_UTF8,
    TOO_BIG,
    MALFORMED
  }

  /** What {@link Deflater#SYNC_FLUSH} ends with and RFC 7692 §7.2.1 takes off. */
  private static final int TAIL_BYTES = 4;

  /**
   * The tail, then an empty final block: only data that ends at the end of a block, as it must,
   * makes the inflater finish exactly there.
   */
  private static final byte[] TAIL_AND_END = {0, 0, -1, -1, 1, 0, 0, -1, -1};

  private static final byte[] NOTHING = {};

  private static final FastThreadLocal<PerMessageDeflate> OF_THREAD =
      new FastThreadLocal<>() {
        @Override
        protected PerMessageDeflate initialValue() {
          return new PerMessageDeflate();
        }

        @Override
        protected void onRemoval(PerMessageDeflate codecs) {
          codecs.inflater.end();
          for (Deflater deflater : codecs.deflaters) {
            if (deflater != null) {
              deflater.end();
            }
          }
        }
      };

  private final Inflater inflater = new Inflater(true);

  /** By level: changing the level of one costs a flush in the midst of the next message. */
  private final @Nullable Deflater[] deflaters = new Deflater[Deflater.BEST_COMPRESSION + 1];

  private final byte[] probe = new byte[1];

  private PerMessageDeflate() {}

  /** The codecs of the calling thread. */
  static PerMessageDeflate ofThread() {
    return OF_THREAD.get();
  }

  /**
   * Inflates a message.
   *
   * @param compressed all its bytes; indices stay as they are
   * @param out gets the message; its maximum capacity is the message's
   * @param text whether to check that the message is UTF-8
   */
  Result inflate(ByteBuf compressed, ByteBuf out, boolean text) {
    if (!compressed.isReadable()) {
      return Result.OK;
    }
    inflater.reset();
    try {
      inflater.setInput(compressed.nioBuffer());
      int utf8 = drain(out, text, Utf8.BOUNDARY);
      while (utf8 >= 0 && inflater.finished() && inflater.getRemaining() > 0) {
        utf8 = restart(compressed, out, text, utf8);
      }
      boolean endsWithFinalBlock = inflater.finished();
      if (utf8 >= 0 && !endsWithFinalBlock) {
        inflater.setInput(TAIL_AND_END);
        utf8 = drain(out, text, utf8);
      }
      if (utf8 == TOO_BIG) {
        return Result.TOO_BIG;
      }
      if (utf8 == Utf8.REJECTED || (utf8 != Utf8.BOUNDARY && text)) {
        return Result.NOT_UTF8;
      }
      return inflater.finished() && inflater.getRemaining() == 0 ? Result.OK : Result.MALFORMED;
    } catch (DataFormatException e) {
      return Result.MALFORMED;
    } finally {
      inflater.setInput(NOTHING); // keeps no hold on the message's memory
    }
  }

  /** After a final block, which RFC 7692 §7.2.3.4 allows, the rest is a stream of its own. */
  private int restart(ByteBuf compressed, ByteBuf out, boolean text, int utf8)
      throws DataFormatException {
    int rest = inflater.getRemaining();
    inflater.reset();
    inflater.setInput(compressed.nioBuffer(compressed.writerIndex() - rest, rest));
    return drain(out, text, utf8);
  }

  private static final int TOO_BIG = -2;

  /** Inflates until the input is used up; returns the state of the text, or what is wrong. */
  private int drain(ByteBuf out, boolean text, int utf8) throws DataFormatException {
    int state = utf8;
    while (true) {
      if (!out.isWritable() && out.capacity() == out.maxCapacity()) {
        return inflater.inflate(probe) > 0 ? TOO_BIG : state;
      }
      out.ensureWritable(1);
      int start = out.writerIndex();
      int produced = inflater.inflate(out.internalNioBuffer(start, out.writableBytes()));
      out.writerIndex(start + produced);
      if (text) {
        state = Utf8.advance(state, out, start, start + produced);
      }
      if (state < 0 || (produced == 0 && (inflater.needsInput() || inflater.finished()))) {
        return state;
      }
    }
  }

  /**
   * A compressed frame of a message, or null if compression does not make it smaller.
   *
   * @param payload the message; indices stay as they are
   * @param level 1 to 9
   */
  @Nullable ByteBuf frame(ByteBufAllocator alloc, int opcode, ByteBuf payload, int level) {
    int length = payload.readableBytes();
    int room = WebSocketFrames.MAX_HEADER_BYTES + length - 1 + TAIL_BYTES;
    ByteBuf out = alloc.buffer(Math.min(room, 256 + length / 2), room);
    if (!deflate(payload, out.writerIndex(WebSocketFrames.MAX_HEADER_BYTES), level)) {
      out.release();
      return null;
    }
    out.writerIndex(out.writerIndex() - TAIL_BYTES);
    int compressedLength = out.writerIndex() - WebSocketFrames.MAX_HEADER_BYTES;
    int headerBytes = WebSocketFrames.headerBytes(compressedLength);
    int end = out.writerIndex();
    int start = WebSocketFrames.MAX_HEADER_BYTES - headerBytes;
    out.setIndex(start, start);
    WebSocketFrames.writeHeader(out, WebSocketFrames.RSV1 | opcode, compressedLength);
    return out.writerIndex(end);
  }

  /** Whether the message and the tail fit into the buffer. */
  private boolean deflate(ByteBuf payload, ByteBuf out, int level) {
    Deflater deflater = deflaters[level];
    if (deflater == null) {
      deflaters[level] = deflater = new Deflater(level, true);
    }
    deflater.reset();
    try {
      deflater.setInput(payload.nioBuffer());
      while (true) {
        if (!out.isWritable() && out.capacity() == out.maxCapacity()) {
          return false;
        }
        out.ensureWritable(1);
        int start = out.writerIndex();
        int room = out.writableBytes();
        int produced = deflater.deflate(out.internalNioBuffer(start, room), Deflater.SYNC_FLUSH);
        out.writerIndex(start + produced);
        if (produced < room) {
          return true; // a full buffer may hide more output
        }
      }
    } finally {
      deflater.setInput(NOTHING);
    }
  }
}
