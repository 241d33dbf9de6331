package app.seventv.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/** Who has got which event: events are numbered in the order in which every client gets them. */
final class Deliveries {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

  private final int clients;
  private final AtomicIntegerArray received;
  private final AtomicLongArray completedNs;
  private final long[] publishedNs;
  private int published;

  Deliveries(int clients, int events) {
    this.clients = clients;
    this.received = new AtomicIntegerArray(events);
    this.completedNs = new AtomicLongArray(events);
    this.publishedNs = new long[events];
  }

  /** Number of the next event. */
  int next() {
    return published;
  }

  /** An event is about to be published. */
  void publish() {
    publishedNs[published] = System.nanoTime();
    published++;
  }

  /** A client has got events from a number on. */
  void received(int first, int count) {
    for (int event = first; event < first + count && event < received.length(); event++) {
      if (received.incrementAndGet(event) == clients) {
        completedNs.set(event, System.nanoTime());
      }
    }
  }

  /** Waits until every client has every event that was published. */
  void awaitAll() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NS;
    while (published > 0 && completedNs.get(published - 1) == 0) {
      if (System.nanoTime() > deadline) {
        int got = received.get(published - 1);
        throw new IOException("event " + published + " has reached " + got + " of " + clients);
      }
      TimeUnit.MICROSECONDS.sleep(200);
    }
  }

  /** Times from publishing to the last client, in milliseconds, of the events from a number on. */
  List<Double> timesMs(int first) {
    List<Double> times = new ArrayList<>();
    for (int event = first; event < published; event++) {
      times.add((completedNs.get(event) - publishedNs[event]) / 1e6);
    }
    return times;
  }
}
