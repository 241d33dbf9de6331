package app.seventv.core.http;

/** Answers requests. Called on the connection's event loop, so it must never block. */
@FunctionalInterface
public interface Handler {
  /**
   * Begins to answer; the response may be sent later and from any thread.
   *
   * @throws Exception mapped to a response by the server's {@link ErrorMapper}
   */
  void handle(Exchange exchange) throws Exception;
}
