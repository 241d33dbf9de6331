package app.seventv.api.data;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutexes that hold across API processes, as leases in the document store (api-v4.md §12.2 without
 * Redis). The work inside confirms its lease within its own transaction: a lease lost to a long
 * pause makes that transaction fail, so the row itself is the fencing token.
 */
public final class Leases {
  private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

  /** A lease ends so long after its last refresh. */
  public static final long TTL_MS = 5_000;

  static final long REFRESH_MS = 2_000;
  static final int MAX_ATTEMPTS = 350;
  static final long RETRY_MS = 30;
  static final String COLLECTION = CollectionNames.API_LEASES;

  private static final int DUPLICATE_KEY = 11000;
  private static final String OWNER = "owner";

  private final MongoCollection<BsonDocument> leases;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ScheduledExecutorService refresher;

  /**
   * @param refresher runs short refresh writes of leases that are held for seconds
   */
  public Leases(
      Store store,
      InstantSource clock,
      RandomGenerator random,
      ScheduledExecutorService refresher) {
    this.leases = store.collection(COLLECTION);
    this.clock = clock;
    this.random = random;
    this.refresher = refresher;
  }

  /** Key of the lease that serialises changes of one object. */
  public static String key(String kind, Id id) {
    return "mutex:general:" + kind + ":" + id;
  }

  /**
   * Runs {@code body} while holding {@code key}.
   *
   * @throws ApiException 500 TRANSACTION_ERROR when the lease is not free within about 10 s
   */
  public <T extends @Nullable Object> T hold(String key, Function<Lease, T> body) {
    String owner = Id.generate(clock.millis(), random).toString();
    acquire(key, owner);
    ScheduledFuture<?> refresh =
        refresher.scheduleAtFixedRate(
            () -> refresh(key, owner), REFRESH_MS, REFRESH_MS, TimeUnit.MILLISECONDS);
    try {
      return body.apply(new Lease(leases, key, owner));
    } finally {
      refresh.cancel(false);
      release(key, owner);
    }
  }

  private void acquire(String key, String owner) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (tryAcquire(key, owner)) {
        return;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(RETRY_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    throw new ApiException(500, ErrorCode.TRANSACTION_ERROR, "transaction failed");
  }

  private void refresh(String key, String owner) {
    Date expiresAt = Date.from(clock.instant().plusMillis(TTL_MS));
    try {
      leases.updateOne(Lease.filter(key, owner), Updates.set("expires_at", expiresAt));
    } catch (MongoException e) {
      LOG.warn("could not refresh the lease {}", key, e);
    }
  }

  /** Takes the lease; the unique id makes a second owner's upsert fail. */
  private boolean tryAcquire(String key, String owner) {
    Instant now = clock.instant();
    Bson free = Filters.and(Filters.eq("_id", key), Filters.lt("expires_at", Date.from(now)));
    Bson take =
        Updates.combine(
            Updates.set(OWNER, owner),
            Updates.set("expires_at", Date.from(now.plusMillis(TTL_MS))));
    try {
      leases.findOneAndUpdate(
          free,
          take,
          new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER));
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
        return false;
      }
      throw e;
    } catch (MongoCommandException e) {
      if (e.getErrorCode() == DUPLICATE_KEY) {
        return false;
      }
      throw e;
    }
  }

  /** A lease that stays ends by itself, so a failure must not hide what the body did. */
  private void release(String key, String owner) {
    try {
      leases.deleteOne(Lease.filter(key, owner));
    } catch (MongoException | IllegalStateException e) {
      LOG.warn("could not release the lease {}: {}", key, e.getClass().getName());
    }
  }

  /** A held lease. */
  public record Lease(MongoCollection<BsonDocument> leases, String key, String owner) {

    /**
     * Writes the lease's row inside a transaction, which so fails if somebody else took it.
     *
     * @throws ApiException 500 TRANSACTION_ERROR if the lease is lost
     */
    public void confirm(ClientSession session) {
      long found =
          leases
              .updateOne(session, filter(key, owner), Updates.inc("confirmed", 1))
              .getMatchedCount();
      if (found == 0) {
        throw new ApiException(500, ErrorCode.TRANSACTION_ERROR, "transaction failed");
      }
    }

    private static Bson filter(String key, String owner) {
      return Filters.and(Filters.eq("_id", key), Filters.eq(OWNER, owner));
    }
  }
}
