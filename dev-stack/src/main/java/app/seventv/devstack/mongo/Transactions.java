package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.CommandFailure.TRANSIENT_TRANSACTION;

import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serialises all changes and keeps the transactions of the driver's sessions.
 *
 * <p>There is one write permit. A transaction takes it with its first operation, reads included, so
 * no transaction decides on data that another one is about to change, and returns it when it ends.
 * The permit is a semaphore because the commands of one transaction arrive on different threads.
 */
final class Transactions {

  /** A transaction that waits longer gets WriteConflict, and the driver runs it again. */
  private static final Duration TRANSACTION_WAIT = Duration.ofSeconds(5);

  /** A plain write outlives any transaction of normal length. */
  private static final Duration WRITE_WAIT = Duration.ofSeconds(30);

  /** As {@code transactionLifetimeLimitSeconds} of a real server. */
  private static final Duration LIFETIME = Duration.ofSeconds(60);

  /** Sessions whose last transaction is remembered, to answer a repeated commit. */
  private static final int MAX_SESSIONS = 10_000;

  private final Semaphore permit = new Semaphore(1, true);
  private final LinkedHashMap<Object, Transaction> bySession = new LinkedHashMap<>();
  private final Consumer<List<Document>> publisher;
  private final LongSupplier nanoTime;

  /**
   * @param publisher receives the events of finished work while the permit is still held
   * @param nanoTime a clock for ages, in nanoseconds
   */
  Transactions(Consumer<List<Document>> publisher, LongSupplier nanoTime) {
    this.publisher = publisher;
    this.nanoTime = nanoTime;
  }

  private enum State {
    OPEN,
    COMMITTED,
    ABORTED
  }

  /** One transaction; its monitor is held while one of its commands runs. */
  private final class Transaction {
    final long number;
    final long startedAtNanos = nanoTime.getAsLong();
    final UnitOfWork work = new UnitOfWork();
    State state = State.OPEN;
    volatile @Nullable Channel lastUsedBy;

    Transaction(long number) {
      this.number = number;
    }

    synchronized void commit() {
      if (state == State.ABORTED) {
        throw noSuchTransaction(number);
      }
      if (state == State.OPEN) {
        state = State.COMMITTED;
        publisher.accept(work.events());
        permit.release();
      }
    }

    synchronized void abort() {
      if (state == State.OPEN) {
        state = State.ABORTED;
        try {
          work.rollBack();
        } finally {
          permit.release();
        }
      }
    }

    synchronized State state() {
      return state;
    }
  }

  /** The result of a write and whether it must end a surrounding transaction. */
  record Written(Document reply, boolean failed) {}

  /** Runs a reading command, inside its transaction if it names one. */
  Document read(Document command, Channel channel, Function<Document, Document> body) {
    if (!inTransaction(command)) {
      return body.apply(command);
    }
    return within(command, channel, work -> new Written(body.apply(command), false));
  }

  /** Runs a writing command, inside its transaction if it names one, else on its own. */
  Document write(Document command, Channel channel, Function<UnitOfWork, Written> body) {
    if (inTransaction(command)) {
      return within(command, channel, body);
    }
    return alone(work -> body.apply(work).reply());
  }

  /** Runs changes outside any transaction; those made before an exception stay. */
  <T> T alone(Function<UnitOfWork, T> body) {
    acquire(WRITE_WAIT);
    UnitOfWork work = new UnitOfWork();
    try {
      return body.apply(work);
    } finally {
      try {
        publisher.accept(work.events());
      } finally {
        permit.release();
      }
    }
  }

  /** Runs the body between changes, or not at all when a writer is busy for {@code wait}. */
  boolean betweenWrites(Duration wait, Runnable body) throws InterruptedException {
    if (!permit.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
      return false;
    }
    try {
      body.run();
    } finally {
      permit.release();
    }
    return true;
  }

  static boolean inTransaction(Document command) {
    return Boolean.FALSE.equals(command.get("autocommit"));
  }

  private Document within(Document command, Channel channel, Function<UnitOfWork, Written> body) {
    Transaction transaction =
        Docs.flag(command, "startTransaction") ? start(command) : open(command);
    synchronized (transaction) {
      if (transaction.state != State.OPEN) {
        throw noSuchTransaction(transaction.number);
      }
      transaction.lastUsedBy = channel;
      boolean failed = true;
      try {
        Written written = body.apply(transaction.work);
        failed = written.failed();
        return written.reply();
      } finally {
        if (failed) {
          transaction.abort();
        }
      }
    }
  }

  private Transaction start(Document command) {
    long number = Docs.number(command, "txnNumber", 0);
    Transaction previous = last(command);
    if (previous != null) {
      if (previous.number >= number) {
        throw noSuchTransaction(number);
      }
      previous.abort();
    }
    acquire(TRANSACTION_WAIT);
    Transaction transaction = new Transaction(number);
    synchronized (bySession) {
      bySession.putLast(session(command), transaction);
      if (bySession.size() > MAX_SESSIONS) {
        bySession.pollFirstEntry();
      }
    }
    return transaction;
  }

  private Transaction open(Document command) {
    Transaction transaction = last(command);
    long number = Docs.number(command, "txnNumber", 0);
    if (transaction == null || transaction.number != number) {
      throw noSuchTransaction(number);
    }
    return transaction;
  }

  private @Nullable Transaction last(Document command) {
    synchronized (bySession) {
      return bySession.get(session(command));
    }
  }

  private static Object session(Document command) {
    Object id = Docs.documentOrEmpty(command, "lsid").get("id");
    if (id == null) {
      throw new CommandFailure(72, "InvalidOptions", "a transaction needs a session");
    }
    return id;
  }

  Document commit(Document command) {
    open(command).commit();
    return Docs.ok();
  }

  Document abort(Document command) {
    Transaction transaction = open(command);
    if (transaction.state() != State.OPEN) {
      throw noSuchTransaction(transaction.number);
    }
    transaction.abort();
    return Docs.ok();
  }

  /** The driver is done with these sessions. */
  void endSessions(List<Document> sessions) {
    for (Document session : sessions) {
      Transaction transaction;
      synchronized (bySession) {
        transaction = bySession.remove(session.get("id"));
      }
      if (transaction != null) {
        transaction.abort();
      }
    }
  }

  /** A client that went away in the middle of a transaction must not hold up the others. */
  void connectionClosed(Channel channel) {
    snapshot().stream().filter(t -> channel.equals(t.lastUsedBy)).forEach(Transaction::abort);
  }

  void abortExpired() {
    long oldest = nanoTime.getAsLong() - LIFETIME.toNanos();
    snapshot().stream()
        .filter(transaction -> transaction.startedAtNanos - oldest < 0)
        .forEach(Transaction::abort);
  }

  void abortAll() {
    snapshot().forEach(Transaction::abort);
  }

  private List<Transaction> snapshot() {
    synchronized (bySession) {
      return new ArrayList<>(bySession.values());
    }
  }

  private void acquire(Duration wait) {
    try {
      if (permit.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new CommandFailure(
        112,
        "WriteConflict",
        "embedded MongoDB backend: another transaction is open; one writer at a time",
        TRANSIENT_TRANSACTION);
  }

  private static CommandFailure noSuchTransaction(long number) {
    return new CommandFailure(
        251,
        "NoSuchTransaction",
        "Given transaction number " + number + " does not match any in-progress transactions.",
        TRANSIENT_TRANSACTION);
  }
}
