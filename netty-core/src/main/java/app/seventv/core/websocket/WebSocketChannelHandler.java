package app.seventv.core.websocket;

import app.seventv.core.http.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Frames in and out of one connection, without an object per frame (RFC 6455 §5).
 *
 * <p>While nothing is half received the session holds no buffer: {@code partial} and {@code
 * message} are null.
 */
final class WebSocketChannelHandler extends ChannelInboundHandlerAdapter implements WebSocket {
  private static final int FIN = 0x80;
  private static final int RSV = 0x70;
  private static final int MASKED = 0x80;

  /** Kept until the listener has seen it: its header fields would be most of an idle session. */
  private @Nullable Request request;

  private final WebSocketOptions options;
  private final WebSocketListener listener;
  private @Nullable ChannelHandlerContext context;

  /** Bytes of a frame whose rest has not arrived. */
  private @Nullable ByteBuf partial;

  /** Fragments of a message whose rest has not arrived. */
  private @Nullable CompositeByteBuf message;

  private int messageOpcode;
  private @Nullable Utf8Validator utf8;
  private boolean closeSent;
  private boolean closeReceived;
  private boolean failed;
  private boolean ended;
  private int closeCode = CloseCode.ABNORMAL;
  private String closeReason = "";

  WebSocketChannelHandler(Request request, WebSocketOptions options, WebSocketListener listener) {
    this.request = request;
    this.options = options;
    this.listener = listener;
  }

  void opened() {
    listener.onOpen(this);
    request = null;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  // Inbound.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object received) {
    if (!(received instanceof ByteBuf data)) {
      io.netty.util.ReferenceCountUtil.release(received);
      return;
    }
    ByteBuf in = data;
    ByteBuf kept = partial;
    if (kept != null) {
      partial = null;
      in = kept.writeBytes(data);
      data.release();
    }
    try {
      while (!failed && !closeReceived && frame(in)) {
        // one frame per turn
      }
      if (!failed && !closeReceived && in.isReadable()) {
        keep(in);
      }
    } finally {
      in.release();
    }
  }

  /** Keeps the unread rest in a buffer that has room for the frame it begins. */
  private void keep(ByteBuf in) {
    ByteBuf rest = context().alloc().buffer(Math.max(64, in.readableBytes() * 2));
    partial = rest.writeBytes(in);
  }

  /** Reads one frame; false if more bytes are needed. */
  private boolean frame(ByteBuf in) {
    int start = in.readerIndex();
    int available = in.readableBytes();
    if (available < 2) {
      return false;
    }
    int first = in.getUnsignedByte(start);
    int second = in.getUnsignedByte(start + 1);
    if (!headerValid(first, second)) {
      return true;
    }
    int length = second & 0x7F;
    int headerBytes = 6;
    if (length == 126) {
      headerBytes = 8;
      if (available < headerBytes) {
        return false;
      }
      length = in.getUnsignedShort(start + 2);
    } else if (length == 127) {
      headerBytes = 14;
      if (available < headerBytes) {
        return false;
      }
      long declared = in.getLong(start + 2);
      length = declared < 0 || declared > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) declared;
    }
    if (length > options.maxFrameBytes()) {
      protocolFailure(CloseCode.TOO_BIG, "frame exceeds " + options.maxFrameBytes() + " bytes");
      return true;
    }
    if (available < headerBytes + length) {
      return false;
    }
    int mask = in.getInt(start + headerBytes - 4);
    in.readerIndex(start + headerBytes);
    unmask(in, start + headerBytes, length, mask);
    received(first, in.readSlice(length));
    return true;
  }

  /** Checks what the first two bytes tell; a violation fails the connection at once. */
  private boolean headerValid(int first, int second) {
    int opcode = first & 0x0F;
    boolean control = opcode >= WebSocketFrames.CLOSE;
    String defect = null;
    if ((first & RSV) != 0) {
      defect = "reserved bits are set";
    } else if ((second & MASKED) == 0) {
      defect = "client frames must be masked";
    } else if (control
        && ((first & FIN) == 0 || (second & 0x7F) > WebSocketFrames.MAX_CONTROL_BYTES)) {
      defect = "control frames must be whole and at most 125 bytes";
    } else if (opcode > WebSocketFrames.PONG || (opcode > WebSocketFrames.BINARY && !control)) {
      defect = "unknown opcode " + opcode;
    } else if (opcode == WebSocketFrames.CONTINUATION && messageOpcode == 0) {
      defect = "continuation without a message";
    } else if ((opcode == WebSocketFrames.TEXT || opcode == WebSocketFrames.BINARY)
        && messageOpcode != 0) {
      defect = "new message before the last one ended";
    }
    if (defect != null) {
      protocolFailure(CloseCode.PROTOCOL_ERROR, defect);
      return false;
    }
    return true;
  }

  private static void unmask(ByteBuf in, int index, int length, int mask) {
    int at = index;
    int end = index + length;
    if (mask == 0) {
      return;
    }
    long wide = ((long) mask << 32) | (mask & 0xFFFFFFFFL);
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      in.setLong(at, in.getLong(at) ^ wide);
    }
    for (int i = 0; at < end; at++, i++) {
      in.setByte(at, in.getByte(at) ^ (mask >>> (24 - 8 * (i & 3))));
    }
  }

  private void received(int first, ByteBuf payload) {
    int opcode = first & 0x0F;
    switch (opcode) {
      case WebSocketFrames.PING -> {
        // A client that does not read gets no pongs either (RFC 6455 §5.5.3 allows to skip some).
        if (!closeSent && isWritable()) {
          context()
              .writeAndFlush(
                  WebSocketFrames.control(context().alloc(), WebSocketFrames.PONG, payload));
        }
      }
      case WebSocketFrames.PONG -> listener.onPong(this);
      case WebSocketFrames.CLOSE -> closeFrame(payload);
      default -> data(opcode, (first & FIN) != 0, payload);
    }
  }

  private void data(int opcode, boolean last, ByteBuf payload) {
    if (opcode != WebSocketFrames.CONTINUATION) {
      messageOpcode = opcode;
    }
    boolean text = messageOpcode == WebSocketFrames.TEXT;
    if (text && !validText(payload, last)) {
      protocolFailure(CloseCode.INVALID_PAYLOAD, "text is not UTF-8");
      return;
    }
    ByteBuf whole = payload;
    CompositeByteBuf fragments = message;
    if (!last || fragments != null) {
      if (fragments == null) {
        message = fragments = context().alloc().compositeBuffer(256);
      }
      if ((long) fragments.readableBytes() + payload.readableBytes() > options.maxMessageBytes()) {
        protocolFailure(
            CloseCode.TOO_BIG, "message exceeds " + options.maxMessageBytes() + " bytes");
        return;
      }
      fragments.addComponent(true, payload.copy());
      whole = fragments;
    }
    if (last) {
      messageOpcode = 0;
      message = null;
      deliver(text, whole, fragments);
    }
  }

  private void deliver(boolean text, ByteBuf whole, @Nullable CompositeByteBuf fragments) {
    try {
      if (closeSent) {
        return;
      }
      if (text) {
        listener.onText(this, whole);
      } else {
        listener.onBinary(this, whole);
      }
    } finally {
      if (fragments != null) {
        fragments.release();
      }
    }
  }

  private boolean validText(ByteBuf payload, boolean last) {
    Utf8Validator validator = utf8;
    if (validator == null) {
      validator = new Utf8Validator();
    }
    boolean valid = validator.accept(payload) && (!last || validator.finish());
    utf8 = last ? null : validator;
    return valid;
  }

  private void closeFrame(ByteBuf payload) {
    closeReceived = true;
    int code = CloseCode.NO_STATUS;
    String reason = "";
    if (payload.readableBytes() == 1) {
      protocolFailure(CloseCode.PROTOCOL_ERROR, "close frame of one byte");
      return;
    }
    if (payload.readableBytes() >= 2) {
      code = payload.readUnsignedShort();
      if (!CloseCode.mayBeReceived(code)) {
        protocolFailure(CloseCode.PROTOCOL_ERROR, "close code " + code + " must not be sent");
        return;
      }
      Utf8Validator validator = new Utf8Validator();
      if (!validator.accept(payload) || !validator.finish()) {
        protocolFailure(CloseCode.INVALID_PAYLOAD, "close reason is not UTF-8");
        return;
      }
      reason = payload.toString(StandardCharsets.UTF_8);
    }
    if (!closeSent) {
      closeCode = code;
      closeReason = reason;
      closeSent = true;
      context()
          .write(
              code == CloseCode.NO_STATUS
                  ? WebSocketFrames.control(
                      context().alloc(), WebSocketFrames.CLOSE, Unpooled.EMPTY_BUFFER)
                  : WebSocketFrames.close(context().alloc(), code, ""));
    }
    closeAfterFlush();
  }

  /** Fails the connection (RFC 6455 §7.1.7): a close frame, then the socket, no waiting. */
  private void protocolFailure(int code, String reason) {
    failed = true;
    if (!closeSent) {
      closeSent = true;
      closeCode = code;
      closeReason = reason;
      context().write(WebSocketFrames.close(context().alloc(), code, reason));
    }
    closeAfterFlush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    listener.onWritabilityChanged(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (partial != null) {
      partial.release();
      partial = null;
    }
    if (message != null) {
      message.release();
      message = null;
    }
    if (!ended) {
      ended = true;
      listener.onClose(this, closeCode, closeReason);
    }
  }

  // Outbound.

  @Override
  public Request request() {
    return Objects.requireNonNull(request, "the handshake is over");
  }

  @Override
  public EventExecutor executor() {
    return context().channel().eventLoop();
  }

  @Override
  public void writeText(ByteBuf payload) {
    try {
      writeFrames(WebSocketFrames.text(context().alloc(), payload));
    } finally {
      payload.release();
    }
  }

  @Override
  public void writeFrames(ByteBuf frames) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> writeFrames(frames));
    } else if (closeSent) {
      frames.release();
    } else {
      context().write(frames, context().voidPromise());
    }
  }

  @Override
  public void writePing() {
    writeFrames(
        WebSocketFrames.control(context().alloc(), WebSocketFrames.PING, Unpooled.EMPTY_BUFFER));
  }

  @Override
  public void flush() {
    if (executor().inEventLoop()) {
      context().flush();
    } else {
      executor().execute(this::flush);
    }
  }

  @Override
  public void close(int code, String reason) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> close(code, reason));
      return;
    }
    if (closeSent) {
      return;
    }
    closeSent = true;
    closeCode = code;
    closeReason = reason;
    context().writeAndFlush(WebSocketFrames.close(context().alloc(), code, reason));
    abortLater();
  }

  private void closeAfterFlush() {
    context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    abortLater();
  }

  /** A client that reads nothing any more must not hold its socket for ever. */
  private void abortLater() {
    var timeout = executor().schedule(this::abort, options.closeTimeoutMs(), TimeUnit.MILLISECONDS);
    context().channel().closeFuture().addListener(closed -> timeout.cancel(false));
  }

  @Override
  public void abort() {
    context().channel().close();
  }

  @Override
  public boolean isWritable() {
    return context().channel().isWritable();
  }

  @Override
  public long pendingBytes() {
    Channel channel = context().channel();
    var buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "handler is not in a pipeline");
  }
}
