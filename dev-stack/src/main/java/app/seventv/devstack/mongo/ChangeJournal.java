package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;

/**
 * The bounded log of changes behind the change streams, kept in the same store as the documents so
 * that both are at the same point after a crash. Events are kept as BSON: as objects they would
 * take several times the room.
 *
 * <p>Positions grow by one per event and jump by {@link #RESTART_GAP} at each start: events that a
 * crash took away with their documents can have been seen by a reader, and no later event may get
 * the position of one of those.
 */
final class ChangeJournal {

  private static final long RESTART_GAP = 1_000_000;
  private static final String BYTES = "bytes";

  /** How much is kept; the newest event stays in any case. */
  record Capacity(int events, long bytes) {}

  private final MVMap<Long, byte[]> entries;
  private final MVMap<String, Long> state;
  private final Capacity capacity;
  private final Clock clock;
  private final long incarnation;
  private long last;
  private boolean closed;
  private long timestampSecond;
  private int timestampIncrement;

  /**
   * @param store where the entries are kept
   * @param capacity how much to keep
   */
  ChangeJournal(MVStore store, Capacity capacity, Clock clock) {
    this.entries = store.openMap("dev-stack.change-journal-bson");
    this.state = store.openMap("dev-stack.change-journal-bson-state");
    this.capacity = capacity;
    this.clock = clock;
    this.incarnation =
        state.computeIfAbsent("incarnation", key -> new SplittableRandom().nextLong());
    Long stored = state.get("started-at");
    long base = stored == null ? 0 : Math.max(stored, lastEntry());
    this.last = stored == null ? 0 : base + RESTART_GAP;
    state.put("started-at", last);
  }

  private long lastEntry() {
    Long key = entries.lastKey();
    return key == null ? 0 : key;
  }

  /** Tells this journal's resume tokens from those of another one. */
  long incarnation() {
    return incarnation;
  }

  /** The position of the newest event. */
  synchronized long last() {
    return last;
  }

  /** True when every event after the position is still here. */
  synchronized boolean reachesBackTo(long position) {
    return position <= last && position >= state.getOrDefault("trimmed-through", 0L);
  }

  /** The position before the first kept event at or after the time. */
  synchronized long before(BsonTimestamp time) {
    for (Iterator<Long> keys = entries.keyIterator(null); keys.hasNext(); ) {
      Long key = keys.next();
      byte[] event = entries.get(key);
      if (event != null
          && decode(event).get("clusterTime") instanceof BsonTimestamp at
          && at.compareTo(time) >= 0) {
        return key - 1;
      }
    }
    return last;
  }

  /** The next cluster time; later than every one before. */
  synchronized BsonTimestamp nextTimestamp() {
    long now = clock.instant().getEpochSecond();
    if (now > timestampSecond) {
      timestampSecond = now;
      timestampIncrement = 0;
    }
    timestampIncrement++;
    return new BsonTimestamp(Instant.ofEpochSecond(timestampSecond), timestampIncrement);
  }

  /** Appends events, and drops the oldest beyond the capacity. */
  synchronized void append(List<Document> events) {
    if (events.isEmpty()) {
      return;
    }
    BsonTimestamp time = nextTimestamp();
    long bytes = state.getOrDefault(BYTES, 0L);
    for (Document event : events) {
      event.append("clusterTime", time).append("wallTime", clock.instant());
      byte[] encoded = encode(event);
      last++;
      entries.put(last, encoded);
      bytes += encoded.length;
    }
    state.put(BYTES, bytes - trim(bytes));
    notifyAll();
  }

  /** Drops the oldest events while there are too many; returns their bytes. */
  private long trim(long bytes) {
    long dropped = 0;
    while (entries.size() > capacity.events
        || (bytes - dropped > capacity.bytes && entries.size() > 1)) {
      Long oldest = entries.firstKey();
      byte[] event = entries.remove(oldest);
      dropped += event == null ? 0 : event.length;
      state.put("trimmed-through", oldest);
    }
    return dropped;
  }

  private static byte[] encode(Document event) {
    ByteBuf buffer = Unpooled.buffer();
    BsonEncoder.encodeDocument(event, buffer);
    return ByteBufUtil.getBytes(buffer);
  }

  private static Document decode(byte[] event) {
    return BsonDecoder.decodeBson(Unpooled.wrappedBuffer(event));
  }

  /** An event and its position. */
  record Entry(long position, Document event) {}

  /** Up to {@code max} events after the position. */
  synchronized List<Entry> after(long position, int max) {
    List<Entry> found = new ArrayList<>();
    Iterator<Long> keys = entries.keyIterator(position + 1);
    while (found.size() < max && keys.hasNext()) {
      Long key = keys.next();
      byte[] event = entries.get(key);
      if (event != null) {
        found.add(new Entry(key, decode(event)));
      }
    }
    return found;
  }

  /** Waits until there is an event after the position, at most for the given time. */
  synchronized void awaitAfter(long position, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (last <= position && !closed) {
      long leftMs = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        return;
      }
      try {
        wait(leftMs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Lets all waiting readers go. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** A change of one document; {@code document} is what is stored now, where the event shows it. */
  static Document event(
      String operation, Namespace ns, @Nullable Object id, @Nullable Document document) {
    Document event =
        new Document("operationType", operation)
            .append("ns", new Document("db", ns.database()).append("coll", ns.collection()))
            .append("documentKey", new Document(Docs.ID, id));
    if (document != null) {
      event.append("fullDocument", document);
    }
    return event;
  }
}
