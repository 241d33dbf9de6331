package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;

/** An open websocket. Writes may come from any thread; reads arrive at the listener on the loop. */
public interface WebSocket {
  /** Loop that owns the session. */
  EventExecutor executor();

  /** Queues a text message; takes the payload's reference. Does not flush. */
  void writeText(ByteBuf utf8);

  /** Queues a binary message; takes the payload's reference. Does not flush. */
  void writeBinary(ByteBuf data);

  /**
   * Queues bytes that are one or more complete server frames (see {@link WebSocketFrames}), so that
   * one encoded frame can be shared by many sessions as retained slices. Does not flush.
   */
  void writeFrames(ByteBuf frames);

  /** Queues a ping with an empty payload. */
  void writePing();

  /** Pushes queued frames to the socket, at the latest when the current read is over. */
  void flush();

  /**
   * Sends a close frame, waits for the client's for a while, then closes the connection. The first
   * close counts.
   *
   * @param code {@link CloseCode#NO_STATUS} for a close frame without code and reason
   * @throws IllegalArgumentException if the code must not be sent (RFC 6455 §7.4)
   */
  void close(int code, String reason);

  /** Drops the connection without a close frame. */
  void abort();

  /** Whether frames of {@link WebSocketFrames#compressedText} may be sent. */
  boolean isCompressed();

  /** False while more bytes than the high watermark wait for the client. */
  boolean isWritable();

  /** Bytes queued for the client. */
  long pendingBytes();

  /** Stops reading from the client until {@link #resumeReading}: it will feel back-pressure. */
  void pauseReading();

  /** Goes on reading. */
  void resumeReading();
}
