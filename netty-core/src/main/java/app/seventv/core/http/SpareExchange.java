package app.seventv.core.http;

import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges and requests that serve again. Most answers of a cache are known as soon as the request
 * is read ({@link Handler#answerAtOnce}); no handler has seen such an exchange, so nothing can hold
 * it when it has ended, and the next request of the loop gets it. One that a handler has seen is
 * never used again: whatever it does late must not concern another request.
 */
final class SpareExchange {
  /** Objects with room for more fields are not kept. */
  private static final int MAX_KEPT_FIELDS = 64;

  private static final FastThreadLocal<SpareExchange> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected SpareExchange initialValue() {
          return new SpareExchange();
        }
      };

  private @Nullable HttpExchange exchange;
  private @Nullable HeaderFields fields;

  private SpareExchange() {}

  /** The spare of the loop that calls. */
  static SpareExchange ofLoop() {
    return OF_LOOP.get();
  }

  /** Empty fields of a request, with room for so many. */
  HeaderFields fields(int count) {
    HeaderFields spare = fields;
    fields = null;
    return spare == null ? HeaderFields.trusted(count) : spare;
  }

  /** An exchange for a request that has arrived. */
  HttpExchange begin(
      ServerContext server,
      ExchangeTransport transport,
      Connection connection,
      String method,
      String target,
      HeaderFields headers,
      long nowNs) {
    HttpExchange spare = exchange;
    if (spare == null) {
      Request request = new Request(method, target, headers, connection);
      return new HttpExchange(server, transport, request, nowNs);
    }
    exchange = null;
    spare.request().renew(method, target, headers, connection);
    spare.renew(server, transport, nowNs);
    return spare;
  }

  /** Keeps an exchange for the next request if nothing can hold it any more. */
  void offer(HttpExchange used) {
    if (used.isUnseen() && used.request().headers() instanceof HeaderFields headers) {
      exchange = used;
      headers.clear();
      fields = headers.room() <= MAX_KEPT_FIELDS ? headers : null;
    }
  }
}
