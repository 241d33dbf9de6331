package app.seventv.events;

import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session on a websocket (event-api.md §3). Tests of memory leave out the encoding. */
class WebSocketSession extends Session implements WebSocketListener {
  private @Nullable WebSocket socket;

  WebSocketSession(SessionLoop loop, ClientKind client) {
    super(loop, client);
  }

  /** Subscriptions of the handshake; asked for once. */
  List<SubscriptionRequest> takeInline() {
    return List.of();
  }

  @Override
  public void onOpen(WebSocket opened, String subprotocol) {
    socket = opened;
    open(takeInline());
  }

  @Override
  public void onText(WebSocket from, ByteBuf utf8) {
    SessionCommands.handle(this, utf8);
  }

  @Override
  public void onBinary(WebSocket from, ByteBuf data) {
    SessionCommands.handle(this, data);
  }

  @Override
  public void onCloseAnswered(WebSocket from) {
    closed(true);
  }

  @Override
  public void onClose(WebSocket from, int code, String reason) {
    closed(false); // unless it was answered
    if (is(CLOSING)) {
      set(CLOSING, false);
      loop().closing(false);
    }
    left(CloseLabels.ofClient(code));
  }

  @Override
  ByteBuf encode(Opcode opcode, String payload, long timeMs, int number) {
    return Frames.webSocket(SessionLoop.ALLOCATOR, opcode, payload, timeMs, number);
  }

  @Override
  void write(ByteBuf frame) {
    socket().writeFrames(frame);
  }

  @Override
  void write(ByteBuf head, ByteBuf tail) {
    WebSocket to = socket();
    to.writeFrames(head);
    to.writeFrames(tail);
  }

  @Override
  void flush() {
    socket().flush();
  }

  @Override
  boolean isWritable() {
    return socket().isWritable();
  }

  @Override
  void close(EndReason reason) {
    set(CLOSING, true);
    loop().closing(true);
    socket().close(reason.closeFrameCode(), reason.message());
  }

  @Override
  void abort() {
    socket().abort();
  }

  @Override
  long request() {
    return 0;
  }

  @Override
  boolean isEventStream() {
    return false;
  }

  @Override
  boolean isTakingCopies() {
    return isWritable() && socket().pendingBytes() == 0;
  }

  private WebSocket socket() {
    return Objects.requireNonNull(socket, "not open");
  }
}
