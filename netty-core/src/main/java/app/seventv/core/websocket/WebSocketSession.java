package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One websocket: control frames, the closing handshake, and messages both ways (RFC 6455 §5 to §7),
 * whatever {@link WebSocketTransport} carries them.
 *
 * <p>An idle session is this object and nothing else: 8 bytes of header, 3 references, 8 bytes of
 * state, together 28 bytes with compact headers. A transport that serves many sessions extends it
 * with the 4 bytes that are left of 32, to find its own entry ({@code SocketSession}).
 */
class WebSocketSession extends FrameDecoder implements WebSocket {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketSession.class);

  /** The handshake response has not been written. */
  private static final byte OPENING = 0;

  private static final byte OPEN = 1;

  /** The own close frame is sent, the peer's is due. */
  private static final byte CLOSE_SENT = 2;

  /** Both close frames are through, or the connection has failed: nothing more is read. */
  private static final byte CLOSED = 3;

  /** The listener knows. */
  private static final byte ENDED = 4;

  private final WebSocketTransport transport;
  private final WebSocketListener listener;
  private final boolean compressed;
  private byte state = OPENING;
  private char closeCode = CloseCode.ABNORMAL;

  /** Number of the current window of {@link WebSocketOptions#controlWindowMs}, cut to 16 bits. */
  private char controlWindow;

  /** Control frames received in the current window. */
  private char controlFrames;

  WebSocketSession(WebSocketTransport transport, boolean compressed, WebSocketListener listener) {
    this.transport = transport;
    this.compressed = compressed;
    this.listener = listener;
  }

  final WebSocketTransport transport() {
    return transport;
  }

  // Called by the transport.

  /** The handshake response has been written. */
  final void open(String subprotocol) {
    if (state != OPENING) {
      return;
    }
    state = OPEN;
    try {
      listener.onOpen(this, subprotocol);
    } catch (Throwable e) {
      broken(e);
    }
    SessionWork current = work();
    if (current != null && current.early != null) {
      ByteBuf early = current.early;
      current.early = null;
      receive(early);
    }
  }

  /** Bytes arrived; takes their reference. */
  final void receive(ByteBuf in) {
    if (state == OPENING) {
      SessionWork current = startWork();
      ByteBuf early = current.early;
      current.early = early == null ? in : Unpooled.wrappedBuffer(early, in);
      return;
    }
    try {
      decode(in);
    } finally {
      in.release();
    }
  }

  /** {@link WebSocketTransport#isWritable} has changed. */
  public final void writabilityChanged() {
    SessionWork current = work();
    if (current != null && current.ping != null && transport.isWritable(this)) {
      ByteBuf ping = current.ping;
      current.ping = null;
      tidy();
      pong(ping);
      ping.release();
      transport.flush(this);
    }
    if (state == OPEN) {
      try {
        listener.onWritabilityChanged(this);
      } catch (Throwable e) {
        broken(e);
      }
    }
  }

  /** Nothing comes from the peer or reaches it any more. */
  final void transportClosed() {
    if (state == ENDED) {
      return;
    }
    state = ENDED;
    SessionWork current = work();
    String reason = "";
    if (current != null) {
      reason = current.closeReason;
      current.closeReason = "";
      current.dropInput();
      if (current.closeTimer != null) {
        current.closeTimer.cancel(false);
        current.closeTimer = null;
      }
      tidy();
    }
    try {
      listener.onClose(this, closeCode, reason);
    } catch (Throwable e) {
      LOG.error("websocket listener failed in onClose", e);
    }
  }

  // Called by the decoder.

  @Override
  final WebSocketOptions options() {
    return transport.options(this);
  }

  @Override
  final boolean isReceiving() {
    return state == OPEN || state == CLOSE_SENT;
  }

  @Override
  public final boolean isCompressed() {
    return compressed;
  }

  @Override
  final ByteBufAllocator alloc() {
    return transport.alloc(this);
  }

  @Override
  final void message(boolean text, ByteBuf payload) {
    if (state != OPEN) {
      return; // RFC 6455 §7.1.6: what comes after the own close frame may be ignored
    }
    try {
      if (text) {
        listener.onText(this, payload);
      } else {
        listener.onBinary(this, payload);
      }
    } catch (Throwable e) {
      broken(e);
    }
  }

  @Override
  final void control(int opcode, ByteBuf payload) {
    if (opcode == WebSocketFrames.CLOSE) {
      closeFrame(payload);
    } else if (isFlood()) {
      fail(CloseCode.POLICY_VIOLATION, "too many control frames");
    } else if (state == OPEN && opcode == WebSocketFrames.PING) {
      ping(payload);
    } else if (state == OPEN) {
      try {
        listener.onPong(this);
      } catch (Throwable e) {
        broken(e);
      }
    }
  }

  private boolean isFlood() {
    long windowNs = TimeUnit.MILLISECONDS.toNanos(options().controlWindowMs());
    char window = (char) (executor().ticker().nanoTime() / windowNs);
    if (window != controlWindow) {
      controlWindow = window;
      controlFrames = 0;
    }
    return ++controlFrames > options().maxControlFrames();
  }

  /** Without room only the latest ping will be answered, as RFC 6455 §5.5.3 allows. */
  private void ping(ByteBuf payload) {
    if (transport.isWritable(this)) {
      pong(payload);
      transport.flush(this);
      return;
    }
    SessionWork current = startWork();
    ByteBuf kept = current.ping;
    if (kept == null) {
      current.ping =
          kept =
              alloc().buffer(WebSocketFrames.MAX_CONTROL_BYTES, WebSocketFrames.MAX_CONTROL_BYTES);
    }
    kept.clear().writeBytes(payload);
  }

  private void pong(ByteBuf payload) {
    if (state == OPEN) {
      transport.write(this, WebSocketFrames.frame(alloc(), WebSocketFrames.PONG, payload));
    }
  }

  private void closeFrame(ByteBuf payload) {
    int length = payload.readableBytes();
    if (length == 1) {
      fail(CloseCode.PROTOCOL_ERROR, "close frame of one byte");
      return;
    }
    int code = length == 0 ? CloseCode.NO_STATUS : payload.readUnsignedShort();
    if (length > 0 && !CloseCode.mayBeSent(code)) {
      fail(CloseCode.PROTOCOL_ERROR, "Protocol violation");
    } else if (!Utf8.isValid(payload)) {
      fail(CloseCode.INVALID_PAYLOAD, "close reason is not UTF-8");
    } else {
      if (state == OPEN) {
        // RFC 6455 §5.5.1 wants the code echoed; clients of event-api.md §3 get the reason, too.
        sendClose(code, payload.toString(StandardCharsets.UTF_8));
      } else {
        answered();
      }
      finish();
    }
  }

  private void answered() {
    try {
      listener.onCloseAnswered(this);
    } catch (RuntimeException e) {
      LOG.error("websocket listener failed in onCloseAnswered", e);
    }
  }

  /** RFC 6455 §7.1.7: a close frame, then the end, without waiting for the peer's. */
  @Override
  final void fail(int code, String reason) {
    if (state == OPEN) {
      sendClose(code, reason);
    }
    finish();
  }

  private void broken(Throwable failure) {
    LOG.error("websocket listener failed", failure);
    if (isReceiving()) {
      fail(CloseCode.INTERNAL_ERROR, "");
    }
  }

  // Closing.

  /** Writes the close frame and keeps what the listener will be told at the end. */
  private void sendClose(int code, String reason) {
    state = CLOSE_SENT;
    closeCode = (char) code;
    SessionWork current = startWork();
    current.closeReason = reason;
    transport.write(this, WebSocketFrames.close(alloc(), code, reason));
    // A peer that reads nothing any more must not hold its socket for ever.
    current.closeTimer =
        executor()
            .schedule(
                () -> transport.abort(this), options().closeTimeoutMs(), TimeUnit.MILLISECONDS);
  }

  /** The server ends the connection first (RFC 6455 §7.1.1). */
  private void finish() {
    if (!isReceiving()) {
      return;
    }
    state = CLOSED;
    SessionWork current = work();
    if (current != null) {
      current.dropInput();
    }
    transport.reading(this, true); // to the peer's end
    transport.close(this);
  }

  // Called by servers.

  @Override
  public final EventExecutor executor() {
    return transport.executor(this);
  }

  @Override
  public final void writeText(ByteBuf utf8) {
    writeMessage(WebSocketFrames.TEXT, utf8);
  }

  @Override
  public final void writeBinary(ByteBuf data) {
    writeMessage(WebSocketFrames.BINARY, data);
  }

  private void writeMessage(int opcode, ByteBuf payload) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> writeMessage(opcode, payload));
    } else if (state != OPEN) {
      payload.release();
    } else {
      MessageWriter.write(transport, this, opcode, payload);
    }
  }

  @Override
  public final void writeFrames(ByteBuf frames) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> writeFrames(frames));
    } else if (state != OPEN) {
      frames.release();
    } else {
      transport.write(this, frames);
    }
  }

  @Override
  public final void writePing() {
    writeFrames(WebSocketFrames.frame(alloc(), WebSocketFrames.PING, Unpooled.EMPTY_BUFFER));
  }

  @Override
  public final void flush() {
    if (executor().inEventLoop()) {
      transport.flush(this);
    } else {
      executor().execute(this::flush);
    }
  }

  @Override
  public final void close(int code, String reason) {
    if (code != CloseCode.NO_STATUS && !CloseCode.mayBeSent(code)) {
      throw new IllegalArgumentException("close code " + code + " must not be sent");
    }
    if (!executor().inEventLoop()) {
      executor().execute(() -> close(code, reason));
    } else if (state == OPEN) {
      sendClose(code, reason);
      transport.reading(this, true); // for the peer's close frame
      transport.flush(this);
    }
  }

  @Override
  public final void abort() {
    if (executor().inEventLoop()) {
      transport.abort(this);
    } else {
      executor().execute(this::abort);
    }
  }

  @Override
  public final boolean isWritable() {
    return transport.isWritable(this);
  }

  @Override
  public final long pendingBytes() {
    return transport.pendingBytes(this);
  }

  @Override
  public final void pauseReading() {
    reading(false);
  }

  @Override
  public final void resumeReading() {
    reading(true);
  }

  private void reading(boolean wanted) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> reading(wanted));
    } else if (state == OPEN) {
      transport.reading(this, wanted);
    }
  }
}
