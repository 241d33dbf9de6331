package app.seventv.core.observe;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Connection;
import app.seventv.core.http.ExchangeSummary;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.http.RoutePattern;
import app.seventv.core.metrics.Metrics;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** With traces and access log off, watching a request makes no garbage. */
class ObserverCostTest {
  private static final int REQUESTS = 200_000;

  private record Ended(Request request, int status, long durationNs) implements ExchangeSummary {
    @Override
    public long firstByteNs() {
      return durationNs / 2;
    }

    @Override
    public long requestBytes() {
      return 10;
    }

    @Override
    public long responseBytes() {
      return 1_000;
    }
  }

  private static void run(HttpObserver observer, Ended[] exchanges) {
    for (int i = 0; i < REQUESTS; i++) {
      Ended exchange = exchanges[i & 15];
      observer.exchangeStarted(exchange.request());
      observer.exchangeEnded(exchange);
    }
  }

  @Test
  void aRequestCostsNoGarbage() {
    HttpObserver observer = Telemetry.metricsOnly(new Metrics()).observer();
    Connection connection = new Connection(Protocol.HTTP_2, new InetSocketAddress(0), 443, true);
    Request request = new Request("GET", "/", Response.newHeaders(), connection);
    request.bindRoute(new RoutePattern("GET", "/"));
    Ended[] exchanges = new Ended[16];
    for (int i = 0; i < exchanges.length; i++) {
      exchanges[i] = new Ended(request, 200 + i, 50_000L << i);
    }
    run(observer, exchanges);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    long startNs = System.nanoTime();
    run(observer, exchanges);
    long durationNs = System.nanoTime() - startNs;
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    System.out.println("figure: observer-request " + durationNs / REQUESTS + " ns");
    System.out.println("figure: observer-request-garbage " + bytes / REQUESTS + " bytes");
    assertThat(bytes).isLessThan(REQUESTS / 10); // noise of the JIT, not bytes per request
  }
}
