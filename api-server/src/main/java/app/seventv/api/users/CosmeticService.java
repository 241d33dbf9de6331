package app.seventv.api.users;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Repository;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.model.Badge;
import app.seventv.model.CollectionNames;
import app.seventv.model.Document;
import app.seventv.model.EditorPermissions.Bit;
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
import java.util.Objects;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** What a user wears: paint, badge, picture (api-v3.md §11.5, api-v4.md §11.4). */
public final class CosmeticService {
  private final UserLoader users;
  private final Store store;
  private final EditorGate gate;
  private final Mutations mutations;
  private final Slot<Paint> paint;
  private final Slot<Badge> badge;

  public CosmeticService(Store store, UserLoader users, EditorGate gate, Mutations mutations) {
    this.store = store;
    this.users = users;
    this.gate = gate;
    this.mutations = mutations;
    this.paint =
        new Slot<>(
            Kind.PAINT,
            "active_paint_id",
            store.paints(),
            User.Style::activePaintId,
            UserChange.ChangeActivePaint::new);
    this.badge =
        new Slot<>(
            Kind.BADGE,
            "active_badge_id",
            store.badges(),
            User.Style::activeBadgeId,
            UserChange.ChangeActiveBadge::new);
  }

  /**
   * A place for a cosmetic.
   *
   * @param field of the style
   * @param worn what is in the place
   * @param change what is announced
   */
  private record Slot<T extends Document>(
      Kind kind,
      String field,
      Repository<T> known,
      Function<User.Style, @Nullable Id> worn,
      Change<T> change) {}

  private interface Change<T> {
    UserChange of(@Nullable T old, @Nullable T updated);
  }

  /**
   * Shows another paint, or none.
   *
   * @return whether anything changed
   */
  @Operation(
      value = {"UserOps.cosmetics", "UserOperation.activePaint"},
      who = ProfileService.PROFILE_EDITORS + "; the cosmetic must be entitled")
  public boolean changePaint(RequestContext context, Id userId, @Nullable Id paintId) {
    return change(context, userId, paint, paintId);
  }

  /**
   * Shows another badge, or none.
   *
   * @return whether anything changed
   */
  @Operation(
      value = "UserOperation.activeBadge",
      who = ProfileService.PROFILE_EDITORS + "; the cosmetic must be entitled")
  public boolean changeBadge(RequestContext context, Id userId, @Nullable Id badgeId) {
    return change(context, userId, badge, badgeId);
  }

  /** Shows the picture of the main account again; a picture in the making stays. */
  @Operation(
      value = "UserOperation.removeProfilePicture",
      who = ProfileService.PROFILE_EDITORS,
      noConflict = "does the same however often")
  public boolean removePicture(RequestContext context, Id userId) {
    require(context, userId);
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          if (require(transaction, userId).style().activeProfilePicture() == null) {
            return false;
          }
          update(transaction, userId, "active_profile_picture", null);
          return true;
        });
  }

  private <T extends Document> boolean change(
      RequestContext context, Id userId, Slot<T> slot, @Nullable Id chosenId) {
    LoadedUser user = require(context, userId);
    String name = slot.kind.tag();
    if (chosenId != null
        && !user.entitlements().contains(EntitlementNode.of(slot.kind, chosenId))) {
      throw new ApiException(
          403, ErrorCode.LOAD_ERROR, "you do not have permission to use this " + name);
    }
    T chosen = chosenId == null ? null : slot.known.byId(chosenId);
    if (chosenId != null && chosen == null) {
      throw ApiException.notFound(name + " not found");
    }
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          Id oldId = slot.worn.apply(require(transaction, userId).style());
          if (Objects.equals(oldId, chosenId)) {
            return false;
          }
          T old = oldId == null ? null : slot.known.byId(transaction.session(), oldId);
          User after =
              update(transaction, userId, slot.field, chosenId == null ? null : chosenId.toBson());
          transaction.emit(
              context.caller(), new EntityEvent.OfUser(after, slot.change.of(old, chosen)));
          return true;
        });
  }

  private LoadedUser require(RequestContext context, Id userId) {
    context.charge(RateLimitResource.USER_CHANGE_COSMETICS);
    gate.require(
        context.caller(),
        userId,
        Bit.USER_PROFILE,
        "you do not have permission to change this user's cosmetics",
        "ManageProfile");
    return ApiException.found(users.fullById(userId), "user not found");
  }

  private User require(Transaction transaction, Id userId) {
    return ApiException.found(store.users().byId(transaction.session(), userId), "user not found");
  }

  private static User update(
      Transaction transaction, Id userId, String field, @Nullable BsonValue value) {
    BsonDocument after =
        transaction.update(
            CollectionNames.USERS,
            Filters.eq("_id", userId.toBson()),
            Updates.set("style." + field, value));
    return User.fromBson(Objects.requireNonNull(after, "the user was read in this transaction"));
  }
}
