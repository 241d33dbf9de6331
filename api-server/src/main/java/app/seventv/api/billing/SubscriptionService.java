package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Edges;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Subscription;
import app.seventv.model.SubscriptionId;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.User;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a subscription grants in step with its periods (api-v4.md §17.2): state, benefits and
 * the personal emote set, all in one transaction per user and product.
 */
public final class SubscriptionService {
  /** How long a subscription that renews itself outlives its end. */
  private static final Duration GRACE = Duration.ofDays(2);

  private static final int PERSONAL_SET_CAPACITY = 5;
  private static final String PERSONAL_SET_NAME = "Personal Emote Set";

  private final Store store;
  private final Edges edges;
  private final Mutations mutations;
  private final GiftCampaigns campaigns;
  private final RandomGenerator random;

  public SubscriptionService(
      Store store,
      Edges edges,
      Mutations mutations,
      GiftCampaigns campaigns,
      RandomGenerator random) {
    this.campaigns = campaigns;
    this.store = store;
    this.edges = edges;
    this.mutations = mutations;
    this.random = random;
  }

  /** The periods of a user, of all products. */
  public List<SubscriptionPeriod> periods(Id userId) {
    return store.periods().find(Filters.eq("subscription_id.user_id", userId.toBson()));
  }

  /** The state of a subscription as last computed, or null. */
  public @Nullable Subscription state(SubscriptionId id) {
    BsonDocument found =
        store
            .collection(CollectionNames.SUBSCRIPTIONS)
            .find(Filters.eq("_id", id.toBson()))
            .first();
    return found == null ? null : Subscription.fromBson(found);
  }

  /** An administrator's wish to recompute everything of a user. */
  @Operation(
      value = "UserOps.refreshSubscriptions",
      noConflict = "does the same however often",
      needs = Permission.USER_MANAGE_ANY)
  public void refreshAll(RequestContext context, Id userId) {
    context.caller().guard(Permission.USER_MANAGE_ANY);
    refreshUser(userId);
  }

  /** Recomputes all products of a user. */
  public void refreshUser(Id userId) {
    store
        .subscriptionProducts()
        .find(new BsonDocument())
        .forEach(product -> refresh(new SubscriptionId(userId, product.id())));
  }

  /**
   * Gives somebody a period for nothing.
   *
   * @param reason for the records
   */
  @Operation(value = "UserOps.createSubscriptionPeriod", needs = Permission.USER_MANAGE_ANY)
  public void grant(
      RequestContext context,
      Id userId,
      Id productId,
      SubscriptionProduct.VariantKind kind,
      Instant start,
      Instant end,
      String reason) {
    context.caller().guard(Permission.USER_MANAGE_ANY);
    if (!start.isBefore(end)) {
      throw ApiException.badRequest("a period must end after it starts");
    }
    SubscriptionProduct.Variant variant = requireVariant(productId, kind);
    if (store.users().byId(userId) == null) {
      throw ApiException.notFound("user not found");
    }
    SubscriptionId id = new SubscriptionId(userId, productId);
    mutations.create(transaction -> {
      transaction.insert(
          CollectionNames.SUBSCRIPTION_PERIODS,
          new SubscriptionPeriod(
              Id.generate(transaction.now().toEpochMilli(), random),
              id,
              null,
              variant.id(),
              start,
              end,
              false,
              false,
              null,
              new SubscriptionPeriod.BySystem(reason),
              transaction.now(),
              null));
      return true;
    });
    refresh(id);
  }

  /**
   * The way to pay for a product.
   *
   * @throws ApiException 404 LOAD_ERROR
   */
  public SubscriptionProduct.Variant requireVariant(
      Id productId, SubscriptionProduct.VariantKind kind) {
    SubscriptionProduct product =
        ApiException.found(
            store.subscriptionProducts().byId(productId), "subscription product not found");
    return product.variants().stream()
        .filter(variant -> variant.active() && variant.kind() == kind)
        .findFirst()
        .orElseThrow(() -> ApiException.notFound("subscription product variant not found"));
  }

  /** Recomputes one subscription. */
  public void refresh(SubscriptionId id) {
    mutations.<@Nullable Void>hold(
        "mutex:subscription:refresh:" + id.userId() + ":" + id.productId(),
        transaction -> {
          refresh(transaction, id);
          return null;
        });
  }

  private void refresh(Transaction transaction, SubscriptionId id) {
    SubscriptionProduct product =
        store
            .subscriptionProducts()
            .findFirst(transaction.session(), Filters.eq("_id", id.productId().toBson()));
    if (product == null) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "product not found");
    }
    List<SubscriptionPeriod> periods =
        store.periods().find(transaction.session(), Filters.eq("subscription_id", id.toBson()));
    if (periods.isEmpty()
        && store
                .collection(CollectionNames.SUBSCRIPTIONS)
                .find(transaction.session(), Filters.eq("_id", id.toBson()))
                .first()
            == null) {
      return;
    }
    Instant now = transaction.now();
    SubscriptionAge age = SubscriptionAge.of(periods, now);
    benefits(transaction, id, product, age);
    List<SubscriptionPeriod> running =
        periods.stream().filter(period -> isRunning(period, now)).toList();
    EntitlementEdge own =
        new EntitlementEdge(
            EntitlementNode.user(id.userId()),
            EntitlementNode.subscription(id),
            new EntitlementEdge.Subscription(id));
    if (running.isEmpty()) {
      edges.delete(transaction, own);
      state(transaction, id, periods, Subscription.State.ENDED, age.end());
    } else {
      edges.insertIfAbsent(transaction, own);
      boolean renews = running.stream().anyMatch(SubscriptionPeriod::autoRenew);
      state(
          transaction,
          id,
          periods,
          renews ? Subscription.State.ACTIVE : Subscription.State.CANCEL_AT_END,
          null);
    }
    personalSet(transaction, id.userId());
  }

  private static boolean isRunning(SubscriptionPeriod period, Instant now) {
    Instant end = period.autoRenew() ? period.end().plus(GRACE) : period.end();
    return period.start().isBefore(now) && end.isAfter(now);
  }

  /** Adds and removes the edges to benefits and gift events, as far as this refresh owns them. */
  private void benefits(
      Transaction transaction,
      SubscriptionId id,
      SubscriptionProduct product,
      SubscriptionAge age) {
    EntitlementNode subscription = EntitlementNode.subscription(id);
    EntitlementEdge.Manager manager = new EntitlementEdge.Subscription(id);
    Set<EntitlementEdge> wanted = new HashSet<>();
    for (SubscriptionProduct.Benefit benefit : product.benefits()) {
      if (age.meets(benefit.condition())) {
        wanted.add(
            new EntitlementEdge(
                subscription,
                EntitlementNode.of(Kind.SUBSCRIPTION_BENEFIT, benefit.id()),
                manager));
      }
    }
    Set<Id> campaignEvents = campaigns.all();
    for (Id event : campaigns.earned(product, gifts(transaction, id))) {
      wanted.add(
          new EntitlementEdge(
              subscription, EntitlementNode.of(Kind.SPECIAL_EVENT, event), manager));
    }
    for (EntitlementEdge edge : edges.from(transaction, subscription)) {
      EntitlementNode to = edge.to();
      boolean ours =
          manager.equals(edge.managedBy())
              && (to.kind() == Kind.SUBSCRIPTION_BENEFIT
                  || (to.kind() == Kind.SPECIAL_EVENT && campaignEvents.contains(to.id())));
      if (ours && !wanted.remove(edge)) {
        edges.delete(transaction, edge);
      }
    }
    wanted.forEach(edge -> edges.insertIfAbsent(transaction, edge));
  }

  /** The periods of the product that somebody gave to others. */
  private List<SubscriptionPeriod> gifts(Transaction transaction, SubscriptionId giver) {
    return store
        .periods()
        .find(
            transaction.session(),
            Filters.and(
                Filters.eq("gifted_by", giver.userId().toBson()),
                Filters.eq("subscription_id.product_id", giver.productId().toBson())));
  }

  private void state(
      Transaction transaction,
      SubscriptionId id,
      List<SubscriptionPeriod> periods,
      Subscription.State state,
      @Nullable Instant endedAt) {
    Bson same = Filters.eq("_id", id.toBson());
    BsonDocument known =
        transaction.update(
            CollectionNames.SUBSCRIPTIONS,
            same,
            Updates.set("state", state.code()),
            Updates.set(
                "ended_at", endedAt == null ? null : new BsonDateTime(endedAt.toEpochMilli())));
    if (known == null) {
      Instant since =
          periods.stream()
              .map(SubscriptionPeriod::start)
              .min(Comparator.naturalOrder())
              .orElse(transaction.now());
      transaction.insert(
          CollectionNames.SUBSCRIPTIONS,
          new Subscription(id, state, since, endedAt, transaction.now(), null));
    }
  }

  /** Everybody who ever subscribed has a personal set and shows it in the style. */
  private void personalSet(Transaction transaction, Id userId) {
    User user = store.users().byId(transaction.session(), userId);
    if (user == null || user.style().personalEmoteSetId() != null) {
      return;
    }
    EmoteSet set =
        store
            .emoteSets()
            .find(
                transaction.session(),
                Filters.and(
                    Filters.eq("owner_id", userId.toBson()),
                    Filters.eq("kind", EmoteSet.Kind.PERSONAL.code())))
            .stream()
            .max(Comparator.comparing(EmoteSet::id))
            .orElse(null);
    if (set == null) {
      set =
          new EmoteSet(
              Id.generate(transaction.now().toEpochMilli(), random),
              PERSONAL_SET_NAME,
              null,
              List.of(),
              List.of(),
              PERSONAL_SET_CAPACITY,
              userId,
              null,
              EmoteSet.Kind.PERSONAL,
              false,
              transaction.now(),
              null);
      transaction.insert(CollectionNames.EMOTE_SETS, set);
      transaction.emit(null, null, new EntityEvent.OfEmoteSet(set, new EmoteSetChange.Create()));
    }
    transaction.update(
        CollectionNames.USERS,
        Filters.eq("_id", userId.toBson()),
        Updates.set("style.personal_emote_set_id", set.id().toBson()));
  }
}
