package app.seventv.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Clients that all get the same events, and who publishes them. */
final class Audience implements AutoCloseable {
  /** Larger than heartbeats and acknowledgements, smaller than the events. */
  private static final int MIN_EVENT_BYTES = 300;

  private static final int MAX_EVENTS = 10_000;

  private final Publisher publisher;
  private final Deliveries deliveries;
  private final IdleClients clients;

  /** Makes every client get one more event. */
  interface Publisher {
    void publish() throws IOException, InterruptedException;
  }

  private Audience(Publisher publisher, Deliveries deliveries, IdleClients clients) {
    this.publisher = publisher;
    this.deliveries = deliveries;
    this.clients = clients;
  }

  /**
   * Connects the clients.
   *
   * @param subscriptions what each sends after the handshake
   * @param round closed connections keep their ports for a minute: each round has its own address
   */
  static Audience connect(
      ClientLoop loops,
      int port,
      List<String> subscriptions,
      int count,
      int round,
      Publisher publisher)
      throws IOException, InterruptedException {
    Deliveries deliveries = new Deliveries(count, MAX_EVENTS);
    IdleClients clients =
        new IdleClients(
                loops,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                "/v3",
                client -> subscriptions,
                MIN_EVENT_BYTES,
                deliveries::received)
            .from(source(round));
    try {
      clients.growTo(count);
    } catch (IOException | InterruptedException e) {
      clients.close();
      throw e;
    }
    return new Audience(publisher, deliveries, clients);
  }

  /** An address of the loopback interface for the clients of a round. */
  static InetAddress source(int round) throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (round + 1)});
  }

  int frameBytes() {
    return clients.lastFrameBytes();
  }

  /** Publishes events, each when all clients have the one before; returns seconds per event. */
  double oneByOne(int events) throws IOException, InterruptedException {
    long startNs = System.nanoTime();
    for (int i = 0; i < events; i++) {
      publish();
      deliveries.awaitAll();
    }
    return (System.nanoTime() - startNs) / 1e9 / events;
  }

  /** Publishes events one after the other, then waits until all clients have them all. */
  void atOnce(int events) throws IOException, InterruptedException {
    for (int i = 0; i < events; i++) {
      publish();
    }
    deliveries.awaitAll();
  }

  /**
   * Publishes events at a steady rate.
   *
   * @return milliseconds from publishing to the last client, of each event
   */
  List<Double> atRate(int events, double perSecond) throws IOException, InterruptedException {
    int first = deliveries.next();
    double pauseNs = TimeUnit.SECONDS.toNanos(1) / perSecond;
    long startNs = System.nanoTime();
    for (int i = 0; i < events; i++) {
      long waitNs = startNs + (long) (i * pauseNs) - System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(Math.max(0, waitNs));
      publish();
    }
    deliveries.awaitAll();
    return deliveries.timesMs(first);
  }

  private void publish() throws IOException, InterruptedException {
    deliveries.publish();
    publisher.publish();
  }

  @Override
  public void close() {
    clients.close();
  }
}
