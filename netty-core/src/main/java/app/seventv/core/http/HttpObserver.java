package app.seventv.core.http;

/** Receives what the servers count. Called on event loops: implementations must not block. */
public interface HttpObserver {
  /** Counts nothing. */
  HttpObserver NONE = new HttpObserver() {};

  /** A connection was accepted. */
  default void connectionOpened(Protocol protocol) {}

  /** A connection ended. */
  default void connectionClosed(Protocol protocol) {}

  /** A connection or request was refused or cut off; reasons are a small fixed set. */
  default void dropped(Protocol protocol, String reason) {}

  /**
   * An exchange ended.
   *
   * @param status status sent, or 499 when the client left before any
   * @param durationNs from request head to the last byte handed to the transport
   */
  default void exchangeEnded(Request request, int status, long durationNs) {}
}
