package app.seventv.api.users;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Edges;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.SubscriptionId;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserChange;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** The end of accounts: merged into another, or deleted (api-v3.md §11.5, data-model.md §12). */
public final class AccountService {
  private final Store store;
  private final UserLoader users;
  private final Edges edges;
  private final Mutations mutations;

  public AccountService(Store store, UserLoader users, Edges edges, Mutations mutations) {
    this.store = store;
    this.users = users;
    this.edges = edges;
    this.mutations = mutations;
  }

  /** Moves everything of one user to another, in one transaction. */
  @Operation(
      value = "UserOps.merge",
      needs = Permission.USER_MANAGE_ANY,
      who = "oneself and users of lower rank, or any for a super administrator")
  public User merge(RequestContext context, Id sourceId, Id targetId) {
    Caller caller = context.caller();
    caller.guard(Permission.USER_MANAGE_ANY);
    caller.requireUser();
    if (sourceId.equals(targetId)) {
      throw ApiException.badRequest("cannot merge a user with itself");
    }
    requireAbove(caller, sourceId);
    requireAbove(caller, targetId);
    return mutations.changeBoth(
        Mutations.Target.USER,
        sourceId,
        targetId,
        transaction -> merge(transaction, caller, sourceId, targetId));
  }

  /** Whoever merges an account hands its roles and its sign-in to somebody else. */
  private void requireAbove(Caller caller, Id userId) {
    LoadedUser user = caller.is(userId) ? null : users.fullById(userId);
    boolean above = user == null || caller.requireUser().highestRoleRank() > user.highestRoleRank();
    if (!above && !caller.permissions().isSuperAdmin()) {
      throw ApiException.forbidden("you can only merge users with a lower role than yours");
    }
  }

  private User merge(Transaction transaction, Caller caller, Id sourceId, Id targetId) {
    User source = store.users().byId(transaction.session(), sourceId);
    User target = store.users().byId(transaction.session(), targetId);
    if (source == null || target == null) {
      throw ApiException.notFound("user not found");
    }
    if (target.mergedIntoId() != null || source.mergedIntoId() != null) {
      throw ApiException.badRequest("user is already merged");
    }
    // The accounts leave the source first: they are unique over all users.
    transaction.update(
        CollectionNames.USERS,
        Filters.eq("_id", sourceId.toBson()),
        Updates.set("connections", List.of()),
        Updates.set("merged_into_id", targetId.toBson()));
    List<BsonDocument> connections = new ArrayList<>();
    source.connections().forEach(each -> connections.add(each.toBson()));
    User after =
        User.fromBson(
            Objects.requireNonNull(
                transaction.update(
                    CollectionNames.USERS,
                    Filters.eq("_id", targetId.toBson()),
                    Updates.pushEach("connections", connections),
                    Updates.set("email", orElse(target.email(), source.email())),
                    Updates.set(
                        "stripe_customer_id",
                        orElse(target.stripeCustomerId(), source.stripeCustomerId())),
                    Updates.set("has_bans", target.hasBans() || source.hasBans()))));
    after = movePersonalSet(transaction, source, after);
    moveOwned(transaction, sourceId, targetId);
    moveEditors(transaction, sourceId, targetId);
    moveEdges(transaction, sourceId, targetId);
    transaction.delete(CollectionNames.USER_SESSIONS, Filters.eq("user_id", sourceId.toBson()));
    transaction.emit(
        caller,
        new EntityEvent.OfUser(after, new UserChange.Merge(sourceId, source.connections())));
    return after;
  }

  /** There is one personal set to a user: the target's own stays, else the source's is taken. */
  private static User movePersonalSet(Transaction transaction, User source, User target) {
    Id set = source.style().personalEmoteSetId();
    if (set == null || target.style().personalEmoteSetId() != null) {
      return target;
    }
    transaction.update(
        CollectionNames.USERS,
        Filters.eq("_id", source.id().toBson()),
        Updates.set("style.personal_emote_set_id", null));
    transaction.update(
        CollectionNames.EMOTE_SETS,
        Filters.eq("_id", set.toBson()),
        Updates.set("owner_id", target.id().toBson()));
    return User.fromBson(
        Objects.requireNonNull(
            transaction.update(
                CollectionNames.USERS,
                Filters.eq("_id", target.id().toBson()),
                Updates.set("style.personal_emote_set_id", set.toBson()))));
  }

  private static @Nullable String orElse(@Nullable String own, @Nullable String other) {
    return own == null ? other : own;
  }

  private static void moveOwned(Transaction transaction, Id sourceId, Id targetId) {
    BsonValue target = targetId.toBson();
    Bson owned = Filters.eq("owner_id", sourceId.toBson());
    transaction.updateMany(
        CollectionNames.EMOTE_SETS,
        Filters.and(owned, Filters.eq("kind", EmoteSet.Kind.NORMAL.code())),
        Updates.set("owner_id", target));
    transaction.updateMany(CollectionNames.EMOTES, owned, Updates.set("owner_id", target));
    transaction.updateMany(
        CollectionNames.USER_BANS,
        Filters.eq("user_id", sourceId.toBson()),
        Updates.set("user_id", target));
    transaction.updateMany(
        CollectionNames.SUBSCRIPTION_PERIODS,
        Filters.eq("subscription_id.user_id", sourceId.toBson()),
        Updates.set("subscription_id.user_id", target));
  }

  /** The pair is the id, so rows are written anew; pairs that exist or name one user are lost. */
  private void moveEditors(Transaction transaction, Id sourceId, Id targetId) {
    var rows = store.collection(CollectionNames.USER_EDITORS);
    Bson own =
        Filters.or(
            Filters.eq("_id.user_id", sourceId.toBson()),
            Filters.eq("_id.editor_id", sourceId.toBson()));
    List<UserEditor> moved =
        rows.find(transaction.session(), own).map(UserEditor::fromBson).into(new ArrayList<>());
    transaction.delete(CollectionNames.USER_EDITORS, own);
    for (UserEditor row : moved) {
      Id user = row.userId().equals(sourceId) ? targetId : row.userId();
      Id editor = row.editorId().equals(sourceId) ? targetId : row.editorId();
      Bson same = Filters.eq("_id", UserEditor.idToBson(user, editor));
      if (!user.equals(editor) && rows.find(transaction.session(), same).first() == null) {
        transaction.insert(
            CollectionNames.USER_EDITORS,
            new UserEditor(
                user,
                editor,
                row.state(),
                row.notes(),
                row.permissions(),
                row.addedById(),
                row.addedAt(),
                transaction.now(),
                null));
      }
    }
  }

  /** What the subscription refresh manages is left out: it makes those edges itself. */
  private void moveEdges(Transaction transaction, Id sourceId, Id targetId) {
    List<EntitlementEdge> old =
        new ArrayList<>(edges.from(transaction, EntitlementNode.user(sourceId)));
    for (SubscriptionId subscription : subscriptions(old)) {
      old.addAll(edges.from(transaction, EntitlementNode.subscription(subscription)));
    }
    for (EntitlementEdge edge : old) {
      edges.delete(transaction, edge);
      if (!(edge.managedBy() instanceof EntitlementEdge.Subscription)) {
        edges.insertIfAbsent(
            transaction,
            new EntitlementEdge(
                moved(edge.from(), targetId), moved(edge.to(), targetId), edge.managedBy()));
      }
    }
  }

  private static List<SubscriptionId> subscriptions(List<EntitlementEdge> edges) {
    return edges.stream()
        .map(edge -> edge.to().subscriptionId())
        .filter(Objects::nonNull)
        .distinct()
        .toList();
  }

  private static EntitlementNode moved(EntitlementNode node, Id targetId) {
    SubscriptionId subscription = node.subscriptionId();
    if (subscription != null) {
      return EntitlementNode.subscription(new SubscriptionId(targetId, subscription.productId()));
    }
    return node.kind() == Kind.USER ? EntitlementNode.user(targetId) : node;
  }

  /**
   * Deletes an account with its sessions, editors and entitlements; what it made stays and shows a
   * deleted user.
   */
  @Operation(value = "UserOps.delete", needs = Permission.USER_MANAGE_ANY)
  public void delete(RequestContext context, Id userId) {
    Caller caller = context.caller();
    caller.guard(Permission.USER_MANAGE_ANY);
    caller.requireUser();
    mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          User user =
              ApiException.found(
                  store.users().byId(transaction.session(), userId), "user not found");
          transaction.delete(CollectionNames.USERS, Filters.eq("_id", userId.toBson()));
          transaction.delete(CollectionNames.USER_SESSIONS, Filters.eq("user_id", userId.toBson()));
          transaction.delete(
              CollectionNames.USER_EDITORS,
              Filters.or(
                  Filters.eq("_id.user_id", userId.toBson()),
                  Filters.eq("_id.editor_id", userId.toBson())));
          edges
              .from(transaction, EntitlementNode.user(userId))
              .forEach(edge -> edges.delete(transaction, edge));
          transaction.emit(caller, new EntityEvent.OfUser(user, new UserChange.Delete()));
          return true;
        });
  }
}
