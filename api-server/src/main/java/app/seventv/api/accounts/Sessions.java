package app.seventv.api.accounts;

import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.Transactions;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Platform;
import app.seventv.model.UserSession;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserSessionChange;
import com.mongodb.MongoException;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.bson.BsonDateTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Login sessions (api-v4.md §3). */
public final class Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  /** Fixed lifetime of a session. */
  public static final Duration LIFETIME = Duration.ofDays(30);

  private final Store store;
  private final Tokens tokens;
  private final InstantSource clock;
  private final RandomGenerator random;

  public Sessions(Store store, Tokens tokens, InstantSource clock, RandomGenerator random) {
    this.store = store;
    this.tokens = tokens;
    this.clock = clock;
    this.random = random;
  }

  /** The unexpired session that a token names, else null. */
  public @Nullable UserSession find(String token) {
    Tokens.Claims claims = tokens.verify(token);
    UserSession session = claims == null ? null : store.sessions().byId(claims.sessionId());
    boolean valid =
        session != null
            && claims != null
            && session.userId().equals(claims.userId())
            && !session.expiresAt().isBefore(clock.instant());
    return valid ? session : null;
  }

  /** Notes that a session is in use; a failure is of no consequence. */
  public void touch(UserSession session) {
    try {
      store
          .collection(CollectionNames.USER_SESSIONS)
          .updateOne(
              Filters.eq("_id", session.id().toBson()),
              Updates.set("last_used_at", new BsonDateTime(clock.millis())));
    } catch (MongoException e) {
      LOG.warn("could not note the use of a session", e);
    }
  }

  /** A session that has just begun, and its token. */
  public record Started(UserSession session, String token) {}

  /** Starts a session inside a transaction. */
  public Started create(Transaction transaction, LoadedUser user, Platform platform) {
    Instant now = transaction.now();
    UserSession session =
        new UserSession(
            Id.generate(now.toEpochMilli(), random), user.id(), now.plus(LIFETIME), now);
    transaction.insert(CollectionNames.USER_SESSIONS, session);
    transaction.emit(
        user, null, new EntityEvent.OfUserSession(session, new UserSessionChange.Create(platform)));
    return new Started(session, token(session));
  }

  /** Starts a session in somebody's name inside a transaction. */
  public Started createFor(
      Transaction transaction, Caller caller, LoadedUser user, Instant expiresAt) {
    Instant now = transaction.now();
    UserSession session =
        new UserSession(Id.generate(now.toEpochMilli(), random), user.id(), expiresAt, now);
    transaction.insert(CollectionNames.USER_SESSIONS, session);
    transaction.emit(
        caller, new EntityEvent.OfUserSession(session, new UserSessionChange.Create(null)));
    return new Started(session, token(session));
  }

  /** The token that names a session. */
  String token(UserSession session) {
    return tokens.issue(session.userId(), session.id(), session.expiresAt());
  }

  /** Ends a session. */
  public void delete(Transactions transactions, @Nullable LoadedUser user, UserSession session) {
    transactions.run(transaction -> {
      delete(transaction, user, session);
      return true;
    });
  }

  /** Ends a session inside a transaction. */
  void delete(Transaction transaction, @Nullable LoadedUser user, UserSession session) {
    transaction.delete(CollectionNames.USER_SESSIONS, Filters.eq("_id", session.id().toBson()));
    transaction.emit(
        user, session.id(), new EntityEvent.OfUserSession(session, new UserSessionChange.Delete()));
  }
}
