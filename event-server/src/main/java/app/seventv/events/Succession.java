package app.seventv.events;

import app.seventv.model.Id;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resuming across a planned restart (docs/decisions/0023). The process that starts listens at a
 * unix socket beside the one for the listening sockets ({@code handover}); the one that ends
 * connects there and hands over each session as it ends. Both hear the bus meanwhile, so no event
 * has to travel, only what it is called.
 */
final class Succession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

  private static final String SUFFIX = ".s";
  private static final int BUFFER_BYTES = 64 << 10;
  private static final Duration STEP = Duration.ofMillis(5);

  /** How long the predecessor waits until this process hears the bus. */
  private static final Duration BUS_LIMIT = Duration.ofSeconds(8);

  /** How long an event may take that the predecessor has and this process has not. */
  private static final Duration EVENT_LIMIT = Duration.ofSeconds(2);

  private final Path path;
  private final EventHub hub;
  private final Interner interner;
  private final BusLink bus;
  private final ServerSocketChannel listener;
  private final @Nullable Object file;
  private final PredecessorNumbers numbers;
  private volatile @Nullable SocketChannel predecessor;

  private Succession(
      Path path, EventHub hub, Interner interner, BusLink bus, ServerSocketChannel listener)
      throws IOException {
    this.path = path;
    this.hub = hub;
    this.interner = interner;
    this.bus = bus;
    this.listener = listener;
    file = fileKey(path);
    numbers = hub.log().expectPredecessor();
    Thread.ofVirtual().name("succession").start(this::accept);
  }

  /**
   * Listens for a predecessor.
   *
   * @param handover path of the socket beside which this one lies
   * @throws IOException if the socket cannot be bound
   */
  static Succession listen(Path handover, EventHub hub, Interner interner, BusLink bus)
      throws IOException {
    Path path = Path.of(handover.toAbsolutePath() + SUFFIX);
    Files.deleteIfExists(path); // the predecessor's, or what is left of a process that was killed
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      return new Succession(path, hub, interner, bus, listener);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  private static @Nullable Object fileKey(Path path) throws IOException {
    return Files.exists(path)
        ? Files.readAttributes(path, BasicFileAttributes.class).fileKey()
        : null;
  }

  // The process that starts.

  private void accept() {
    try (SocketChannel channel = listener.accept()) {
      predecessor = channel;
      receive(channel);
    } catch (IOException e) {
      LOG.debug("no predecessor any more", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      hub.parked().expecting(false);
    }
  }

  private void receive(SocketChannel channel) throws IOException, InterruptedException {
    DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES));
    if (in.readInt() != SuccessionFormat.MAGIC || in.readInt() != SuccessionFormat.VERSION) {
      throw new IOException("a predecessor of another kind");
    }
    if (!within(BUS_LIMIT, bus::isSubscribed)) {
      throw new IOException("no bus");
    }
    hub.parked().expecting(true);
    channel.write(ByteBuffer.wrap(new byte[] {SuccessionFormat.LISTENING}));
    try {
      long sessions = receive(in);
      hub.log().predecessorEnded(numbers);
      LOG.info("{} sessions of the predecessor can go on here", sessions);
    } catch (IOException e) {
      LOG.warn("the predecessor's sessions cannot go on here: {}", e.toString());
      hub.log().predecessorLost(numbers);
    }
  }

  private long receive(DataInputStream in) throws IOException, InterruptedException {
    SuccessionFormat.Reader reader = new SuccessionFormat.Reader(in, interner);
    long sessions = 0;
    while (true) {
      switch (in.readUnsignedByte()) {
        case SuccessionFormat.EVENT ->
            hub.log().nameOfPredecessor(numbers, in.readLong(), in.readLong());
        case SuccessionFormat.NUMBER -> reader.number();
        case SuccessionFormat.SESSION -> {
          put(reader);
          sessions++;
        }
        case SuccessionFormat.SETTLED -> {
          Id id = SuccessionFormat.readId(in);
          hub.parked().settle(id, in.readBoolean());
        }
        case SuccessionFormat.BARRIER -> barrier(in.readLong());
        case SuccessionFormat.END -> {
          return sessions;
        }
        default -> throw new IOException("unknown record");
      }
    }
  }

  private void barrier(long number) throws IOException, InterruptedException {
    if (!bus.catchUp()) {
      throw new IOException("the bus is behind");
    }
    hub.log().forgetAhead(numbers, number);
  }

  /** A session counts as there when everything it was sent is here. */
  private void put(SuccessionFormat.Reader reader) throws IOException, InterruptedException {
    ParkedSession session = reader.session(System.currentTimeMillis(), Long.MAX_VALUE);
    if (!within(EVENT_LIMIT, () -> hub.log().hasReached(numbers, session.position()))) {
      throw new IOException("an event of the predecessor does not come");
    }
    hub.parked().put(session.reached(hub.log().last()));
  }

  private static boolean within(Duration limit, BooleanSupplier condition)
      throws InterruptedException {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadlineNs) {
        return false;
      }
      Thread.sleep(STEP);
    }
    return true;
  }

  // The process that ends.

  /**
   * Finds the successor, if there is one, and makes it the heir of all sessions that end from now
   * on.
   *
   * @return the way to it, to be closed when none is left; null without a successor
   */
  @Nullable SuccessionSender bequeath() throws InterruptedException {
    SuccessionSender sender = connect();
    if (sender == null) {
      return null;
    }
    if (sender.awaitListening()) {
      hub.log().follow(sender::event);
      if (bus.catchUp()) {
        sender.barrier(hub.log().last());
        hub.parked().bequeath(sender);
        return sender;
      }
      LOG.warn("the bus is behind: no session goes on at the successor");
    }
    sender.close();
    return null;
  }

  /** Whether a process that started later serves the same sockets. */
  boolean hasSuccessor() {
    try {
      Object there = fileKey(path);
      return there != null && !Objects.equals(there, file);
    } catch (IOException e) {
      LOG.info("no successor can be found: {}", e.toString());
      return false;
    }
  }

  private @Nullable SuccessionSender connect() {
    if (!hasSuccessor()) {
      return null;
    }
    try {
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
      return new SuccessionSender(channel, interner);
    } catch (IOException e) {
      LOG.info("no successor takes sessions: {}", e.toString());
      return null;
    }
  }

  @Override
  public void close() {
    try (listener) {
      SocketChannel connected = predecessor;
      if (connected != null) {
        connected.close();
      }
      if (Objects.equals(fileKey(path), file)) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      LOG.debug("closing failed", e);
    }
  }
}
