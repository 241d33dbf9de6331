package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.EventExecutor;
import java.util.function.Consumer;

/**
 * One request and its response, whatever HTTP version carries them.
 *
 * <p>The request side is confined to the connection's event loop. The response side may be used
 * from any thread; calls from elsewhere hop to the loop in order.
 */
public interface Exchange {
  /** Head of the request. */
  Request request();

  /** Loop that owns the connection. */
  EventExecutor executor();

  /**
   * Collects the body and hands it over once complete; the receiver owns the buffer's reference. A
   * body over the limit is answered with 413 and never delivered.
   *
   * @param maxBytes largest accepted body in bytes
   */
  void readBody(int maxBytes, Consumer<ByteBuf> receiver);

  /** Streams the body chunk by chunk with back-pressure; see {@link BodySink}. */
  void streamBody(BodySink sink);

  /** Stops reading the body until {@link #resumeBody}. */
  void pauseBody();

  /** Goes on reading the body. */
  void resumeBody();

  /** Registers a last look at status and header fields before any response head is sent. */
  void beforeHead(HeadHook hook);

  /** Runs when the exchange has ended: response complete, or the client gone. On the loop. */
  void onEnd(Runnable action);

  /** Sends a whole response. The first response wins; later ones are released. */
  void respond(Response response);

  /** Sends what the server's {@link ErrorMapper} makes of the failure. */
  void fail(Throwable failure);

  /** Sends a response head and returns the stream for its body. */
  ResponseStream start(int status, HttpHeaders headers);

  /**
   * Answers a websocket handshake (RFC 6455 §4.2) and hands the connection to the listener. A
   * request that is no valid handshake is answered with the fitting error.
   */
  void upgrade(WebSocketOptions options, WebSocketListener listener);

  /** Sees and may change the response head. */
  @FunctionalInterface
  interface HeadHook {
    /** Called once on the loop, before the head is written. */
    void apply(int status, HttpHeaders headers);
  }

  /** Receives a streamed request body on the loop. */
  interface BodySink {
    /** A part of the body; the sink owns the reference. */
    void chunk(ByteBuf data);

    /** The body is complete; trailers may be empty. */
    void end(HttpHeaders trailers);

    /** The end will not come: the client went away, or the response is complete already. */
    void aborted();
  }
}
