package app.seventv.api.data;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.model.AuditEvent;
import app.seventv.model.CollectionNames;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wrapper around every mutation (api-v4.md §12.1): body, audit rows, announcement, commit.
 * Bodies may run several times and so must not touch anything but the store.
 */
public final class Transactions {
  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);
  private static final int MAX_RERUNS = 10;
  private static final long RERUN_PAUSE_MS = 100;

  private final Store store;
  private final Outbox outbox;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Consumer<Transaction.Change> changed;

  /** Transactions of a process that keeps nothing in memory. */
  public Transactions(Store store, Outbox outbox, InstantSource clock, RandomGenerator random) {
    this(store, outbox, clock, random, change -> {});
  }

  /**
   * @param changed is told of each write once it is committed, or may be, before the caller goes on
   */
  public Transactions(
      Store store,
      Outbox outbox,
      InstantSource clock,
      RandomGenerator random,
      Consumer<Transaction.Change> changed) {
    this.changed = changed;
    this.store = store;
    this.outbox = outbox;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Runs a body without a lease.
   *
   * @throws ApiException the body's own refusal, or 500 TRANSACTION_ERROR
   */
  public <T extends @Nullable Object> T run(Function<Transaction, T> body) {
    return run(null, body);
  }

  /** Runs a body that holds a lease, which the transaction confirms before it commits. */
  public <T extends @Nullable Object> T run(
      Leases.@Nullable Lease lease, Function<Transaction, T> body) {
    MongoException last = null;
    try (ClientSession session = store.client().startSession()) {
      for (int run = 0; run <= MAX_RERUNS; run++) {
        if (run > 0) {
          pause();
        }
        try {
          return attempt(session, lease, body);
        } catch (MongoException e) {
          if (!e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)) {
            throw failed(e);
          }
          last = e;
        } finally {
          if (session.hasActiveTransaction()) {
            abort(session);
          }
        }
      }
    }
    throw failed(Objects.requireNonNull(last));
  }

  private <T extends @Nullable Object> T attempt(
      ClientSession session, Leases.@Nullable Lease lease, Function<Transaction, T> body) {
    session.startTransaction();
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Transaction transaction = new Transaction(store, session, now);
    T result = body.apply(transaction);
    if (lease != null) {
      lease.confirm(session);
    }
    List<BsonDocument> audit =
        transaction.events().stream()
            .map(event -> event.toAudit(random))
            .filter(Objects::nonNull)
            .map(AuditEvent::toBson)
            .toList();
    if (!audit.isEmpty()) {
      store.collection(CollectionNames.EVENTS).insertMany(session, audit);
    }
    Outbox.Row row = outbox.stage(transaction);
    try {
      commit(session);
    } finally {
      transaction.changes().forEach(changed);
    }
    outbox.committed(row);
    return result;
  }

  /** An unknown outcome is settled by committing again; the audit rows are not written twice. */
  private static void commit(ClientSession session) {
    for (int run = 0; ; run++) {
      try {
        session.commitTransaction();
        return;
      } catch (MongoException e) {
        if (!e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)
            || run == MAX_RERUNS) {
          throw e;
        }
        pause();
      }
    }
  }

  private static void abort(ClientSession session) {
    try {
      session.abortTransaction();
    } catch (MongoException e) {
      LOG.debug("abort failed; the server ends the transaction by itself", e);
    }
  }

  private static ApiException failed(Exception cause) {
    return ApiException.internal(ErrorCode.TRANSACTION_ERROR, "transaction failed", cause);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(RERUN_PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(e);
    }
  }
}
