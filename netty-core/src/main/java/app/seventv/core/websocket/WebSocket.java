package app.seventv.core.websocket;

import app.seventv.core.http.Request;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;

/** An open websocket. Writes may come from any thread; reads arrive at the listener on the loop. */
public interface WebSocket {
  /** The handshake request; only during {@link WebSocketListener#onOpen}. */
  Request request();

  /** Loop that owns the session. */
  EventExecutor executor();

  /** Queues a text message; takes the payload's reference. Does not flush. */
  void writeText(ByteBuf utf8);

  /**
   * Queues bytes that are one or more complete server frames (see {@link WebSocketFrames}), so that
   * one encoded frame can be shared by many sessions as retained slices. Does not flush.
   */
  void writeFrames(ByteBuf frames);

  /** Queues a ping with an empty payload. */
  void writePing();

  /** Pushes queued frames to the socket. */
  void flush();

  /** Sends a close frame, waits for the client's for a while, then closes the socket. */
  void close(int code, String reason);

  /** Drops the connection without a close frame. */
  void abort();

  /** False while more bytes than the high watermark wait for the client. */
  boolean isWritable();

  /** Bytes queued for the client. */
  long pendingBytes();
}
