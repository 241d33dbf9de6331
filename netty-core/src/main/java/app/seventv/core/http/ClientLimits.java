package app.seventv.core.http;

import app.seventv.core.limits.AddressLimits;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

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

  /** Behind a proxy the exchange counts, so it takes one. */
  @Override
  public @Nullable Response answerAtOnce(Request request) throws Exception {
    return clients.isProxy(request.connection().peer().getAddress())
        ? null
        : handler.answerAtOnce(request);
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
    // Captures no more than this: an idle websocket must not keep its exchange in memory.
    exchange.onEnd(() -> limits.release(client));
    handler.handle(exchange);
  }
}
