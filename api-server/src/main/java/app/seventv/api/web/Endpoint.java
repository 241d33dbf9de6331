package app.seventv.api.web;

import app.seventv.core.http.Response;

/** One route's code: plain and blocking, on a virtual thread, after the session was read. */
@FunctionalInterface
public interface Endpoint {
  /**
   * Answers a request.
   *
   * @throws Exception mapped to an error answer by {@link ApiErrors}
   */
  Response handle(ApiRequest request) throws Exception;
}
