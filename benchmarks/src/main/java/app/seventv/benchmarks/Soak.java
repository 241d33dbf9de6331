package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Viewers that come, go, break off, resume and change channels, while sets are renamed, garbage is
 * published and the bus dies now and then: does anybody miss an event, or get one twice?
 */
final class Soak implements AutoCloseable {
  private static final int VIEWERS_PER_TOPIC = 20;
  private static final int MAX_FRAME_BYTES = 1 << 20;
  private static final int MAX_HANDSHAKE_BYTES = 8 << 10;
  private static final long STEP_MS = 100;
  private static final int MIN_PAUSE_MS = 50;
  private static final int MAX_PAUSE_MS = 500;
  private static final Duration SETTLE = Duration.ofSeconds(8);
  private static final Duration GATHER_LIMIT = Duration.ofMinutes(2);

  final LongAdder events = new LongAdder();
  final LongAdder lost = new LongAdder();
  final LongAdder doubled = new LongAdder();
  final LongAdder resumed = new LongAdder();
  final LongAdder refused = new LongAdder();
  final AtomicInteger open = new AtomicInteger();

  private final InetSocketAddress address;
  private final DevNats nats;
  private final Connection publisher;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final SplittableRandom random = new SplittableRandom(7);
  private final List<Id> topics = new ArrayList<>();
  private final long[] numbers;
  private final List<SoakClient> clients = new ArrayList<>();

  Soak(InetSocketAddress address, DevNats nats, int connections) throws Exception {
    this.address = address;
    this.nats = nats;
    this.publisher = Nats.connect(nats.uri());
    for (int i = 0; i < Math.ceilDiv(connections, VIEWERS_PER_TOPIC); i++) {
      topics.add(new Id(1L << 50, i));
    }
    numbers = new long[topics.size()];
    for (int i = 0; i < connections; i++) {
      clients.add(new SoakClient(this, topics.get(i / VIEWERS_PER_TOPIC)));
    }
  }

  /** A number from one bound to the other. */
  synchronized int random(int from, int to) {
    return random.nextInt(from, to);
  }

  void connect(SoakClient client) {
    URI uri = URI.create("ws://" + address.getHostString() + ":" + address.getPort() + "/v3");
    new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(
                        new HttpClientCodec(),
                        new HttpObjectAggregator(MAX_HANDSHAKE_BYTES),
                        new WebSocketClientProtocolHandler(
                            uri,
                            WebSocketVersion.V13,
                            null,
                            false,
                            EmptyHttpHeaders.INSTANCE,
                            MAX_FRAME_BYTES),
                        client.handler());
              }
            })
        .connect(address)
        .addListener(done -> {
          if (!done.isSuccess()) {
            connectLater(client);
          }
        });
  }

  /** The client comes back after a moment, as clients do. */
  void connectLater(SoakClient client) {
    int pauseMs = random(MIN_PAUSE_MS, MAX_PAUSE_MS);
    group.next().schedule(() -> connect(client), pauseMs, TimeUnit.MILLISECONDS);
  }

  /** Connects all, a few hundred per step, and returns once they are in. */
  void start() throws InterruptedException {
    for (int i = 0; i < clients.size(); i++) {
      connect(clients.get(i));
      while (i - open.get() > 200) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
    gather();
  }

  /**
   * Lets everything happen for a while.
   *
   * @param busKills how often the bus dies, evenly spread
   */
  void run(Duration duration, int busKills) throws Exception {
    long startNs = System.nanoTime();
    int killed = 0;
    while (System.nanoTime() - startNs < duration.toNanos()) {
      double share = (double) (System.nanoTime() - startNs) / duration.toNanos();
      if (killed < busKills && share > (killed + 1.0) / (busKills + 1)) {
        killed++;
        nats.pid()
            .ifPresent(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        awaitLoss();
      }
      publishSome();
      churn();
      group.next().submit(() -> {}).get(); // clients that are behind are not driven on
      TimeUnit.MILLISECONDS.sleep(STEP_MS);
    }
  }

  /**
   * The bus is dead. On a busy machine the publisher can be the last to notice, and what it sends
   * into the dead connection until then is lost behind the gap that the server announces.
   */
  private void awaitLoss() throws InterruptedException {
    long deadlineNs = System.nanoTime() + SETTLE.toNanos();
    while (publisher.getStatus() == Connection.Status.CONNECTED && System.nanoTime() < deadlineNs) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** Waits until all are connected at the same time, as far as they come back. */
  void gather() throws InterruptedException {
    long deadlineNs = System.nanoTime() + GATHER_LIMIT.toNanos();
    while (open.get() < clients.size() && System.nanoTime() < deadlineNs) {
      TimeUnit.MILLISECONDS.sleep(STEP_MS);
    }
  }

  private void publishSome() throws Exception {
    if (publisher.getStatus() != Connection.Status.CONNECTED) {
      return; // what the client keeps for a dead server could come after the gap was announced
    }
    for (int i = 0; i < Math.max(1, topics.size() / 10); i++) {
      int topic = random(0, topics.size());
      numbers[topic]++;
      publisher.publish(BusBatch.SUBJECT, rename(topics.get(topic), numbers[topic]));
    }
    byte[] whole = rename(topics.getFirst(), 0);
    publisher.publish(BusBatch.SUBJECT, Arrays.copyOf(whole, whole.length / 2));
    publisher.publish(BusBatch.SUBJECT, new byte[] {(byte) 0xc1, 1, 2});
  }

  private static byte[] rename(Id set, long number) {
    Instant now = Instant.now();
    EmoteSet after =
        new EmoteSet(
            set,
            "n",
            null,
            List.of(),
            List.of(),
            null,
            null,
            null,
            EmoteSet.Kind.NORMAL,
            false,
            now,
            null);
    EmoteSetChange change = new EmoteSetChange.ChangeName("o", "n" + number);
    BusEvent event = new BusEvent(null, null, new EntityEvent.OfEmoteSet(after, change), now);
    return BusEncoding.encode(new BusBatch(List.of(event), now));
  }

  /** One in a hundred does something at each step. */
  private void churn() {
    for (int i = 0; i < Math.max(1, clients.size() / 100); i++) {
      SoakClient client = clients.get(random(0, clients.size()));
      int what = random(0, 10);
      Id topic = topics.get(random(0, topics.size()));
      group
          .next()
          .execute(() -> {
            if (what < 6) {
              client.breakOff();
            } else if (what < 8) {
              client.change(topic);
            } else {
              client.leave();
            }
          });
    }
  }

  /** Lets everybody catch up, ends all and counts. */
  void finish() throws Exception {
    gather();
    TimeUnit.NANOSECONDS.sleep(SETTLE.toNanos());
    for (SoakClient client : clients) {
      lost.add(group.next().submit(client::stop).get());
    }
  }

  @Override
  public void close() {
    try {
      publisher.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
