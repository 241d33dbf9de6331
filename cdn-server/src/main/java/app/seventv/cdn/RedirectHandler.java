package app.seventv.cdn;

import app.seventv.core.http.ErrorMapper;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import java.util.regex.Pattern;

/** Sends the plain port's visitors to the secure one (cdn.md §1.1). */
final class RedirectHandler implements Handler {
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+)(:\\d{1,5})?");
  private static final int HTTPS_PORT = 443;

  /** Here no answer has a body, those to what is no request included. */
  static final ErrorMapper ERRORS =
      new ErrorMapper() {
        @Override
        public Response map(Request request, Throwable failure) {
          return empty(ImageHandler.ERRORS.map(request, failure));
        }

        @Override
        public Response unreadable(Response problem) {
          return empty(problem);
        }

        private Response empty(Response problem) {
          problem.body().release();
          return Response.of(problem.status());
        }
      };

  private final String serverName;
  private final int securePort;

  RedirectHandler(String serverName, int securePort) {
    this.serverName = serverName;
    this.securePort = securePort;
  }

  @Override
  public void handle(Exchange exchange) {
    String authority = exchange.request().authority();
    var host = authority == null ? null : HOST.matcher(authority);
    if (host == null || !host.matches()) {
      exchange.respond(Response.of(400));
      return;
    }
    String port = securePort == HTTPS_PORT ? "" : ":" + securePort;
    String target = exchange.request().target();
    String path = target.startsWith("/") ? target : "/"; // "*" is no path (RFC 9112 §3.2.4)
    exchange.respond(
        Response.of(308)
            .header("location", "https://" + host.group(1) + port + path)
            .header("server", serverName));
  }
}
