package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import java.util.concurrent.TimeUnit;

/** One HTTP/2 stream: a channel that carries exactly one exchange. */
final class StreamHandler extends ExchangeHandler {
  StreamHandler(ServerContext server, Connection connection) {
    super(server, connection);
  }

  @Override
  void framing(HttpResponse head) {
    // Frames carry their own lengths.
  }

  @Override
  public void connectionHeaders(HttpHeaders headers, boolean requestComplete) {
    headers.remove("connection");
  }

  @Override
  public void responseSent(boolean requestComplete) {
    if (!requestComplete) {
      // Most clients are about to end; a reset now would make some throw the response away.
      context()
          .executor()
          .schedule(this::stopReading, server.limits.bodyTimeoutMs(), TimeUnit.MILLISECONDS);
    }
  }

  /** RFC 9113 §8.1: asks the client to stop; the response is complete. */
  @Override
  public void stopReading() {
    Channel channel = context().channel();
    if (!channel.isActive()) {
      return;
    }
    channel
        .pipeline()
        .firstContext()
        .writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
  }

  @Override
  public void exchangeEnded(HttpExchange exchange) {
    clearCurrent();
  }

  @Override
  public void abort() {
    Channel channel = context().channel();
    channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
  }

  @Override
  public void upgrade(HttpExchange exchange, WebSocketOptions options, WebSocketListener listener) {
    WebSocketHandshake.accept(exchange, options, listener);
  }
}
