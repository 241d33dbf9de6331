package app.seventv.core.http;

import static app.seventv.core.http.Http2Frames.ACK;
import static app.seventv.core.http.Http2Frames.CONTINUATION;
import static app.seventv.core.http.Http2Frames.DATA;
import static app.seventv.core.http.Http2Frames.END_HEADERS;
import static app.seventv.core.http.Http2Frames.END_STREAM;
import static app.seventv.core.http.Http2Frames.GOAWAY;
import static app.seventv.core.http.Http2Frames.HEADERS;
import static app.seventv.core.http.Http2Frames.HEADER_BYTES;
import static app.seventv.core.http.Http2Frames.MAX_PAYLOAD_BYTES;
import static app.seventv.core.http.Http2Frames.PING;
import static app.seventv.core.http.Http2Frames.RST_STREAM;
import static app.seventv.core.http.Http2Frames.SETTINGS;
import static app.seventv.core.http.Http2Frames.WINDOW_UPDATE;
import static app.seventv.core.http.Http2Frames.writeHeader;

import app.seventv.core.transport.LoopBuffers;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Error;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames. Whatever is small goes into one buffer per flush; only larger bodies travel as
 * slices of their own, without a copy.
 */
final class Http2Writer implements Closeable {
  /** Below this a copy costs less than a buffer of its own in the outbound queue. */
  private static final int MAX_COPIED_BYTES = 2_048;

  /** A batch is handed on above this, so that the channel's watermarks see it in time. */
  private static final int BATCH_BYTES = 16 << 10;

  /** A small frame, or a head of usual size, that is still to come. */
  private static final int ROOM_BYTES = 512;

  private final ChannelHandlerContext ctx;
  private final Http2HeaderEncoder encoder = new Http2HeaderEncoder();
  private @Nullable ByteBuf batch;

  Http2Writer(ChannelHandlerContext ctx) {
    this.ctx = ctx;
  }

  /** Bound of the client's decompression table (RFC 9113 §6.5.2). */
  void headerTableBytes(long bytes) {
    encoder.tableBytes(bytes);
  }

  /**
   * The batch, with room for more; one that has outgrown a small buffer moves to a large one, which
   * costs less than to have memory for it made.
   */
  private ByteBuf batch(int room) {
    ByteBuf out = batch;
    if (out != null && out.readableBytes() >= BATCH_BYTES) {
      push();
      out = null;
    }
    if (out == null) {
      out = ctx.alloc().directBuffer(LoopBuffers.SMALL_BYTES);
      batch = out;
    } else if (out.capacity() == LoopBuffers.SMALL_BYTES && out.writableBytes() < room) {
      batch = ctx.alloc().directBuffer(LoopBuffers.LARGE_BYTES).writeBytes(out);
      out.release();
      out = batch;
    }
    return out;
  }

  private ByteBuf batch() {
    return batch(ROOM_BYTES);
  }

  /**
   * Response head, or trailers.
   *
   * @param status status code, or 0 for trailers
   */
  void headers(int streamId, int status, HttpHeaders fields, boolean end) {
    CharSequence code = status == 0 ? null : HttpResponseStatus.valueOf(status).codeAsText();
    ByteBuf out = batch();
    int start = out.writerIndex();
    writeHeader(out, 0, HEADERS, END_HEADERS | (end ? END_STREAM : 0), streamId);
    int blockStart = out.writerIndex();
    encoder.encode(streamId, code, fields, out);
    int length = out.writerIndex() - blockStart;
    if (length <= MAX_PAYLOAD_BYTES) {
      out.setMedium(start, length);
    } else {
      splitBlock(out, start, streamId, end);
    }
  }

  /** RFC 9113 §4.3: a block that is too long for one frame goes on in CONTINUATION frames. */
  private static void splitBlock(ByteBuf out, int start, int streamId, boolean end) {
    int blockStart = start + HEADER_BYTES;
    ByteBuf block = out.copy(blockStart, out.writerIndex() - blockStart);
    out.writerIndex(start);
    int type = HEADERS;
    int flags = end ? END_STREAM : 0;
    while (block.isReadable()) {
      int length = Math.min(block.readableBytes(), MAX_PAYLOAD_BYTES);
      flags |= length == block.readableBytes() ? END_HEADERS : 0;
      writeHeader(out, length, type, flags, streamId);
      out.writeBytes(block, length);
      type = CONTINUATION;
      flags = 0;
    }
    block.release();
  }

  /** Part of a body, at most one frame long; takes its reference. */
  void data(int streamId, ByteBuf data, boolean end) {
    int length = data.readableBytes();
    boolean copied = length <= MAX_COPIED_BYTES;
    ByteBuf out = batch(HEADER_BYTES + (copied ? length : 0));
    writeHeader(out, length, DATA, end ? END_STREAM : 0, streamId);
    if (copied) {
      out.writeBytes(data);
      data.release();
    } else {
      push();
      ctx.write(data, ctx.voidPromise());
    }
  }

  /** The end of a body whose last part has already gone. */
  void endStream(int streamId) {
    writeHeader(batch(), 0, DATA, END_STREAM, streamId);
  }

  void rstStream(int streamId, Http2Error error) {
    ByteBuf out = batch();
    writeHeader(out, 4, RST_STREAM, 0, streamId);
    out.writeInt((int) error.code());
  }

  /**
   * Settings.
   *
   * @param pairs identifiers and values in turn
   */
  void settings(int... pairs) {
    ByteBuf out = batch();
    writeHeader(out, pairs.length / 2 * 6, SETTINGS, 0, 0);
    for (int i = 0; i < pairs.length; i += 2) {
      out.writeShort(pairs[i]);
      out.writeInt(pairs[i + 1]);
    }
  }

  void settingsAck() {
    writeHeader(batch(), 0, SETTINGS, ACK, 0);
  }

  void ping(boolean ack, long data) {
    ByteBuf out = batch();
    writeHeader(out, 8, PING, ack ? ACK : 0, 0);
    out.writeLong(data);
  }

  void windowUpdate(int streamId, int increment) {
    ByteBuf out = batch();
    writeHeader(out, 4, WINDOW_UPDATE, 0, streamId);
    out.writeInt(increment);
  }

  void goAway(int lastStreamId, Http2Error error, String reason) {
    byte[] debug = reason.getBytes(StandardCharsets.US_ASCII);
    ByteBuf out = batch();
    writeHeader(out, 8 + debug.length, GOAWAY, 0, 0);
    out.writeInt(lastStreamId);
    out.writeInt((int) error.code());
    out.writeBytes(debug);
  }

  /** Hands the batch to the channel. */
  void push() {
    ByteBuf out = batch;
    if (out != null) {
      batch = null;
      ctx.write(out, ctx.voidPromise());
    }
  }

  /** Frees what was not handed on. */
  @Override
  public void close() {
    encoder.close();
    if (batch != null) {
      batch.release();
      batch = null;
    }
  }
}
