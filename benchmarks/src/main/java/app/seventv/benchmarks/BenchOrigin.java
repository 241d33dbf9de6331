package app.seventv.benchmarks;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bucket that has every key, in the size that the key's file name says ({@link KeyMix}), and
 * counts what it is asked for. Real S3 servers take longer to fill than the bench to run.
 */
final class BenchOrigin implements AutoCloseable {
  private final EventLoops loops;
  private final HttpServer server;
  private final AtomicLong requests = new AtomicLong();
  private volatile Duration delay = Duration.ZERO;

  BenchOrigin() throws IOException {
    loops = EventLoops.start(TransportOptions.loops(1));
    server =
        HttpServer.builder(loops, this::answer)
            .listen(HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .start();
  }

  private void answer(Exchange exchange) {
    requests.incrementAndGet();
    byte[] body = KeyMix.body(exchange.request().path());
    Response response =
        Response.of(200, "image/webp", Unpooled.wrappedBuffer(body))
            .header("etag", "\"bench\"")
            .header("last-modified", "Wed, 01 Jan 2025 00:00:00 GMT");
    Duration wait = delay;
    if (wait.isZero()) {
      exchange.respond(response);
    } else {
      exchange
          .executor()
          .schedule(() -> exchange.respond(response), wait.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.port();
  }

  /** From now on every answer takes so long. */
  void delay(Duration time) {
    delay = time;
  }

  long requests() {
    return requests.get();
  }

  @Override
  public void close() {
    server.close();
    loops.close();
  }
}
