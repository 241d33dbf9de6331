package app.seventv.api.users;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.model.Badge;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions.Bit;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Paint;
import app.seventv.model.RateLimitResource;
import app.seventv.model.User;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserChange;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** What a user shows and is linked to (api-v3.md §11.5, api-v4.md §11.4). */
public final class ProfileService {
  private static final String NEEDED = "ManageProfile";

  private final Store store;
  private final UserLoader users;
  private final EditorGate gate;
  private final Mutations mutations;

  public ProfileService(Store store, UserLoader users, EditorGate gate, Mutations mutations) {
    this.store = store;
    this.users = users;
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
  @Operation(
      value = "UserOps.connections",
      who = "oneself, an editor with User.ManageProfile, or User.ManageAny")
  public User changeConnection(
      RequestContext context, Id userId, @Nullable Id setId, @Nullable String platformId) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.USER_CHANGE_CONNECTIONS);
    gate.require(
        caller,
        userId,
        Bit.USER_PROFILE,
        "you do not have permission to modify connections",
        NEEDED);
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

  /**
   * Shows another paint, or none.
   *
   * @return whether anything changed
   */
  @Operation(
      value = "UserOps.cosmetics",
      who =
          "oneself, an editor with User.ManageProfile, or User.ManageAny; the cosmetic must be entitled")
  public boolean changePaint(RequestContext context, Id userId, @Nullable Id paintId) {
    context.charge(RateLimitResource.USER_CHANGE_COSMETICS);
    LoadedUser user = requireCosmetic(context.caller(), userId, Kind.PAINT, paintId);
    Paint chosen = paintId == null ? null : store.paints().byId(paintId);
    if (paintId != null && chosen == null) {
      throw ApiException.notFound("paint not found");
    }
    if (Objects.equals(user.user().style().activePaintId(), paintId)) {
      return false;
    }
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          Id oldId = require(transaction, userId).style().activePaintId();
          Paint old = oldId == null ? null : store.paints().byId(transaction.session(), oldId);
          User after = update(transaction, userId, style("active_paint_id", paintId));
          transaction.emit(
              context.caller(),
              new EntityEvent.OfUser(after, new UserChange.ChangeActivePaint(old, chosen)));
          return true;
        });
  }

  /**
   * Shows another badge, or none.
   *
   * @return whether anything changed
   */
  public boolean changeBadge(RequestContext context, Id userId, @Nullable Id badgeId) {
    context.charge(RateLimitResource.USER_CHANGE_COSMETICS);
    LoadedUser user = requireCosmetic(context.caller(), userId, Kind.BADGE, badgeId);
    Badge chosen = badgeId == null ? null : store.badges().byId(badgeId);
    if (badgeId != null && chosen == null) {
      throw ApiException.notFound("badge not found");
    }
    if (Objects.equals(user.user().style().activeBadgeId(), badgeId)) {
      return false;
    }
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          Id oldId = require(transaction, userId).style().activeBadgeId();
          Badge old = oldId == null ? null : store.badges().byId(transaction.session(), oldId);
          User after = update(transaction, userId, style("active_badge_id", badgeId));
          transaction.emit(
              context.caller(),
              new EntityEvent.OfUser(after, new UserChange.ChangeActiveBadge(old, chosen)));
          return true;
        });
  }

  private LoadedUser requireCosmetic(Caller caller, Id userId, Kind kind, @Nullable Id cosmetic) {
    gate.require(
        caller,
        userId,
        Bit.USER_PROFILE,
        "you do not have permission to change this user's cosmetics",
        NEEDED);
    LoadedUser user = users.fullById(userId);
    if (user == null) {
      throw ApiException.notFound("user not found");
    }
    if (cosmetic != null && !user.entitlements().contains(EntitlementNode.of(kind, cosmetic))) {
      throw new ApiException(
          403, ErrorCode.LOAD_ERROR, "you do not have permission to use this " + kind.tag());
    }
    return user;
  }

  private EmoteSet requireNormal(Id setId) {
    EmoteSet set = store.emoteSets().byId(setId);
    if (set == null) {
      throw ApiException.notFound("emote set not found");
    }
    if (set.kind() != EmoteSet.Kind.NORMAL) {
      throw ApiException.badRequest("emote set is not a normal set");
    }
    return set;
  }

  private User require(Transaction transaction, Id userId) {
    User user = store.users().byId(transaction.session(), userId);
    if (user == null) {
      throw ApiException.notFound("user not found");
    }
    return user;
  }

  private static Bson style(String field, @Nullable Id value) {
    return Updates.set("style." + field, value == null ? null : value.toBson());
  }

  private static User update(Transaction transaction, Id userId, Bson change) {
    BsonDocument after =
        transaction.update(CollectionNames.USERS, Filters.eq("_id", userId.toBson()), change);
    return User.fromBson(Objects.requireNonNull(after, "the user was read in this transaction"));
  }
}
