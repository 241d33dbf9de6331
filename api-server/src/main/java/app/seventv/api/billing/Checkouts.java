package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Subscription;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.SubscriptionProduct.VariantKind;
import app.seventv.model.User;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What people do about their subscriptions at Stripe (api-v3.md §9, api-v4.md §16). */
public final class Checkouts {
  private static final Duration LIFETIME = Duration.ofHours(4);
  private static final String FAILED = "failed to create checkout session";

  private final Store store;
  private final SubscriptionService subscriptions;
  private final Mutations mutations;
  private final Stripe stripe;
  private final PayPal paypal;
  private final URI oldWebsite;
  private final InstantSource clock;

  public Checkouts(
      Store store,
      SubscriptionService subscriptions,
      Mutations mutations,
      Stripe stripe,
      PayPal paypal,
      URI oldWebsite,
      InstantSource clock) {
    this.store = store;
    this.subscriptions = subscriptions;
    this.mutations = mutations;
    this.stripe = stripe;
    this.paypal = paypal;
    this.oldWebsite = oldWebsite;
    this.clock = clock;
  }

  /**
   * Begins to pay for a subscription, the own one or a gift.
   *
   * @param country of the payer, which decides the currency; null for the product's own
   * @return address of Stripe's page
   */
  public String subscribe(User payer, Id receiver, VariantKind kind, @Nullable String country) {
    SubscriptionProduct product = null;
    SubscriptionProduct.Variant variant = null;
    for (SubscriptionProduct each : store.subscriptionProducts().find(new BsonDocument())) {
      for (SubscriptionProduct.Variant one : each.variants()) {
        if (variant == null && one.active() && one.kind() == kind) {
          product = each;
          variant = one;
        }
      }
    }
    if (product == null || variant == null) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "subscription product not found");
    }
    boolean gift = !receiver.equals(payer.id());
    if (!gift && running(receiver) != null) {
      throw ApiException.badRequest("user is already subscribed");
    }
    if (gift && store.users().byId(receiver) == null) {
      throw ApiException.notFound("user not found");
    }
    try {
      Stripe.Form form = page(customer(payer), "/subscribe/complete?with_provider=stripe");
      form.with("cancel_url", oldWebsite + "/subscribe/cancel?with_provider=stripe");
      Prices.Price price = Prices.of(store.globalConfig(), country, product, variant);
      if (gift) {
        gift(form, payer.id(), receiver, product, variant, price);
      } else {
        form.with("mode", "subscription")
            .with("currency", price == null ? null : price.currency())
            .with("line_items[0][price]", variant.id())
            .with("line_items[0][quantity]", 1)
            .metadata("metadata", Map.of("KIND", "SUBSCRIPTION"))
            .metadata("subscription_data[metadata]", Map.of("USER_ID", payer.id().toString()));
      }
      return open(form);
    } catch (Stripe.Refused e) {
      throw e.toApi(FAILED);
    }
  }

  private static void gift(
      Stripe.Form form,
      Id payer,
      Id receiver,
      SubscriptionProduct product,
      SubscriptionProduct.Variant variant,
      Prices.@Nullable Price price) {
    if (price == null) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "failed to load default price");
    }
    String item = "line_items[0]";
    form.with("mode", "payment")
        .with("invoice_creation[enabled]", true)
        .with(item + "[price_data][currency]", price.currency())
        .with(item + "[price_data][product]", product.providerId())
        .with(item + "[price_data][unit_amount]", price.amount())
        .with(item + "[quantity]", 1)
        .metadata("metadata", Map.of("KIND", "GIFT"))
        .metadata(
            "invoice_creation[invoice_data][metadata]",
            Map.of(
                "USER_ID",
                receiver.toString(),
                "CUSTOMER_ID",
                payer.toString(),
                "PRODUCT_ID",
                variant.id(),
                "SUBSCRIPTION_PRODUCT_ID",
                product.id().toString()));
  }

  /** Begins a subscription that is free at first, for a code. */
  String trial(User user, Id productId, int trialDays, Id codeId) {
    SubscriptionProduct product = store.subscriptionProducts().byId(productId);
    if (product == null || product.defaultVariantIndex() >= product.variants().size()) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "subscription product not found");
    }
    try {
      return open(
          page(customer(user), "/subscribe/complete?with_provider=stripe")
              .with("cancel_url", oldWebsite + "/subscribe/cancel?with_provider=stripe")
              .with("mode", "subscription")
              .with("payment_method_collection", "if_required")
              .with(
                  "line_items[0][price]",
                  product.variants().get(product.defaultVariantIndex()).id())
              .with("line_items[0][quantity]", 1)
              .with("subscription_data[trial_period_days]", trialDays)
              .with(
                  "subscription_data[trial_settings][end_behavior][missing_payment_method]",
                  "cancel")
              .metadata(
                  "metadata",
                  Map.of(
                      "KIND",
                      "REDEEM",
                      "USER_ID",
                      user.id().toString(),
                      "REDEEM_CODE_ID",
                      codeId.toString()))
              .metadata("subscription_data[metadata]", Map.of("USER_ID", user.id().toString())));
    } catch (Stripe.Refused e) {
      throw e.toApi(FAILED);
    }
  }

  /** Begins to register another payment method. */
  public String setup(User user) {
    try {
      return open(
          page(customer(user), "/subscribe")
              .with("cancel_url", oldWebsite + "/subscribe")
              .with("mode", "setup")
              .with("payment_method_types[0]", "card")
              .metadata("metadata", Map.of("KIND", "SETUP")));
    } catch (Stripe.Refused e) {
      throw e.toApi(FAILED);
    }
  }

  private Stripe.Form page(String customer, String successPath) {
    return new Stripe.Form()
        .with("customer", customer)
        .with("expires_at", clock.instant().plus(LIFETIME).getEpochSecond())
        .with("success_url", oldWebsite + successPath)
        .with("customer_update[address]", "auto")
        .with("automatic_tax[enabled]", true);
  }

  private String open(Stripe.Form form) throws Stripe.Refused {
    JsonNode session = stripe.post("/v1/checkout/sessions", form, UUID.randomUUID() + ":checkout");
    JsonNode url = session.path("url");
    if (!url.isString()) {
      throw new ApiException(500, ErrorCode.STRIPE_ERROR, FAILED);
    }
    return url.asString();
  }

  /** The user's customer at Stripe: known, found by its metadata, or new. */
  String customer(User user) throws Stripe.Refused {
    if (user.stripeCustomerId() != null) {
      return user.stripeCustomerId();
    }
    Stripe.Form search =
        new Stripe.Form().with("query", "metadata['USER_ID']:'" + user.id() + "'").with("limit", 1);
    JsonNode found = stripe.get("/v1/customers/search", search).path("data");
    JsonNode customer =
        found.isEmpty()
            ? stripe.post(
                "/v1/customers",
                new Stripe.Form()
                    .with("email", user.email())
                    .metadata("metadata", Map.of("USER_ID", user.id().toString())),
                "customer:" + user.id())
            : found.get(0);
    String id = customer.path("id").asString();
    mutations.change(
        Mutations.Target.USER,
        user.id(),
        transaction ->
            transaction.update(
                CollectionNames.USERS,
                Filters.eq("_id", user.id().toBson()),
                Updates.set("stripe_customer_id", id)));
    return id;
  }

  /** The period that runs now, or null. */
  private @Nullable SubscriptionPeriod running(Id userId) {
    Instant now = clock.instant();
    return subscriptions.periods(userId).stream()
        .filter(period -> period.isActive(now))
        .findFirst()
        .orElse(null);
  }

  private SubscriptionPeriod requireRunning(Id userId) {
    SubscriptionPeriod running = running(userId);
    if (running == null) {
      throw new ApiException(404, ErrorCode.BAD_REQUEST, "subscription not found");
    }
    return running;
  }

  /** Lets a subscription run out; what nobody renews ends now. */
  public void cancel(Id userId) {
    SubscriptionPeriod running = requireRunning(userId);
    SubscriptionPeriod.Provider provider = running.provider();
    if (provider != null) {
      renew(provider, false, running);
    }
    mutations.hold(
        "mutex:egvault:user:" + userId,
        transaction -> {
          transaction.update(
              CollectionNames.SUBSCRIPTION_PERIODS,
              Filters.eq("_id", running.id().toBson()),
              provider == null
                  ? Updates.set("end", new BsonDateTime(transaction.now().toEpochMilli()))
                  : Updates.set("auto_renew", false));
          state(transaction, running, Subscription.State.CANCEL_AT_END);
          return true;
        });
    if (provider == null) {
      subscriptions.refresh(running.subscriptionId());
    }
  }

  /** Takes a cancellation back. */
  public void reactivate(Id userId) {
    SubscriptionPeriod running = requireRunning(userId);
    SubscriptionPeriod.Provider provider = running.provider();
    if (provider == null || !provider.kind().equals(SubscriptionPeriod.Provider.STRIPE)) {
      throw new ApiException(501, ErrorCode.BAD_REQUEST, "this subscription cannot be reactivated");
    }
    renew(provider, true, running);
    mutations.hold(
        "mutex:egvault:user:" + userId,
        transaction -> {
          transaction.update(
              CollectionNames.SUBSCRIPTION_PERIODS,
              Filters.eq("_id", running.id().toBson()),
              Updates.set("auto_renew", true));
          state(transaction, running, Subscription.State.ACTIVE);
          return true;
        });
  }

  private void renew(
      SubscriptionPeriod.Provider provider, boolean renews, SubscriptionPeriod period) {
    if (!provider.kind().equals(SubscriptionPeriod.Provider.STRIPE)) {
      paypal.cancel(provider.id()); // only cancellations get here
      return;
    }
    try {
      stripe.post(
          "/v1/subscriptions/" + provider.id(),
          new Stripe.Form().with("cancel_at_period_end", !renews),
          null);
    } catch (Stripe.Refused e) {
      throw e.toApi("failed to change subscription " + period.id());
    }
  }

  private static void state(
      Transaction transaction, SubscriptionPeriod period, Subscription.State state) {
    transaction.update(
        CollectionNames.SUBSCRIPTIONS,
        Filters.eq("_id", period.subscriptionId().toBson()),
        Updates.set("state", state.code()));
  }
}
