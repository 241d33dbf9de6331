package app.seventv.core.http;

import java.util.List;

/** Tells several observers, in order. */
final class ObserverChain implements HttpObserver {
  private final HttpObserver[] observers;

  ObserverChain(List<HttpObserver> observers) {
    this.observers = observers.toArray(HttpObserver[]::new);
  }

  @Override
  public void connectionOpened(Connection connection) {
    for (HttpObserver observer : observers) {
      observer.connectionOpened(connection);
    }
  }

  @Override
  public void connectionClosed(Protocol protocol, boolean secure, long ageNs) {
    for (HttpObserver observer : observers) {
      observer.connectionClosed(protocol, secure, ageNs);
    }
  }

  @Override
  public void handshakeEnded(Handshake handshake) {
    for (HttpObserver observer : observers) {
      observer.handshakeEnded(handshake);
    }
  }

  @Override
  public void dropped(Protocol protocol, String reason) {
    for (HttpObserver observer : observers) {
      observer.dropped(protocol, reason);
    }
  }

  @Override
  public void quicSendFailed(QuicSend what) {
    for (HttpObserver observer : observers) {
      observer.quicSendFailed(what);
    }
  }

  @Override
  public void exchangeStarted(Request request) {
    for (HttpObserver observer : observers) {
      observer.exchangeStarted(request);
    }
  }

  @Override
  public void exchangeEnded(ExchangeSummary exchange) {
    for (HttpObserver observer : observers) {
      observer.exchangeEnded(exchange);
    }
  }

  @Override
  public void webSocketOpened(Protocol protocol) {
    for (HttpObserver observer : observers) {
      observer.webSocketOpened(protocol);
    }
  }

  @Override
  public void webSocketClosed(Protocol protocol) {
    for (HttpObserver observer : observers) {
      observer.webSocketClosed(protocol);
    }
  }
}
