package app.seventv.api.web;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * Cross-origin headers on every answer, errors included, and the answer to every preflight
 * (api-v4.md §1.5, api-v3.md §1).
 */
public final class Cors implements Handler {
  private static final String METHODS = "GET,POST,PUT,PATCH,DELETE";
  private static final String ALLOWED_HEADERS =
      "content-type,content-length,accept-encoding,authorization,cookie,x-emote-data,"
          + "x-seventv-platform,x-seventv-version,x-ignore-auth-failure";
  private static final String EXPOSED_HEADERS = "x-access-token,x-request-id,x-auth-failure";
  private static final String VARY =
      "origin, access-control-request-method, access-control-request-headers";
  private static final String MAX_AGE_S = "7200";

  private final OriginPolicy credentials;
  private final Handler next;

  /**
   * @param credentials origins whose requests may carry cookies
   * @param next what answers all but preflights
   */
  public Cors(OriginPolicy credentials, Handler next) {
    this.credentials = credentials;
    this.next = next;
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    Request request = exchange.request();
    if (request.method().equals("OPTIONS")) {
      Response preflight = Response.of(200);
      common(request, preflight.headers());
      preflight
          .header("access-control-allow-methods", METHODS)
          .header("access-control-allow-headers", ALLOWED_HEADERS)
          .header("access-control-max-age", MAX_AGE_S);
      exchange.respond(preflight);
      return;
    }
    exchange.beforeHead((status, headers) -> {
      common(request, headers);
      headers.set("access-control-expose-headers", EXPOSED_HEADERS);
    });
    next.handle(exchange);
  }

  private void common(Request request, HttpHeaders headers) {
    headers.set("vary", VARY);
    String origin = request.header("origin");
    if (origin == null) {
      return;
    }
    headers.set("access-control-allow-origin", origin);
    if (credentials.allows(origin)) {
      headers.set("access-control-allow-credentials", "true");
    }
  }
}
