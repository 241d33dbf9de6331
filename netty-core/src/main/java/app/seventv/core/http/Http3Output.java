package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.QuicheStreams;
import java.util.ArrayDeque;

/**
 * What is to be sent on one stream, until quiche takes it. Confined to the loop, but for {@link
 * #isWritable} and {@link #room}.
 */
final class Http3Output {
  /** Bodies up to this size are copied behind their frame header: one call of quiche less. */
  private static final int COPY_BYTES = 4 << 10;

  private final QuicheStreams quic;
  private final long id;
  private final int lowBytes;
  private final int highBytes;
  private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>(2);
  private volatile int size;
  private volatile boolean writable = true;
  private boolean endWanted;
  private boolean ended;
  private boolean refused;
  private long sentBytes;

  Http3Output(QuicheStreams quic, long id, HttpLimits limits) {
    this.quic = quic;
    this.id = id;
    lowBytes = limits.writeLowWatermarkBytes();
    highBytes = limits.writeHighWatermarkBytes();
  }

  /** Appends a part, whose reference it takes. */
  void add(ByteBufAllocator alloc, ByteBuf part) {
    int length = part.readableBytes();
    if (endWanted || refused || length == 0) {
      part.release();
      return;
    }
    int all = size + length;
    size = all;
    if (all >= highBytes) {
      writable = false;
    }
    if (part.isDirect() && part.nioBufferCount() == 1) {
      parts.add(part);
    } else {
      parts.add(alloc.directBuffer(length).writeBytes(part));
      part.release();
    }
  }

  /** What {@link #addData} may write into the buffer it is given, for a body of this length. */
  static int roomFor(int length) {
    return Http3Frames.MAX_FRAME_HEADER_BYTES + (length <= COPY_BYTES ? length : 0);
  }

  /**
   * Appends a DATA frame (RFC 9114 §7.2.1), if there is a body, behind other frames.
   *
   * @param before those frames, with {@link #roomFor} more; its reference is taken
   * @param body whose reference is taken
   */
  void addData(ByteBufAllocator alloc, ByteBuf before, ByteBuf body) {
    int length = body.readableBytes();
    if (length > 0) {
      Http3Frames.writeHeader(before, Http3Frames.DATA, length);
    }
    if (length <= COPY_BYTES) {
      before.writeBytes(body, body.readerIndex(), length);
      body.release();
      add(alloc, before);
    } else {
      add(alloc, before);
      add(alloc, body);
    }
  }

  /** Nothing follows. */
  void end() {
    endWanted = true;
  }

  /** Gives quiche as much as it takes. */
  void write() {
    while (!refused && !ended) {
      ByteBuf part = parts.peek();
      if (part == null && !endWanted) {
        return;
      }
      boolean last = endWanted && parts.size() <= 1;
      int length = part == null ? 0 : part.readableBytes();
      int taken = quic.write(id, part == null ? Unpooled.EMPTY_BUFFER : part, last);
      if (taken == QuicheStreams.DONE) {
        return;
      }
      if (taken < 0) {
        refused = true;
        return;
      }
      sentBytes += taken;
      int rest = size - taken;
      size = rest;
      if (taken < length) {
        part.skipBytes(taken);
        return;
      }
      if (part != null) {
        parts.remove().release();
      }
      ended = last;
    }
  }

  /** Whether something waits for the client's windows or the network. */
  boolean isBlocked() {
    return !refused && !ended && (endWanted || !parts.isEmpty());
  }

  /** Whether quiche has taken everything, the end included. */
  boolean isEnded() {
    return ended;
  }

  /** Whether the client has asked to stop, or the connection is gone. */
  boolean isRefused() {
    return refused;
  }

  /** Bytes that quiche has taken. */
  long sentBytes() {
    return sentBytes;
  }

  /** False from the high watermark until below the low one. */
  boolean isWritable() {
    return writable;
  }

  /** Bytes below the high watermark. */
  int room() {
    return Math.max(0, highBytes - size);
  }

  /** Notes that less than the low watermark waits; true if it was unwritable before. */
  boolean becameWritable() {
    if (!writable && !refused && size <= lowBytes) {
      writable = true;
      return true;
    }
    return false;
  }

  /** Throws away what waits; nothing may be sent any more. */
  void close() {
    refused = true;
    writable = false;
    size = 0;
    for (ByteBuf part = parts.poll(); part != null; part = parts.poll()) {
      part.release();
    }
  }
}
