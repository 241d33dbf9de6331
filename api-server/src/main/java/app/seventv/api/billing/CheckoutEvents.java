package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.data.Edges;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Product;
import app.seventv.model.RedeemCode;
import app.seventv.model.SubscriptionId;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.User;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What finished checkouts and changed prices do (api-v3.md §10.1). */
public final class CheckoutEvents {
  /** The event that buyers of a pass take part in (api-v4.md §16.6). */
  private static final Id PICKEMS_EVENT = Id.parse("01K7D01MPH7B65MZCBTSW2FKHK");

  private static final Set<SubscriptionId> NOBODY = Set.of();

  private final Store store;
  private final Edges edges;
  private final Stripe stripe;
  private final RedeemService codes;
  private final Id subscriptionProduct;

  /**
   * @param subscriptionProduct whose subscribers get the extras of a bundle
   */
  public CheckoutEvents(
      Store store, Edges edges, Stripe stripe, RedeemService codes, Id subscriptionProduct) {
    this.store = store;
    this.edges = edges;
    this.stripe = stripe;
    this.codes = codes;
    this.subscriptionProduct = subscriptionProduct;
  }

  /** The writes of an event about a checkout or a price; null for none. */
  StripeEvents.@Nullable Effect prepare(String type, JsonNode object) throws Stripe.Refused {
    return switch (type) {
      case "checkout.session.completed" -> completed(object);
      case "checkout.session.expired" -> expired(object);
      case "price.updated" -> priceUpdated(object.path("id").asString(""));
      case "price.deleted" -> priceDeleted(object.path("id").asString(""));
      default -> null;
    };
  }

  private StripeEvents.@Nullable Effect completed(JsonNode session) throws Stripe.Refused {
    JsonNode metadata = session.path("metadata");
    String kind = metadata.path("KIND").asString("");
    if (kind.isEmpty()) {
      throw new ApiException(500, ErrorCode.STRIPE_ERROR, "checkout session without metadata");
    }
    return switch (kind) {
      case "SETUP" -> {
        setDefaultPaymentMethod(session);
        yield null;
      }
      case "REDEEM" -> transaction -> redeemed(transaction, metadata);
      case "PICKEMS" ->
          transaction -> {
            Id user = id(metadata, "USER_ID");
            buy(transaction, user, id(metadata, "PRODUCT_ID"));
            grant(transaction, EntitlementNode.user(user), PICKEMS_EVENT);
            return NOBODY;
          };
      case "COSMETIC_BUNDLE" ->
          transaction -> {
            Id user = id(metadata, "USER_ID");
            buy(transaction, user, id(metadata, "PRODUCT_ID"));
            grant(
                transaction,
                EntitlementNode.subscription(new SubscriptionId(user, subscriptionProduct)),
                id(metadata, "SPECIAL_EVENT_ID"));
            return NOBODY;
          };
      default -> null;
    };
  }

  private Set<SubscriptionId> redeemed(Transaction transaction, JsonNode metadata) {
    RedeemCode code = codes.find(transaction, id(metadata, "REDEEM_CODE_ID"));
    if (code != null) {
      codes.grant(transaction, id(metadata, "USER_ID"), code);
    }
    return NOBODY;
  }

  private void buy(Transaction transaction, Id user, Id product) {
    edges.insertIfAbsent(
        transaction,
        new EntitlementEdge(
            EntitlementNode.user(user), EntitlementNode.of(Kind.PRODUCT, product), null));
  }

  private void grant(Transaction transaction, EntitlementNode from, Id event) {
    edges.insertIfAbsent(
        transaction,
        new EntitlementEdge(from, EntitlementNode.of(Kind.SPECIAL_EVENT, event), null));
  }

  private StripeEvents.@Nullable Effect expired(JsonNode session) {
    JsonNode metadata = session.path("metadata");
    return metadata.path("KIND").asString("").equals("REDEEM")
        ? transaction -> {
          codes.giveBack(transaction, id(metadata, "REDEEM_CODE_ID"));
          return NOBODY;
        }
        : null;
  }

  private static Id id(JsonNode metadata, String key) {
    Id id = Id.parseOrNull(metadata.path(key).asString(""));
    if (id == null) {
      throw new ApiException(500, ErrorCode.STRIPE_ERROR, "missing metadata " + key);
    }
    return id;
  }

  /** On the customer and on the subscription that runs; repeating it changes nothing. */
  private void setDefaultPaymentMethod(JsonNode session) throws Stripe.Refused {
    String customer = session.path("customer").asString("");
    JsonNode intent =
        stripe.get(
            "/v1/setup_intents/" + session.path("setup_intent").asString(""), new Stripe.Form());
    String method = intent.path("payment_method").asString("");
    stripe.post(
        "/v1/customers/" + customer,
        new Stripe.Form().with("invoice_settings[default_payment_method]", method),
        null);
    User user = store.users().findFirst(Filters.eq("stripe_customer_id", customer));
    if (user == null) {
      return;
    }
    for (SubscriptionPeriod period :
        store.periods().find(Filters.eq("subscription_id.user_id", user.id().toBson()))) {
      SubscriptionPeriod.Provider provider = period.provider();
      if (provider != null
          && period.autoRenew()
          && provider.kind().equals(SubscriptionPeriod.Provider.STRIPE)) {
        stripe.post(
            "/v1/subscriptions/" + provider.id(),
            new Stripe.Form().with("default_payment_method", method),
            null);
      }
    }
  }

  // --- prices -------------------------------------------------------------------------------

  private StripeEvents.Effect priceUpdated(String id) throws Stripe.Refused {
    JsonNode price =
        stripe.get("/v1/prices/" + id, new Stripe.Form().with("expand[]", "currency_options"));
    boolean active = price.path("active").asBoolean(false);
    Map<String, Long> prices = new LinkedHashMap<>();
    price
        .path("currency_options")
        .properties()
        .forEach(each -> prices.put(each.getKey(), each.getValue().path("unit_amount").asLong(0)));
    BsonDocument stored = new BsonDocument();
    prices.forEach((currency, amount) -> stored.append(currency, new BsonInt64(amount)));
    return transaction -> {
      for (Product product :
          store.products().find(transaction.session(), Filters.eq("provider_id", id))) {
        transaction.update(
            CollectionNames.PRODUCTS,
            Filters.eq("_id", product.id().toBson()),
            Updates.set("active", active),
            Updates.set("currency_prices", stored));
      }
      return changeVariants(
          transaction,
          id,
          (product, index) ->
              List.of(
                  Updates.set("variants." + index + ".active", active),
                  Updates.set("variants." + index + ".currency_prices", stored)));
    };
  }

  private StripeEvents.Effect priceDeleted(String id) {
    return transaction -> {
      transaction.delete(CollectionNames.PRODUCTS, Filters.eq("provider_id", id));
      return changeVariants(
          transaction,
          id,
          (product, index) ->
              List.of(
                  Updates.pull("variants", new BsonDocument("id", new BsonString(id))),
                  Updates.set("default_variant_idx", defaultWithout(product, index))));
    };
  }

  /**
   * Where the default variant is once another has gone; if it goes itself, the first takes over.
   */
  private static int defaultWithout(SubscriptionProduct product, int removed) {
    int known = product.defaultVariantIndex();
    return known == removed ? 0 : known > removed ? known - 1 : known;
  }

  /** What becomes of a variant. Its other fields, also those we do not know, stay. */
  private interface VariantChange {
    List<Bson> of(SubscriptionProduct product, int index);
  }

  private Set<SubscriptionId> changeVariants(
      Transaction transaction, String priceId, VariantChange change) {
    for (SubscriptionProduct product :
        store
            .subscriptionProducts()
            .find(transaction.session(), Filters.eq("variants.id", priceId))) {
      List<String> prices =
          product.variants().stream().map(SubscriptionProduct.Variant::id).toList();
      transaction.update(
          CollectionNames.SUBSCRIPTION_PRODUCTS,
          Filters.eq("_id", product.id().toBson()),
          change.of(product, prices.indexOf(priceId)).toArray(Bson[]::new));
    }
    return NOBODY;
  }
}
