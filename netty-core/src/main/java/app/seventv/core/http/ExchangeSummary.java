package app.seventv.core.http;

/** What an ended exchange was like; valid during the call that hands it over. */
public interface ExchangeSummary {
  /** Head of the request. */
  Request request();

  /** Status sent, or 499 when the client left before any. */
  int status();

  /** Nanoseconds from request head to the last byte handed to the transport. */
  long durationNs();

  /** Nanoseconds from request head to response head, or -1 when there was none. */
  long firstByteNs();

  /** Bytes of the request's body that arrived, codings included. */
  long requestBytes();

  /** Bytes of the response's body that were handed to the transport, codings included. */
  long responseBytes();
}
