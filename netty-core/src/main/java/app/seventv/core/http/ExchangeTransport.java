package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * What carries an exchange: a connection in HTTP/1.1, a stream in HTTP/2 and HTTP/3. This is all
 * that an exchange knows of its protocol. Every method is called on the loop.
 */
interface ExchangeTransport {
  /** Loop that owns the connection. */
  EventLoop eventLoop();

  /** Where buffers come from. */
  ByteBufAllocator alloc();

  /** Value of {@code content-length} of the request, or -1. */
  long declaredLength();

  /** Sends 100 (Continue) if the client waits for it (RFC 9110 §10.1.1). */
  void continueIfExpected();

  /** Stops or resumes reading the request body. */
  void reading(boolean wanted);

  /** Adds connection-level header fields to a response. */
  void connectionHeaders(HttpHeaders headers, boolean requestComplete);

  /** Queues a whole response and flushes; takes the body's reference. */
  void sendResponse(int status, HttpHeaders headers, ByteBuf body);

  /** Queues the head of a streamed response. */
  void sendHead(int status, HttpHeaders headers);

  /** Queues a part of the body; takes its reference. */
  void sendData(ByteBuf data);

  /**
   * Queues a part of the body that the kernel copies from a file, and takes its reference; or
   * false, for transports that cannot: then the part is read and comes by {@link #sendData}.
   */
  default boolean sendFile(FileRegion region) {
    return false;
  }

  /** Queues the end of a streamed response, with trailers if there are any, and flushes. */
  void sendEnd(HttpHeaders trailers);

  /**
   * Breaks the response off once the client ends its half of the connection, or at once if it has.
   * In HTTP/2 and 3 every request ends the client's half of its stream; there the connection
   * counts.
   */
  default void endWithClient() {}

  /** Pushes what is queued to the socket, or notes that the current read will. */
  void flush();

  /** False while more than the high watermark waits for the client. */
  boolean isWritable();

  /** Bytes that may be queued before {@link #isWritable} turns false. */
  long bytesBeforeUnwritable();

  /** The response has been queued completely; the request may still be coming. */
  void responseSent(boolean requestComplete);

  /** The response is complete, and the client will not stop sending the request. */
  void stopReading();

  /** Both request and response are over. */
  void exchangeEnded(HttpExchange exchange);

  /** Breaks the response off so that the client notices. */
  void abort();

  /** Answers a websocket handshake and hands the bytes that follow to the listener. */
  void upgrade(HttpExchange exchange, WebSocketOptions options, WebSocketListener listener);
}
