package app.seventv.api.users;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions.Bit;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.RateLimitResource;
import app.seventv.model.User;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserChange;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** What a user shows and is linked to (api-v3.md §11.5, api-v4.md §11.4). */
public final class ProfileService {
  /** Who may change what a user shows. */
  static final String PROFILE_EDITORS =
      "oneself, an editor with User.ManageProfile, or User.ManageAny";

  private static final String NEEDED = "ManageProfile";

  private final Store store;
  private final EditorGate gate;
  private final Mutations mutations;

  public ProfileService(Store store, EditorGate gate, Mutations mutations) {
    this.store = store;
    this.gate = gate;
    this.mutations = mutations;
  }

  /**
   * Sets or clears the active emote set; any normal set will do, also somebody else's.
   *
   * @param setId the new set, null for none
   * @return the user after the change
   * @throws ApiException 401, 403, 404 or 400 with the exact text
   */
  @Operation(value = "UserOperation.activeEmoteSet", who = PROFILE_EDITORS)
  public User changeActiveSet(RequestContext context, Id userId, @Nullable Id setId) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.USER_CHANGE_CONNECTIONS);
    gate.require(
        caller,
        userId,
        Bit.USER_PROFILE,
        "you do not have permission to modify the active emote set",
        NEEDED);
    EmoteSet chosen = setId == null ? null : requireNormal(setId);
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> activate(transaction, caller, require(transaction, userId), chosen));
  }

  /**
   * The old API's combined change: an active set, an account to unlink, or both.
   *
   * @param platformId account to unlink, null for none; refused when two platforms share the id
   * @return the user after the change
   */
  @Operation(value = "UserOps.connections", who = PROFILE_EDITORS)
  public User changeConnection(
      RequestContext context, Id userId, @Nullable Id setId, @Nullable String platformId) {
    Caller caller = context.caller();
    requireConnections(context, userId);
    EmoteSet chosen = setId == null ? null : requireNormal(setId);
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          User user = require(transaction, userId);
          if (chosen != null) {
            user = activate(transaction, caller, user, chosen);
          }
          if (platformId != null) {
            user = unlink(transaction, caller, user, each -> each.platformId().equals(platformId));
          }
          return user;
        });
  }

  private User activate(
      Transaction transaction, Caller caller, User before, @Nullable EmoteSet chosen) {
    Id oldId = before.style().activeEmoteSetId();
    EmoteSet old = oldId == null ? null : store.emoteSets().byId(transaction.session(), oldId);
    User after =
        update(
            transaction,
            before.id(),
            Updates.set("style.active_emote_set_id", chosen == null ? null : chosen.id().toBson()));
    transaction.emit(
        caller, new EntityEvent.OfUser(after, new UserChange.ChangeActiveEmoteSet(old, chosen)));
    return after;
  }

  private static User unlink(
      Transaction transaction, Caller caller, User before, Predicate<User.Connection> which) {
    List<User.Connection> matching = before.connections().stream().filter(which).toList();
    if (matching.isEmpty()) {
      throw ApiException.notFound("connection not found");
    }
    if (matching.size() > 1) {
      throw ApiException.badRequest("several connections have this id");
    }
    if (before.connections().size() == 1) {
      throw ApiException.badRequest("cannot remove last connection");
    }
    User.Connection removed = matching.getFirst();
    User after =
        update(
            transaction,
            before.id(),
            Updates.pull(
                "connections",
                new BsonDocument("platform", removed.toBson().get("platform"))
                    .append("platform_id", removed.toBson().get("platform_id"))));
    transaction.emit(
        caller, new EntityEvent.OfUser(after, new UserChange.RemoveConnection(removed)));
    return after;
  }

  /** Puts one account first, whose name and picture are shown; no event. */
  @Operation(value = "UserOperation.mainConnection", who = PROFILE_EDITORS)
  public User changeMainConnection(
      RequestContext context, Id userId, Platform platform, String platformId) {
    requireConnections(context, userId);
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          User user = require(transaction, userId);
          List<User.Connection> ordered = new ArrayList<>(user.connections());
          User.Connection main =
              ApiException.found(
                  find(ordered, platform, platformId), "connection not found for platform");
          ordered.remove(main);
          ordered.addFirst(main);
          return update(
              transaction,
              userId,
              Updates.set("connections", ordered.stream().map(User.Connection::toBson).toList()));
        });
  }

  /** Unlinks an account; the last one stays. */
  @Operation(value = "UserOperation.removeConnection", who = PROFILE_EDITORS)
  public User removeConnection(
      RequestContext context, Id userId, Platform platform, String platformId) {
    requireConnections(context, userId);
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction ->
            unlink(
                transaction,
                context.caller(),
                require(transaction, userId),
                each -> each.platform() == platform && each.platformId().equals(platformId)));
  }

  /**
   * Links a Kick account that a moderator vouches for.
   *
   * @param account its times are replaced
   */
  @Operation(value = "UserOperation.manuallyLinkKick", needs = Permission.USER_MANAGE_ANY)
  public User linkKick(RequestContext context, Id userId, User.Connection account) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.USER_CHANGE_CONNECTIONS);
    caller.requireUser();
    if (!caller.has(Permission.USER_MANAGE_ANY)) {
      throw ApiException.forbidden("you do not have permission to manually link a kick account");
    }
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          require(transaction, userId);
          Bson taken =
              Filters.elemMatch(
                  "connections",
                  Filters.and(
                      Filters.eq("platform", account.platform().code()),
                      Filters.eq("platform_id", account.platformId())));
          if (store.users().findFirst(transaction.session(), taken) != null) {
            throw ApiException.badRequest("connection already linked");
          }
          User.Connection linked = account.linkedAt(transaction.now());
          User after = update(transaction, userId, Updates.push("connections", linked.toBson()));
          transaction.emit(
              caller, new EntityEvent.OfUser(after, new UserChange.AddConnection(linked)));
          return after;
        });
  }

  private void requireConnections(RequestContext context, Id userId) {
    context.charge(RateLimitResource.USER_CHANGE_CONNECTIONS);
    gate.require(
        context.caller(),
        userId,
        Bit.USER_PROFILE,
        "you do not have permission to modify connections",
        NEEDED);
  }

  private static User.@Nullable Connection find(
      List<User.Connection> connections, Platform platform, String platformId) {
    return connections.stream()
        .filter(each -> each.platform() == platform && each.platformId().equals(platformId))
        .findFirst()
        .orElse(null);
  }

  private EmoteSet requireNormal(Id setId) {
    EmoteSet set = ApiException.found(store.emoteSets().byId(setId), "emote set not found");
    if (set.kind() != EmoteSet.Kind.NORMAL) {
      throw ApiException.badRequest("emote set is not a normal set");
    }
    return set;
  }

  private User require(Transaction transaction, Id userId) {
    return ApiException.found(store.users().byId(transaction.session(), userId), "user not found");
  }

  private static User update(Transaction transaction, Id userId, Bson change) {
    BsonDocument after =
        transaction.update(CollectionNames.USERS, Filters.eq("_id", userId.toBson()), change);
    return User.fromBson(Objects.requireNonNull(after, "the user was read in this transaction"));
  }
}
