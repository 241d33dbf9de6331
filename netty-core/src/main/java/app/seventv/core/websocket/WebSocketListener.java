package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;

/** What a server does with a websocket; every method is called on the session's loop. */
public interface WebSocketListener {
  /** The handshake response has been written. */
  void onOpen(WebSocket socket);

  /** A complete text message, checked to be UTF-8; the buffer is valid during the call only. */
  void onText(WebSocket socket, ByteBuf utf8);

  /** A complete binary message; the buffer is valid during the call only. */
  default void onBinary(WebSocket socket, ByteBuf data) {
    socket.close(CloseCode.UNSUPPORTED_DATA, "binary messages are not accepted");
  }

  /** A pong arrived. */
  default void onPong(WebSocket socket) {}

  /** The session passed one of its write watermarks; see {@link WebSocket#isWritable}. */
  default void onWritabilityChanged(WebSocket socket) {}

  /**
   * The session is over; called exactly once.
   *
   * @param code close code received or sent, or {@link CloseCode#ABNORMAL} without a close frame
   */
  void onClose(WebSocket socket, int code, String reason);
}
