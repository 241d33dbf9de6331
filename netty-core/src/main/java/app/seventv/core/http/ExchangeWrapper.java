package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.EventExecutor;
import java.util.function.Consumer;

/** Passes everything on to another exchange; what wraps one overrides what it changes. */
public abstract class ExchangeWrapper implements Exchange {
  /** What is wrapped. */
  protected final Exchange inner;

  /** Wraps an exchange. */
  protected ExchangeWrapper(Exchange inner) {
    this.inner = inner;
  }

  @Override
  public Request request() {
    return inner.request();
  }

  @Override
  public EventExecutor executor() {
    return inner.executor();
  }

  @Override
  public void readBody(int maxBytes, Consumer<ByteBuf> receiver) {
    inner.readBody(maxBytes, receiver);
  }

  @Override
  public void streamBody(BodySink sink) {
    inner.streamBody(sink);
  }

  @Override
  public void pauseBody() {
    inner.pauseBody();
  }

  @Override
  public void resumeBody() {
    inner.resumeBody();
  }

  @Override
  public void beforeHead(HeadHook hook) {
    inner.beforeHead(hook);
  }

  @Override
  public void onEnd(Runnable action) {
    inner.onEnd(action);
  }

  @Override
  public void respond(Response response) {
    inner.respond(response);
  }

  @Override
  public void fail(Throwable failure) {
    inner.fail(failure);
  }

  @Override
  public ResponseStream start(int status, HttpHeaders headers) {
    return inner.start(status, headers);
  }

  @Override
  public void upgrade(WebSocketOptions options, WebSocketListener listener) {
    inner.upgrade(options, listener);
  }
}
