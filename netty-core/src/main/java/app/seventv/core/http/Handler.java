package app.seventv.core.http;

import org.jspecify.annotations.Nullable;

/** Answers requests. Called on the connection's event loop, so it must never block. */
@FunctionalInterface
public interface Handler {
  /**
   * Begins to answer; the response may be sent later and from any thread.
   *
   * @throws Exception mapped to a response by the server's {@link ErrorMapper}
   */
  void handle(Exchange exchange) throws Exception;

  /**
   * The whole answer to a request without a body, or null if it takes an {@link Exchange}; then
   * {@link #handle} is called. Whoever always has the answer at hand, as a cache, saves the objects
   * of an exchange by it: it is sent before this method is called again on the same loop.
   *
   * <p>Not every request is offered here, so {@link #handle} has to know these answers, too.
   *
   * @param request valid until the answer is returned; it serves for other requests later
   * @throws Exception mapped to a response by the server's {@link ErrorMapper}
   */
  default @Nullable Response answerAtOnce(Request request) throws Exception {
    return null;
  }
}
