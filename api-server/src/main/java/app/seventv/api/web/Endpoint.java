package app.seventv.api.web;

import app.seventv.api.common.RequestContext;
import app.seventv.core.http.Request;
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

  /**
   * What an endpoint gets.
   *
   * @param head method, path, headers
   * @param body whole body
   * @param context caller and rate limits
   * @param cookies received cookies and changes to them
   */
  record ApiRequest(Request head, byte[] body, RequestContext context, Cookies cookies) {}
}
