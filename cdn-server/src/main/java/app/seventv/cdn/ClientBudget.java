package app.seventv.cdn;

import app.seventv.core.http.ClientAddress;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.limits.RequestLimits;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;

/** Refuses with 429 what an address asks for beyond its share of requests and bytes. */
final class ClientBudget implements Handler {
  private final Handler content;
  private final RequestLimits limits;
  private final ClientAddress clientAddress;

  ClientBudget(Handler content, RequestLimits limits, ClientAddress clientAddress) {
    this.content = content;
    this.limits = limits;
    this.clientAddress = clientAddress;
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    Request request = exchange.request();
    InetAddress client;
    try {
      client = clientAddress.of(request);
    } catch (HttpError refused) {
      content.handle(exchange); // which refuses, in its own words
      return;
    }
    if (!limits.tryRequest(client)) {
      exchange.respond(
          Response.of(429)
              .header("content-length", "0")
              .header("retry-after", "1")
              .header("cache-control", "no-cache")
              .header("access-control-allow-origin", "*"));
      return;
    }
    if (!request.method().equals("HEAD")) {
      exchange.beforeHead((_, headers) -> limits.sent(client, bodyBytes(headers)));
    }
    content.handle(exchange);
  }

  private static long bodyBytes(HttpHeaders headers) {
    String length = headers.get("content-length");
    return length == null ? 0 : Long.parseLong(length);
  }
}
