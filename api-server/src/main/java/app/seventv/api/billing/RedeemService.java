package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Edges;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.RedeemCode;
import app.seventv.model.SubscriptionId;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Redemption of codes (api-v3.md §9, api-v4.md §16.5). */
public final class RedeemService {
  private static final int MAX_CODE_BYTES = 24;
  private static final String USES = "remaining_uses";

  private final Store store;
  private final Edges edges;
  private final Mutations mutations;
  private final SubscriptionService subscriptions;
  private final Checkouts checkouts;
  private final Captcha captcha;
  private final InstantSource clock;

  public RedeemService(
      Store store,
      Edges edges,
      Mutations mutations,
      SubscriptionService subscriptions,
      Checkouts checkouts,
      Captcha captcha,
      InstantSource clock) {
    this.store = store;
    this.edges = edges;
    this.mutations = mutations;
    this.subscriptions = subscriptions;
    this.checkouts = checkouts;
    this.captcha = captcha;
    this.clock = clock;
  }

  /**
   * Redeems a code.
   *
   * @return where to go for a trial subscription, or null when the code was granted
   */
  @Operation(
      value = "POST /egvault/v1/redeem",
      needs = Permission.USER_BILLING,
      who = "oneself, with a solved captcha")
  public @Nullable String redeem(RequestContext context, String code, String captchaToken) {
    Caller caller = context.caller();
    LoadedUser user = caller.requireUser();
    if (!caller.has(Permission.USER_BILLING)) {
      throw ApiException.forbidden("this user isn't allowed to use billing features");
    }
    if (code.getBytes(StandardCharsets.UTF_8).length > MAX_CODE_BYTES) {
      throw ApiException.badRequest("code is too long");
    }
    if (captchaToken.isEmpty()) {
      throw ApiException.badRequest("captcha token is required");
    }
    context.charge(RateLimitResource.EGVAULT_REDEEM);
    captcha.verify(captchaToken);
    RedeemCode known = store.redeemCodes().findFirst(usable(code));
    if (known == null) {
      throw unknown();
    }
    RedeemCode.SubscriptionEffect effect = known.subscriptionEffect();
    if (effect != null
        && effect.trialDays() != null
        && !effect.noRedirectToStripe()
        && !isSubscribed(user.id())) {
      RedeemCode taken = mutations.create(transaction -> take(transaction, code));
      try {
        return checkouts.trial(user.user(), effect.id(), effect.trialDays(), taken.id());
      } catch (ApiException e) {
        mutations.create(transaction -> giveBack(transaction, taken.id()));
        throw e;
      }
    }
    // Both or nothing: a use that could not be granted is not used up.
    mutations.change(
        Mutations.Target.USER,
        user.id(),
        transaction -> {
          grant(transaction, user.id(), take(transaction, code));
          return true;
        });
    return null;
  }

  private Bson usable(String code) {
    Date now = Date.from(clock.instant());
    return Filters.and(
        Filters.eq("code", code),
        Filters.gt(USES, 0),
        Filters.or(
            Filters.eq("active_period", null),
            Filters.and(
                Filters.lt("active_period.start", now), Filters.gt("active_period.end", now))));
  }

  /** Takes one use, in one write, so that the last one is taken once. */
  private RedeemCode take(Transaction transaction, String code) {
    BsonDocument taken =
        transaction.update(CollectionNames.REDEEM_CODES, usable(code), Updates.inc(USES, -1));
    if (taken == null) {
      throw unknown();
    }
    return RedeemCode.fromBson(taken);
  }

  private static ApiException unknown() {
    return new ApiException(404, ErrorCode.BAD_REQUEST, "redeem code not found");
  }

  /** Returns a use that came to nothing. */
  boolean giveBack(Transaction transaction, Id codeId) {
    transaction.update(
        CollectionNames.REDEEM_CODES, Filters.eq("_id", codeId.toBson()), Updates.inc(USES, 1));
    return true;
  }

  private boolean isSubscribed(Id userId) {
    Instant now = clock.instant();
    return subscriptions.periods(userId).stream().anyMatch(period -> period.isActive(now));
  }

  /** Gives what a code is for, in place of what it gave this holder before. */
  void grant(Transaction transaction, Id userId, RedeemCode code) {
    RedeemCode.SubscriptionEffect effect = code.subscriptionEffect();
    EntitlementNode from =
        effect == null
            ? EntitlementNode.user(userId)
            : EntitlementNode.subscription(new SubscriptionId(userId, effect.id()));
    EntitlementEdge.Manager manager = new EntitlementEdge.RedeemCode(code.id());
    for (EntitlementEdge edge : edges.from(transaction, from)) {
      if (Objects.equals(edge.managedBy(), manager)) {
        edges.delete(transaction, edge);
      }
    }
    for (EntitlementNode node : code.effect().nodes()) {
      edges.insertIfAbsent(transaction, new EntitlementEdge(from, node, manager));
    }
  }

  /** The code of an id, inside a transaction. */
  @Nullable RedeemCode find(Transaction transaction, Id codeId) {
    return store.redeemCodes().byId(transaction.session(), codeId);
  }
}
