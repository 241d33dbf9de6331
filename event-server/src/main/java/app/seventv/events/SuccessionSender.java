package app.seventv.events;

import app.seventv.model.Id;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side of {@link SuccessionFormat} that ends: what it has to say goes through one bounded
 * queue, so that an event is named before any session that was sent it.
 */
final class SuccessionSender implements ParkedSessions.Heir, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SuccessionSender.class);

  /** What may wait for the successor; with more, its clients are told no. */
  static final int MAX_QUEUED = 1 << 17;

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
  private static final Duration END_LIMIT = Duration.ofSeconds(5);
  private static final int BUFFER_BYTES = 64 << 10;

  private final SocketChannel channel;
  private final Interner interner;
  private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
  private final CompletableFuture<Boolean> listening = new CompletableFuture<>();
  private final Thread thread;
  private volatile boolean broken;

  private sealed interface Item {
    record Event(long identity, long number) implements Item {}

    record Session(ParkedSession session) implements Item {}

    record Settled(Id id, boolean all) implements Item {}

    record Barrier(long number) implements Item {}

    record End() implements Item {}
  }

  /** Talks to the successor at the other end of a channel. */
  SuccessionSender(SocketChannel channel, Interner interner) {
    this.channel = channel;
    this.interner = interner;
    thread = Thread.ofVirtual().name("succession-sender").start(this::run);
  }

  /** Whether the successor hears the bus, so that it can take sessions. */
  boolean awaitListening() throws InterruptedException {
    try {
      return listening.get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the successor does not take sessions: {}", e.toString());
      return false;
    }
  }

  void event(SharedDispatch event) {
    offer(new Item.Event(event.identity(), event.number()));
  }

  /** All that was published before both heard the bus has been named. */
  void barrier(long number) {
    offer(new Item.Barrier(number));
  }

  @Override
  public void put(ParkedSession session) {
    offer(new Item.Session(session));
  }

  @Override
  public void settle(Id id, boolean receivedAll) {
    offer(new Item.Settled(id, receivedAll));
  }

  private void offer(Item item) {
    if (!broken && !queue.offer(item)) {
      broken = true; // better nothing than a part
      LOG.warn("the successor is too slow for the sessions that end here");
      closeChannel();
    }
  }

  private void run() {
    try (channel;
        DataOutputStream out =
            new DataOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES))) {
      out.writeInt(SuccessionFormat.MAGIC);
      out.writeInt(SuccessionFormat.VERSION);
      out.flush();
      ByteBuffer answer = ByteBuffer.allocate(1);
      if (channel.read(answer) != 1 || answer.get(0) != SuccessionFormat.LISTENING) {
        throw new EOFException("no answer");
      }
      listening.complete(true);
      SuccessionFormat.Writer writer = new SuccessionFormat.Writer(out, interner);
      for (Item item = queue.take(); write(out, writer, item); item = queue.take()) {
        if (queue.isEmpty()) {
          out.flush();
        }
      }
    } catch (IOException e) {
      broken = true;
      listening.completeExceptionally(e);
      LOG.info("the successor takes no more sessions: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      broken = true;
      queue.clear();
    }
  }

  /** Returns false at the end. */
  private static boolean write(DataOutputStream out, SuccessionFormat.Writer writer, Item item)
      throws IOException {
    switch (item) {
      case Item.Event(long identity, long number) -> {
        out.writeByte(SuccessionFormat.EVENT);
        out.writeLong(identity);
        out.writeLong(number);
      }
      case Item.Session(ParkedSession session) -> writer.session(session);
      case Item.Settled(Id id, boolean all) -> {
        out.writeByte(SuccessionFormat.SETTLED);
        SuccessionFormat.writeId(out, id);
        out.writeBoolean(all);
      }
      case Item.Barrier(long number) -> {
        out.writeByte(SuccessionFormat.BARRIER);
        out.writeLong(number);
      }
      case Item.End() -> {
        out.writeByte(SuccessionFormat.END);
        out.flush();
        return false;
      }
    }
    return true;
  }

  private void closeChannel() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing failed", e);
    }
  }

  /** Says what is left, and that nothing follows. */
  @Override
  public void close() {
    offer(new Item.End());
    try {
      if (!thread.join(END_LIMIT)) {
        closeChannel();
      }
    } catch (InterruptedException e) {
      closeChannel();
      Thread.currentThread().interrupt();
    }
  }
}
