package app.seventv.api.web;

import app.seventv.api.cache.ResponseCache.Rendered;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.core.http.Request;

/** A read whose answers are the same for all ordinary viewers, and so are kept in memory. */
public interface Read {
  /**
   * What is asked for: equal for two requests if and only if their answers are.
   *
   * @throws ApiException 400 for what cannot be
   */
  Object subject(Request request);

  /**
   * Makes the answer; may block.
   *
   * @param subject as {@link #subject} gave it
   * @param caller decides who is visible
   * @param splice whether parts of the answer may be {@link app.seventv.api.cache.Splices spliced}:
   *     the caller is an ordinary one who likes gzip
   * @throws ApiException 404 for what is not there
   */
  Rendered render(Object subject, Caller caller, boolean splice);
}
