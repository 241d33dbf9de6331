package app.seventv.core.http;

import app.seventv.core.log.Logs;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place of a server where failures become responses. */
@FunctionalInterface
public interface ErrorMapper {
  /** Response for a failure; must not throw. */
  Response map(Request request, Throwable failure);

  /**
   * Response to a head that is no request, or too large a one.
   *
   * @param problem what is sent if the mapper has nothing else in mind
   */
  default Response unreadable(Response problem) {
    return problem;
  }

  /** Problem details (RFC 9457) for {@link HttpError}, a bare 500 plus a log line for the rest. */
  ErrorMapper PROBLEM_JSON =
      (request, failure) -> {
        int status = 500;
        String detail = "internal server error";
        if (failure instanceof HttpError error) {
          status = error.status();
          detail = error.clientMessage();
        } else {
          log()
              .atError()
              .addKeyValue(Logs.REQUEST_ID, request.id())
              .setCause(failure)
              .log("unexpected failure answering {}", request);
        }
        String json =
            "{\"status\":"
                + status
                + ",\"title\":\""
                + HttpStatus.reason(status)
                + "\",\"detail\":"
                + JsonText.quote(detail)
                + (request.showsId() ? ",\"request_id\":" + JsonText.quote(request.id()) : "")
                + "}";
        return Response.of(
            status, "application/problem+json", json.getBytes(StandardCharsets.UTF_8));
      };

  private static Logger log() {
    return LoggerFactory.getLogger(ErrorMapper.class);
  }
}
