package app.seventv.api.data;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Indexes;
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
import java.time.InstantSource;
import java.util.Date;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutexes that hold across API processes, as leases in the document store (api-v4.md §12.2 without
 * Redis). Each holder gets a fencing token, one more than the holder before. The work inside
 * confirms its token within its own transaction: a lease lost to a long pause makes that
 * transaction fail.
 *
 * <pre>{_id: key, token, expires_at, confirmed}</pre>
 *
 * <p>A released lease is one that has expired; its row goes after {@link #FORGOTTEN_AFTER_SECONDS}.
 */
public final class Leases {
  private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

  /** A lease ends so long after its last refresh. */
  public static final long TTL_MS = 5_000;

  static final long REFRESH_MS = 2_000;
  static final int MAX_ATTEMPTS = 350;
  static final long RETRY_MS = 30;
  static final String COLLECTION = CollectionNames.API_LEASES;

  /** Until then tokens only rise; no transaction lives nearly as long. */
  public static final long FORGOTTEN_AFTER_SECONDS = Indexes.LEASES_KEPT_SECONDS;

  private static final int DUPLICATE_KEY = 11000;
  private static final String TOKEN = "token";
  private static final String EXPIRES_AT = "expires_at";

  private final MongoCollection<BsonDocument> leases;
  private final InstantSource clock;
  private final ScheduledExecutorService refresher;

  /**
   * @param refresher runs short refresh writes of leases that are held for seconds
   */
  public Leases(Store store, InstantSource clock, ScheduledExecutorService refresher) {
    this.leases = store.collection(COLLECTION);
    this.clock = clock;
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
    Lease lease = acquire(key);
    ScheduledFuture<?> refresh =
        refresher.scheduleAtFixedRate(
            () -> refresh(lease), REFRESH_MS, REFRESH_MS, TimeUnit.MILLISECONDS);
    try {
      return body.apply(lease);
    } finally {
      refresh.cancel(false);
      release(lease);
    }
  }

  private Lease acquire(String key) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Lease lease = tryAcquire(key);
      if (lease != null) {
        return lease;
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

  /** Puts the end of a lease off; one that somebody else took meanwhile is theirs. */
  void refresh(Lease lease) {
    try {
      leases.updateOne(lease.filter(), Updates.set(EXPIRES_AT, inMs(TTL_MS)));
    } catch (MongoException e) {
      LOG.warn("could not refresh the lease {}", lease.key(), e);
    }
  }

  /**
   * Takes the lease if it is free, which it is from the instant on at which it expires. The unique
   * id makes the upsert of somebody who comes too early fail.
   */
  @Nullable Lease tryAcquire(String key) {
    Bson free = Filters.and(Filters.eq("_id", key), Filters.lte(EXPIRES_AT, inMs(0)));
    Bson take = Updates.combine(Updates.inc(TOKEN, 1L), Updates.set(EXPIRES_AT, inMs(TTL_MS)));
    try {
      BsonDocument row =
          leases.findOneAndUpdate(
              free,
              take,
              new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER));
      return new Lease(leases, key, Objects.requireNonNull(row).getNumber(TOKEN).longValue());
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
        return null;
      }
      throw e;
    } catch (MongoCommandException e) {
      if (e.getErrorCode() == DUPLICATE_KEY) {
        return null;
      }
      throw e;
    }
  }

  /** A lease that stays ends by itself, so a failure must not hide what the body did. */
  void release(Lease lease) {
    try {
      leases.updateOne(lease.filter(), Updates.set(EXPIRES_AT, inMs(0)));
    } catch (MongoException | IllegalStateException e) {
      LOG.warn("could not release the lease {}: {}", lease.key(), e.getClass().getName());
    }
  }

  private Date inMs(long ms) {
    return Date.from(clock.instant().plusMillis(ms));
  }

  /**
   * A held lease.
   *
   * @param token larger than those of all holders before
   */
  public record Lease(MongoCollection<BsonDocument> leases, String key, long token) {

    /**
     * Writes the lease's row inside a transaction, which so fails if somebody else took it.
     *
     * @throws ApiException 500 TRANSACTION_ERROR if the lease is lost
     */
    public void confirm(ClientSession session) {
      long found =
          leases.updateOne(session, filter(), Updates.inc("confirmed", 1)).getMatchedCount();
      if (found == 0) {
        throw new ApiException(500, ErrorCode.TRANSACTION_ERROR, "transaction failed");
      }
    }

    private Bson filter() {
      return Filters.and(Filters.eq("_id", key), Filters.eq(TOKEN, token));
    }
  }
}
