package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** Response side of an HTTP/1.1 connection: framing, and whether the client takes what it gets. */
final class Http1Writer {
  private static final ByteBuf LINE_END = constant("\r\n");
  private static final ByteBuf CONTINUE = constant("HTTP/1.1 100 Continue\r\n\r\n");

  /** How the end of the streamed body under way is told (RFC 9112 §6.3). */
  private enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    CLOSE
  }

  private final ChannelHandlerContext ctx;
  private Framing framing = Framing.NONE;
  private long queuedBytes;
  private long waitingAtLastLook;
  private long takenAtLastLook;
  private long queuedAtLastLook;

  Http1Writer(ChannelHandlerContext ctx) {
    this.ctx = ctx;
  }

  private static ByteBuf constant(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer(bytes.length).writeBytes(bytes).asReadOnly());
  }

  /** Queues the interim response that lets the client send its body. */
  void sendContinue() {
    queue(CONTINUE.duplicate());
  }

  /** Queues a whole response; takes the body's reference. */
  void sendResponse(int status, HttpHeaders headers, ByteBuf body) {
    Http1ResponseEncoder encoder = Http1ResponseEncoder.ofLoop();
    if (Http1ResponseEncoder.copies(body)) {
      ByteBuf both;
      try {
        both = encoder.response(alloc(), status, headers, body);
      } finally {
        body.release();
      }
      queue(both);
    } else {
      queue(encoder.head(alloc(), status, headers, false));
      queue(body);
    }
  }

  /**
   * Queues the head of a streamed response.
   *
   * @param bodiless the response has no body whatever its fields say: HEAD, 204, 304
   * @return whether the connection must close to end the body
   */
  boolean sendHead(int status, HttpHeaders headers, boolean bodiless, boolean http10) {
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    if (bodiless) {
      framing = Framing.NONE;
    } else if (length != null) {
      framing = Framing.LENGTH;
    } else if (http10) {
      framing = Framing.CLOSE;
      headers.set(HttpHeaderNames.CONNECTION, "close");
    } else {
      framing = Framing.CHUNKED;
    }
    boolean chunked = framing == Framing.CHUNKED;
    queue(Http1ResponseEncoder.ofLoop().head(alloc(), status, headers, chunked));
    return framing == Framing.CLOSE;
  }

  /** Queues a part of the body, which is within its announced length; takes its reference. */
  void sendData(ByteBuf data) {
    switch (framing) {
      case NONE -> data.release();
      case CHUNKED -> sendChunk(data, data.readableBytes());
      case LENGTH, CLOSE -> queue(data);
    }
  }

  private void sendChunk(ByteBuf data, int size) {
    Http1ResponseEncoder encoder = Http1ResponseEncoder.ofLoop();
    if (Http1ResponseEncoder.copies(data)) {
      ByteBuf chunk;
      try {
        chunk = encoder.chunk(alloc(), data);
      } finally {
        data.release();
      }
      queue(chunk);
    } else {
      queue(encoder.chunkSize(alloc(), size));
      queue(data);
      queue(LINE_END.duplicate());
    }
  }

  /**
   * Queues a part of the body that the kernel copies from a file; takes its reference.
   *
   * @return false if only buffers will do; the reference stays with the caller then
   */
  boolean sendFile(FileRegion region) {
    if (framing != Framing.LENGTH) {
      return false;
    }
    queuedBytes += region.count();
    ctx.write(region, ctx.voidPromise());
    return true;
  }

  /** Queues the end of a streamed response. */
  void sendEnd(HttpHeaders trailers) {
    if (framing == Framing.CHUNKED) {
      queue(Http1ResponseEncoder.ofLoop().lastChunk(alloc(), trailers));
    }
    framing = Framing.NONE;
  }

  private void queue(ByteBuf bytes) {
    queuedBytes += bytes.readableBytes();
    ctx.write(bytes, ctx.voidPromise());
  }

  private ByteBufAllocator alloc() {
    return ctx.alloc();
  }

  /** Whether bytes wait for the client now. */
  boolean waiting() {
    return waitingBytes() > 0;
  }

  /** Whether anything was sent since the last look. */
  boolean hasQueuedSinceLastLook() {
    return queuedBytes != queuedAtLastLook;
  }

  /**
   * Whether the client takes what waits for it: all that waited at the last look, or as much as the
   * rate asks for. What counts is progress, not time: a slow download may last.
   *
   * @param bytesWanted what the rate makes of the time since the last look
   */
  boolean progresses(long bytesWanted) {
    long waiting = waitingBytes();
    long taken = queuedBytes - waiting;
    long wanted = Math.min(waitingAtLastLook, Math.max(1, bytesWanted));
    boolean progresses = taken - takenAtLastLook >= wanted;
    waitingAtLastLook = waiting;
    takenAtLastLook = taken;
    queuedAtLastLook = queuedBytes;
    return progresses;
  }

  private long waitingBytes() {
    ChannelOutboundBuffer out = ctx.channel().unsafe().outboundBuffer();
    return out == null ? 0 : out.totalPendingWriteBytes() - out.currentProgress();
  }
}
