package app.seventv.core.websocket;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * Bounds and extras of a websocket endpoint.
 *
 * @param maxFrameBytes largest payload of one frame from the client; larger: close 1009
 * @param maxMessageBytes largest message over all its fragments; larger: close 1009
 * @param closeTimeoutMs time the client has to answer a close frame
 * @param responseHeaders additional header fields of the 101 response
 */
public record WebSocketOptions(
    int maxFrameBytes, int maxMessageBytes, long closeTimeoutMs, HttpHeaders responseHeaders) {

  /** 64 KiB messages, 5 s to close. */
  public static final WebSocketOptions DEFAULT =
      new WebSocketOptions(64 << 10, 64 << 10, 5_000, EmptyHttpHeaders.INSTANCE);

  /** The same bounds with other additional response headers. */
  public WebSocketOptions withResponseHeaders(HttpHeaders headers) {
    return new WebSocketOptions(maxFrameBytes, maxMessageBytes, closeTimeoutMs, headers);
  }
}
