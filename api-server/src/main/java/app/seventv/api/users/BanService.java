package app.seventv.api.users;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.UserBan;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserBanChange;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Bans (api-v3.md §11.5). They count at once: each request loads its user's permissions anew, and a
 * session whose user may not sign in is refused.
 */
public final class BanService {
  private final Store store;
  private final UserLoader users;
  private final Mutations mutations;
  private final RandomGenerator random;

  public BanService(Store store, UserLoader users, Mutations mutations, RandomGenerator random) {
    this.store = store;
    this.users = users;
    this.mutations = mutations;
    this.random = random;
  }

  /**
   * Bans a user.
   *
   * @param permissions merged over the user's while the ban is active
   * @param expiresAt null = permanent
   */
  @Operation(
      value = "Mutation.createBan",
      noConflict = "bans add up",
      needs = Permission.USER_MODERATE,
      who = "users of lower rank, or any for a super administrator")
  public UserBan ban(
      RequestContext context,
      Id victimId,
      String reason,
      Permissions permissions,
      @Nullable Instant expiresAt) {
    Caller caller = context.caller();
    caller.guard(Permission.USER_MODERATE);
    LoadedUser actor = caller.requireUser();
    requireMayModerate(caller, victimId);
    return mutations.change(
        Mutations.Target.USER,
        victimId,
        transaction -> {
          UserBan ban =
              new UserBan(
                  Id.generate(transaction.now().toEpochMilli(), random),
                  victimId,
                  actor.id(),
                  reason,
                  List.of(),
                  expiresAt,
                  null,
                  permissions,
                  transaction.now(),
                  null);
          transaction.insert(CollectionNames.USER_BANS, ban);
          BsonDocument user =
              transaction.update(
                  CollectionNames.USERS,
                  Filters.eq("_id", victimId.toBson()),
                  Updates.set("has_bans", true));
          if (user == null) {
            throw ApiException.notFound("user not found");
          }
          transaction.emit(caller, new EntityEvent.OfUserBan(ban, new UserBanChange.Ban()));
          return ban;
        });
  }

  /**
   * What to change about a ban; null leaves a part as it is.
   *
   * @param expiresAt the new end; a time in the past ends the ban
   */
  public record Edit(
      @Nullable String reason, @Nullable Permissions permissions, @Nullable Instant expiresAt) {}

  /** Changes a ban; who may not ban the user may not change the user's bans either. */
  @Operation(
      value = "Mutation.editBan",
      needs = Permission.USER_MODERATE,
      who = "bans of users of lower rank, or any for a super administrator")
  public UserBan edit(RequestContext context, Id banId, Edit edit) {
    Caller caller = context.caller();
    caller.guard(Permission.USER_MODERATE);
    caller.requireUser();
    UserBan known = ApiException.found(store.bans().byId(banId), "ban not found");
    requireMayModerate(caller, known.userId());
    return mutations.change(
        Mutations.Target.BAN, banId, transaction -> apply(transaction, caller, banId, edit));
  }

  private UserBan apply(Transaction transaction, Caller caller, Id banId, Edit edit) {
    UserBan before =
        ApiException.found(store.bans().byId(transaction.session(), banId), "ban not found");
    List<Bson> writes = new ArrayList<>();
    List<UserBanChange> changes = new ArrayList<>();
    if (edit.reason() != null) {
      writes.add(Updates.set("reason", edit.reason()));
      changes.add(new UserBanChange.ChangeReason(before.reason(), edit.reason()));
    }
    if (edit.permissions() != null) {
      writes.add(Updates.set("permissions", edit.permissions().toBson()));
      changes.add(new UserBanChange.ChangePermissions(before.permissions(), edit.permissions()));
    }
    if (edit.expiresAt() != null) {
      writes.add(Updates.set("expires_at", new BsonDateTime(edit.expiresAt().toEpochMilli())));
      changes.add(new UserBanChange.ChangeExpiresAt(before.expiresAt(), edit.expiresAt()));
    }
    if (writes.isEmpty()) {
      return before;
    }
    BsonDocument document =
        transaction.update(
            CollectionNames.USER_BANS,
            Filters.eq("_id", banId.toBson()),
            writes.toArray(Bson[]::new));
    UserBan after = UserBan.fromBson(Objects.requireNonNull(document));
    changes.forEach(change -> transaction.emit(caller, new EntityEvent.OfUserBan(after, change)));
    return after;
  }

  /** Nobody bans themselves, an equal or somebody above; super administrators stand outside. */
  private void requireMayModerate(Caller caller, Id victimId) {
    LoadedUser victim = ApiException.found(users.fullById(victimId), "user not found");
    if (caller.is(victimId)) {
      throw ApiException.badRequest("you cannot ban yourself");
    }
    boolean above = caller.requireUser().highestRoleRank() > victim.highestRoleRank();
    if (!above && !caller.permissions().isSuperAdmin()) {
      throw ApiException.forbidden("you can only ban users with a lower role than yours");
    }
  }
}
