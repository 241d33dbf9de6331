package app.seventv.benchmarks;

import app.seventv.core.http.Http3Client;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Load over HTTP/3, as a process of its own: each stream is followed by the next when its answer is
 * there. Debian's h2load knows no HTTP/3.
 */
final class Http3Load {
  private static final byte[] NO_BODY = {};
  private static final long WARM_UP_STEP_MS = 50;
  private static final int MAX_WARM_UP_STEPS = 600;

  private final List<Http3Client> clients = new ArrayList<>();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicInteger running = new AtomicInteger();
  private final String path;
  private volatile boolean over;

  private Http3Load(String path) {
    this.path = path;
  }

  /**
   * Prints {@code measuring} when both sides are warm, and at the end {@code N requests in S
   * seconds, F failed}.
   *
   * @param args port, path, connections, streams on each, seconds, requests to warm up with
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    InetSocketAddress server =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    Duration duration = Duration.ofSeconds(Integer.parseInt(args[4]));
    try (EventLoops loops = EventLoops.start(TransportOptions.loops(1))) {
      new Http3Load(args[1])
          .run(
              loops,
              server,
              Integer.parseInt(args[2]),
              Integer.parseInt(args[3]),
              duration,
              Integer.parseInt(args[5]));
    }
  }

  private void run(
      EventLoops loops,
      InetSocketAddress server,
      int connections,
      int streams,
      Duration duration,
      int warmUpRequests)
      throws IOException, InterruptedException {
    for (int i = 0; i < connections; i++) {
      clients.add(Http3Client.connect(loops, server));
    }
    for (Http3Client client : clients) {
      for (int i = 0; i < streams; i++) {
        running.incrementAndGet();
        next(client);
      }
    }
    for (int i = 0; i < MAX_WARM_UP_STEPS && answers.get() < warmUpRequests; i++) {
      TimeUnit.MILLISECONDS.sleep(WARM_UP_STEP_MS);
    }
    System.out.println("measuring");
    long startNs = System.nanoTime();
    long before = answers.get();
    TimeUnit.MILLISECONDS.sleep(duration.toMillis());
    long requests = answers.get() - before;
    double seconds = (System.nanoTime() - startNs) / 1e9;
    System.out.printf(
        "%d requests in %.3f seconds, %d failed%n", requests, seconds, failures.get());
    over = true;
    for (int i = 0; i < 100 && running.get() > 0; i++) {
      TimeUnit.MILLISECONDS.sleep(10); // the last answers
    }
    clients.forEach(Http3Client::close);
  }

  private void next(Http3Client client) {
    if (over) {
      running.decrementAndGet();
      return;
    }
    client
        .send("GET", path, Map.of(), NO_BODY)
        .whenComplete((answer, failure) -> {
          if (failure != null || answer.status() != 200) {
            failures.incrementAndGet();
            running.decrementAndGet(); // a broken connection must not spin
          } else {
            answers.incrementAndGet();
            next(client);
          }
        });
  }
}
