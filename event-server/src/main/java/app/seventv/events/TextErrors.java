package app.seventv.events;

import app.seventv.core.http.ErrorMapper;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures as plain text (event-api.md §2.3), and heads that are no request without a word. */
final class TextErrors implements ErrorMapper {
  private static final Logger LOG = LoggerFactory.getLogger(TextErrors.class);

  private static final int URI_TOO_LONG = 414;
  private static final int HEAD_TOO_LARGE = 431;

  @Override
  public Response map(Request request, Throwable failure) {
    if (failure instanceof HttpError error) {
      return Response.text(error.status(), error.clientMessage());
    }
    LOG.error("unexpected failure answering {}", request, failure);
    return Response.text(500, EndReason.SERVER_ERROR.message());
  }

  /** A head that is too large is 431 whichever part of it is (event-api.md §2.1). */
  @Override
  public Response unreadable(Response problem) {
    int status = problem.status();
    problem.body().release();
    return Response.of(status == URI_TOO_LONG ? HEAD_TOO_LARGE : status);
  }
}
