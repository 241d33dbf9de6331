package app.seventv.core.http;

import java.util.List;

/** Receives what the servers count. Called on event loops: implementations must not block. */
public interface HttpObserver {
  /** Counts nothing. */
  HttpObserver NONE = new HttpObserver() {};

  /** One that tells several, in order. */
  static HttpObserver all(List<HttpObserver> observers) {
    return observers.size() == 1 ? observers.getFirst() : new ObserverChain(observers);
  }

  /** A connection was accepted, its handshake is over and its protocol known. */
  default void connectionOpened(Connection connection) {}

  /**
   * A connection ended. What is left of it by then are these facts of its {@link Connection}.
   *
   * @param ageNs since it was opened
   */
  default void connectionClosed(Protocol protocol, boolean secure, long ageNs) {}

  /** A TLS handshake ended, well or not. */
  default void handshakeEnded(Handshake handshake) {}

  /** A connection or request was refused or cut off; reasons are a small fixed set. */
  default void dropped(Protocol protocol, String reason) {}

  /** Datagrams of QUIC did not leave as they were sent. */
  default void quicSendFailed(QuicSend what) {}

  /** What was sent. */
  enum QuicSend {
    /** Packets in one piece, which the kernel would not cut; they were sent again one by one. */
    BURST,
    /** A packet, or a burst for another reason: lost, and repeated by QUIC in time. */
    PACKET
  }

  /** A request head arrived; its handler runs next. Not to be held beyond the exchange's end. */
  default void exchangeStarted(Request request) {}

  /** An exchange ended; one that became a websocket ends when its handshake does. */
  default void exchangeEnded(ExchangeSummary exchange) {}

  /** A websocket handshake was accepted. */
  default void webSocketOpened(Protocol protocol) {}

  /** A websocket ended. */
  default void webSocketClosed(Protocol protocol) {}
}
