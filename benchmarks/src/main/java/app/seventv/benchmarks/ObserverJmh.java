package app.seventv.benchmarks;

import app.seventv.core.http.Connection;
import app.seventv.core.http.ExchangeSummary;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.http.RoutePattern;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.observe.Telemetry;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What watching one request costs a loop, with spans and access log off. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ObserverJmh {
  private static final int REQUESTS = 64;

  private final HttpObserver observer = Telemetry.metricsOnly(new Metrics()).observer();
  private final Ended[] exchanges = new Ended[REQUESTS];
  private int next;

  /** Requests of different routes, statuses and durations, as a loop sees them. */
  public ObserverJmh() {
    Connection connection = new Connection(Protocol.HTTP_2, new InetSocketAddress(0), 443, true);
    for (int i = 0; i < REQUESTS; i++) {
      Request request = new Request("GET", "/", Response.newHeaders(), connection);
      request.bindRoute(new RoutePattern("GET", "/route/" + i));
      exchanges[i] = new Ended(request, i % 8 == 0 ? 404 : 200, 20_000L * (i + 1));
    }
  }

  /** One exchange from head to end. */
  @Benchmark
  public void exchange() {
    Ended exchange = exchanges[next];
    next = (next + 1) & (REQUESTS - 1);
    observer.exchangeStarted(exchange.request());
    observer.exchangeEnded(exchange);
  }

  private record Ended(Request request, int status, long durationNs) implements ExchangeSummary {
    @Override
    public long firstByteNs() {
      return durationNs / 2;
    }

    @Override
    public long requestBytes() {
      return 0;
    }

    @Override
    public long responseBytes() {
      return 1_000;
    }
  }
}
