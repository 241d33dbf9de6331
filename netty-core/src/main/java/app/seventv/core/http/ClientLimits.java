package app.seventv.core.http;

import app.seventv.core.limits.AddressLimits;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;

/**
 * Counts clients behind trusted proxies, whose connections carry requests of many: each exchange
 * counts by the address the proxy tells, a stream or websocket for as long as it lasts. Connections
 * without a proxy in between have been counted at accept.
 */
final class ClientLimits implements Handler {
  private final Handler handler;
  private final AddressLimits limits;
  private final ClientAddress clients;
  private final HttpObserver observer;

  ClientLimits(
      Handler handler, AddressLimits limits, ClientAddress clients, HttpObserver observer) {
    this.handler = handler;
    this.limits = limits;
    this.clients = clients;
    this.observer = observer;
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    Request request = exchange.request();
    if (!clients.isProxy(request.connection().peer().getAddress())) {
      handler.handle(exchange);
      return;
    }
    InetAddress client;
    try {
      client = clients.of(request);
    } catch (HttpError noAddress) {
      handler.handle(exchange); // which refuses it in its own words
      return;
    }
    if (!limits.tryAcquire(client)) {
      observer.dropped(request.connection().protocol(), "address-limit");
      throw new HttpError(429, "too many connections from this address");
    }
    Counted counted = new Counted(exchange, () -> limits.release(client));
    exchange.onEnd(counted::exchangeEnded);
    handler.handle(counted);
  }

  /** An exchange that gives its room back once: at its end, or at that of its websocket. */
  private static final class Counted extends ExchangeWrapper {
    private final Runnable release;
    private boolean isWebSocket;
    private boolean released;

    Counted(Exchange inner, Runnable release) {
      super(inner);
      this.release = release;
    }

    void exchangeEnded() {
      if (!isWebSocket) {
        release();
      }
    }

    private void release() {
      if (!released) {
        released = true;
        release.run();
      }
    }

    @Override
    public void upgrade(WebSocketOptions options, WebSocketListener listener) {
      inner.upgrade(
          options,
          new ListenerWrapper(listener) {
            @Override
            public void onOpen(WebSocket socket, String subprotocol) {
              isWebSocket = true;
              super.onOpen(socket, subprotocol);
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {
              release();
              super.onClose(socket, code, reason);
            }
          });
    }
  }

  /** Passes everything on. */
  private abstract static class ListenerWrapper implements WebSocketListener {
    private final WebSocketListener inner;

    ListenerWrapper(WebSocketListener inner) {
      this.inner = inner;
    }

    @Override
    public void onOpen(WebSocket socket, String subprotocol) {
      inner.onOpen(socket, subprotocol);
    }

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {
      inner.onText(socket, utf8);
    }

    @Override
    public void onBinary(WebSocket socket, ByteBuf data) {
      inner.onBinary(socket, data);
    }

    @Override
    public void onPong(WebSocket socket) {
      inner.onPong(socket);
    }

    @Override
    public void onWritabilityChanged(WebSocket socket) {
      inner.onWritabilityChanged(socket);
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      inner.onClose(socket, code, reason);
    }
  }
}
