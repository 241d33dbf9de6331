package app.seventv.api.accounts;

import app.seventv.api.accounts.ProviderClient.Profile;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.Transactions;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Platform;
import app.seventv.model.User;
import app.seventv.model.UserSession;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserChange;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Signs people in and links accounts once a platform has said who they are (api-v4.md §7.1). */
public final class LoginService {
  private final Store store;
  private final UserLoader users;
  private final Transactions transactions;
  private final Sessions sessions;
  private final SignInRule rule;
  private final RandomGenerator random;

  public LoginService(
      Store store,
      UserLoader users,
      Transactions transactions,
      Sessions sessions,
      SignInRule rule,
      RandomGenerator random) {
    this.store = store;
    this.users = users;
    this.transactions = transactions;
    this.sessions = sessions;
    this.rule = rule;
    this.random = random;
  }

  /**
   * Finds or creates the user of a platform account and starts a session.
   *
   * @return the session's token
   * @throws ApiException 401 or 403 if the account may not sign in
   */
  public String login(Platform platform, Profile profile) {
    Id userId = transactions.run(transaction -> findOrCreate(transaction, platform, profile));
    LoadedUser user = users.fullById(userId);
    if (user == null) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "failed to load user");
    }
    rule.require(user);
    return transactions.run(transaction -> sessions.create(transaction, user, platform)).token();
  }

  /**
   * The old API's sign-in: one transaction, so that a refusal leaves nothing behind.
   *
   * @param replaced the session that the request was made with, ended on success
   */
  public Sessions.Started loginAtomically(
      Platform platform, Profile profile, @Nullable UserSession replaced) {
    return transactions.run(transaction -> {
      Id userId = findOrCreate(transaction, platform, profile);
      User document = store.users().byId(transaction.session(), userId);
      LoadedUser user = document == null ? null : users.fullOf(List.of(document)).get(userId);
      if (user == null) {
        throw new ApiException(500, ErrorCode.LOAD_ERROR, "failed to load user");
      }
      rule.require(user);
      Sessions.Started started = sessions.create(transaction, user, platform);
      if (replaced != null) {
        sessions.delete(transaction, user, replaced);
      }
      return started;
    });
  }

  /** Links an account, or refreshes it when it is the caller's already (api-v3.md §4.5). */
  public void linkOrRefresh(Caller caller, Platform platform, Profile profile) {
    LoadedUser user = caller.requireUser();
    rule.require(user);
    boolean refreshed =
        transactions.run(transaction -> {
          User known = owner(transaction, platform, profile.id());
          if (known == null) {
            return false;
          }
          if (!known.id().equals(user.id())) {
            throw new ApiException(400, ErrorCode.MUTATION_ERROR, "connection already linked");
          }
          refresh(transaction, known, platform, profile);
          return true;
        });
    if (!refreshed) {
      link(caller, platform, profile);
    }
  }

  /** The token of a running session, once more. */
  public String newToken(UserSession session) {
    return sessions.token(session);
  }

  private Id findOrCreate(Transaction transaction, Platform platform, Profile profile) {
    User known = owner(transaction, platform, profile.id());
    if (known == null) {
      User created = newUser(transaction, platform, profile);
      transaction.insert(CollectionNames.USERS, created);
      transaction.emit(null, null, new EntityEvent.OfUser(created, new UserChange.Create()));
      return created.id();
    }
    if (!connection(known, platform, profile.id()).allowLogin()) {
      throw new ApiException(
          401, ErrorCode.LACKING_PRIVILEGES, "connection is not allowed to login");
    }
    refresh(transaction, known, platform, profile);
    return known.id();
  }

  /** Takes over what the platform says now; whether the account may sign in stays. */
  private static void refresh(
      Transaction transaction, User known, Platform platform, Profile profile) {
    User.Connection connection = connection(known, platform, profile.id());
    List<User.Connection> refreshed =
        known.connections().stream()
            .map(each ->
                each.equals(connection) ? describe(transaction, platform, profile, each) : each)
            .toList();
    // A platform that gives no e-mail address must not erase the known one (P8).
    Bson email =
        profile.email() == null
            ? Updates.set("email", known.email())
            : Updates.set("email", profile.email());
    transaction.update(
        CollectionNames.USERS,
        Filters.eq("_id", known.id().toBson()),
        Updates.set("connections", refreshed.stream().map(User.Connection::toBson).toList()),
        email);
  }

  /**
   * Adds a platform account to the caller.
   *
   * @throws ApiException 401 when anonymous, 403 if the caller may not sign in, 400 if the account
   *     belongs to somebody
   */
  public void link(Caller caller, Platform platform, Profile profile) {
    LoadedUser user = caller.requireUser();
    rule.require(user);
    transactions.run(transaction -> {
      if (owner(transaction, platform, profile.id()) != null) {
        throw ApiException.badRequest("connection already linked");
      }
      User.Connection connection = describe(transaction, platform, profile, null);
      BsonDocument after =
          transaction.update(
              CollectionNames.USERS,
              Filters.eq("_id", user.id().toBson()),
              Updates.push("connections", connection.toBson()));
      if (after == null) {
        throw new ApiException(500, ErrorCode.MUTATION_ERROR, "failed to insert connection");
      }
      transaction.emit(
          user,
          caller.sessionId(),
          new EntityEvent.OfUser(User.fromBson(after), new UserChange.AddConnection(connection)));
      return true;
    });
  }

  /** The user who holds a platform account. */
  private @Nullable User owner(Transaction transaction, Platform platform, String platformId) {
    Bson match =
        Filters.elemMatch(
            "connections",
            Filters.and(
                Filters.eq("platform", platform.code()), Filters.eq("platform_id", platformId)));
    return store.users().findFirst(transaction.session(), match);
  }

  private User newUser(Transaction transaction, Platform platform, Profile profile) {
    User user =
        User.create(
            Id.generate(transaction.now().toEpochMilli(), random),
            List.of(describe(transaction, platform, profile, null)),
            transaction.now());
    return new User(
        user.id(),
        profile.email(),
        user.emailVerified(),
        user.hasBans(),
        user.allCosmetics(),
        user.mergedIntoId(),
        user.settings(),
        user.twoFactor(),
        user.style(),
        user.connections(),
        user.stripeCustomerId(),
        user.cached(),
        user.updatedAt(),
        user.searchUpdatedAt());
  }

  private static User.Connection connection(User user, Platform platform, String platformId) {
    return user.connections().stream()
        .filter(each -> each.platform() == platform && each.platformId().equals(platformId))
        .findFirst()
        .orElseThrow();
  }

  private static User.Connection describe(
      Transaction transaction,
      Platform platform,
      Profile profile,
      User.@Nullable Connection existing) {
    return new User.Connection(
        platform,
        profile.id(),
        profile.username(),
        profile.displayName(),
        profile.avatarUrl(),
        transaction.now(),
        existing == null ? transaction.now() : existing.linkedAt(),
        existing == null || existing.allowLogin());
  }
}
