package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;

/**
 * What a server does with a websocket; every method is called on the session's loop. An exception
 * thrown here is logged and closes the session with 1011.
 */
public interface WebSocketListener {
  /**
   * The handshake response has been written.
   *
   * @param subprotocol what was chosen of {@link WebSocketOptions#subprotocols}, or the empty
   *     string
   */
  void onOpen(WebSocket socket, String subprotocol);

  /**
   * A complete text message, checked to be UTF-8: what is readable in the buffer, which is the
   * receive buffer itself and valid during the call only. Keep a {@code retainedSlice} or a copy.
   */
  void onText(WebSocket socket, ByteBuf utf8);

  /** A complete binary message; the buffer is as in {@link #onText}. */
  default void onBinary(WebSocket socket, ByteBuf data) {
    socket.close(CloseCode.UNSUPPORTED_DATA, "binary messages are not accepted");
  }

  /** A pong arrived. */
  default void onPong(WebSocket socket) {}

  /** The session passed one of its write watermarks; see {@link WebSocket#isWritable}. */
  default void onWritabilityChanged(WebSocket socket) {}

  /**
   * The peer has answered the close frame that the server sent, so it has received everything
   * before it; {@link #onClose} follows.
   */
  default void onCloseAnswered(WebSocket socket) {}

  /**
   * The session is over; called exactly once.
   *
   * @param code close code received or sent, or {@link CloseCode#ABNORMAL} without a close frame
   */
  void onClose(WebSocket socket, int code, String reason);
}
