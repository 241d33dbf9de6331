package app.seventv.api.data;

import app.seventv.model.CollectionNames;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Id;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that every committed change is announced, at least once and per object in the order of
 * the commits, even if this process dies right after a commit.
 *
 * <p>The announcement is a row that commits with the change. Usually it is sent at once, and the
 * row goes when the broker has confirmed. While an earlier row about the same object is still there
 * a later one waits for it. A row that nobody has looked after for a while belongs to a dead
 * process; any other takes it over.
 *
 * <pre>{_id, owner, claimed_at, order, targets: [ids], subject, message}</pre>
 */
public final class Outbox implements AutoCloseable {
  /** A row that was not claimed for so long has lost its process. */
  public static final Duration STALE_AFTER = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(6);
  private static final Duration RETRY_PAUSE = Duration.ofMillis(50);

  /** Most rows that are taken over at a time. */
  private static final int MAX_ADOPTED = 100;

  private static final String OWNER = "owner";
  private static final String CLAIMED_AT = "claimed_at";
  private static final String ORDER = "order";
  private static final String TARGETS = "targets";

  /** Ends the relay's wait. */
  private static final Row WAKE = new Row(Id.NIL, 0, new BsonArray(), "", new byte[0], true);

  private final MongoCollection<BsonDocument> rows;
  private final EventBus bus;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Duration staleAfter;
  private final Id owner;
  private final LinkedBlockingQueue<Row> committed = new LinkedBlockingQueue<>();
  private final Thread relay;
  private volatile boolean closed;

  /**
   * Starts the relay.
   *
   * @param staleAfter when rows of other processes are taken over
   */
  public Outbox(
      Store store, EventBus bus, InstantSource clock, RandomGenerator random, Duration staleAfter) {
    this.rows = store.collection(CollectionNames.API_OUTBOX);
    this.bus = bus;
    this.clock = clock;
    this.random = random;
    this.staleAfter = staleAfter;
    this.owner = Id.generate(clock.millis(), random);
    this.relay = Thread.ofVirtual().name("outbox").start(this::run);
  }

  /** One announcement. */
  static final class Row {
    private final Id id;
    private final long order;
    private final BsonArray targets;
    private final String subject;
    private final byte[] message;
    private final boolean waits;
    private long connection = -1;

    private Row(
        Id id, long order, BsonArray targets, String subject, byte[] message, boolean waits) {
      this.id = id;
      this.order = order;
      this.targets = targets;
      this.subject = subject;
      this.message = message;
      this.waits = waits;
    }

    private static Row of(BsonDocument row) {
      return new Row(
          Id.fromBytes(row.getBinary("_id").getData()),
          row.getInt64(ORDER).getValue(),
          row.getArray(TARGETS),
          row.getString("subject").getValue(),
          row.getBinary("message").getData(),
          true);
    }

    private boolean isSent() {
      return connection >= 0;
    }
  }

  /** Writes the row of a transaction's events with them; null without events. */
  @Nullable Row stage(Transaction transaction) {
    List<BusEvent> events = transaction.events();
    if (events.isEmpty()) {
      return null;
    }
    BsonArray targets = targets(events);
    BsonDocument last =
        rows.find(transaction.session(), Filters.in(TARGETS, targets))
            .sort(Sorts.descending(ORDER))
            .first();
    // Clocks of several processes differ; the order of one object's rows must not.
    long order =
        last == null
            ? clock.millis()
            : Math.max(clock.millis(), last.getInt64(ORDER).getValue() + 1);
    Row row =
        new Row(
            Id.generate(clock.millis(), random),
            order,
            targets,
            BusBatch.SUBJECT,
            BusEncoding.encode(new BusBatch(events, clock.instant())),
            last != null);
    rows.insertOne(
        transaction.session(),
        new DocumentWriter()
            .id("_id", row.id)
            .id(OWNER, owner)
            .date(CLAIMED_AT, clock.instant())
            .int64(ORDER, order)
            .value(TARGETS, targets)
            .string("subject", row.subject)
            .value("message", new BsonBinary(row.message))
            .build());
    return row;
  }

  private static BsonArray targets(List<BusEvent> events) {
    List<BsonValue> targets = new ArrayList<>();
    for (BusEvent event : events) {
      if (event.data() instanceof EntityEvent entity) {
        BsonValue target = entity.auditTargets().get("target_id");
        if (target != null && !targets.contains(target)) {
          targets.add(target);
        }
      }
    }
    return new BsonArray(targets);
  }

  /** Announces a row whose transaction has committed; never fails. */
  void committed(@Nullable Row row) {
    if (row == null) {
      return;
    }
    if (!row.waits) {
      send(row);
    }
    committed.add(row);
  }

  private void send(Row row) {
    try {
      row.connection = bus.publish(row.subject, row.message);
    } catch (IllegalArgumentException e) {
      LOG.error("an announcement of {} bytes is too large and lost", row.message.length, e);
      row.connection = Long.MAX_VALUE;
    } catch (RuntimeException e) {
      LOG.warn("an announcement could not be sent yet: {}", e.toString());
    }
  }

  // --- relay --------------------------------------------------------------------------------

  private void run() {
    List<Row> open = new ArrayList<>();
    Instant nextAdoption = clock.instant();
    while (!closed) {
      try {
        await(open);
        settle(open); // once more after the end, so that a restart repeats nothing
        if (!clock.instant().isBefore(nextAdoption)) {
          nextAdoption = clock.instant().plus(staleAfter.dividedBy(2));
          adopt(open);
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException | RuntimeException e) {
        if (!closed) {
          LOG.warn("announcements wait: {}", e.toString());
        }
      }
    }
  }

  /** Waits for a committed row, but not long if others are open. */
  private void await(List<Row> open) throws InterruptedException {
    Duration pause = open.isEmpty() ? min(MAX_PAUSE, staleAfter.dividedBy(2)) : RETRY_PAUSE;
    Row row = committed.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
    if (row != null) {
      open.add(row);
      committed.drainTo(open);
      open.remove(WAKE);
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Deletes rows that the broker has, sends those that may go, keeps the rest. */
  private void settle(List<Row> open) throws IOException {
    confirm(open);
    open.sort(Comparator.comparingLong(row -> row.order));
    for (Row row : List.copyOf(open)) {
      if (!row.isSent() && !hasPredecessor(row)) {
        if (claim(row)) {
          send(row);
        } else {
          open.remove(row); // somebody else took it over
        }
      }
    }
    confirm(open);
  }

  private void confirm(List<Row> open) throws IOException {
    List<Row> sent = open.stream().filter(Row::isSent).toList();
    if (sent.isEmpty()) {
      return;
    }
    long connection = bus.confirm();
    List<BsonValue> done = new ArrayList<>();
    for (Row row : sent) {
      if (row.connection == connection || row.connection == Long.MAX_VALUE) {
        done.add(row.id.toBson());
      } else {
        row.connection = -1; // sent over a connection that broke: once more
      }
    }
    if (!done.isEmpty()) {
      rows.deleteMany(Filters.in("_id", done));
      open.removeIf(row -> done.contains(row.id.toBson()));
    }
  }

  private boolean hasPredecessor(Row row) {
    return rows.find(Filters.and(Filters.in(TARGETS, row.targets), Filters.lt(ORDER, row.order)))
            .first()
        != null;
  }

  private boolean claim(Row row) {
    return rows.updateOne(
                Filters.and(Filters.eq("_id", row.id.toBson()), Filters.eq(OWNER, owner.toBson())),
                Updates.set(CLAIMED_AT, new BsonDateTime(clock.millis())))
            .getMatchedCount()
        > 0;
  }

  /** Takes over rows of dead processes, oldest first. */
  private void adopt(List<Row> open) {
    long limit = clock.millis() - staleAfter.toMillis();
    List<BsonDocument> stale =
        rows.find(Filters.lt(CLAIMED_AT, new BsonDateTime(limit)))
            .sort(Sorts.ascending(ORDER))
            .limit(MAX_ADOPTED)
            .into(new ArrayList<>());
    for (BsonDocument row : stale) {
      Row taken = Row.of(row);
      boolean known = open.stream().anyMatch(each -> each.id.equals(taken.id));
      boolean ours =
          !known
              && rows.updateOne(
                          Filters.and(
                              Filters.eq("_id", taken.id.toBson()),
                              Filters.eq(CLAIMED_AT, row.get(CLAIMED_AT))),
                          Updates.combine(
                              Updates.set(OWNER, owner.toBson()),
                              Updates.set(CLAIMED_AT, new BsonDateTime(clock.millis()))))
                      .getMatchedCount()
                  > 0;
      if (ours) {
        open.add(taken);
      }
    }
  }

  /** Stops the relay; rows that are left are another process's or the next start's. */
  @Override
  public void close() {
    closed = true;
    committed.add(WAKE);
    try {
      if (!relay.join(CLOSE_LIMIT)) {
        relay.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
