package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Invoice;
import app.seventv.model.SubscriptionId;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.User;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What PayPal's events do to the subscriptions that are still there (api-v3.md §10.2). */
public final class PayPalEvents {
  private static final Set<SubscriptionId> NOBODY = Set.of();

  private final Store store;
  private final PayPal paypal;
  private final Stripe stripe;
  private final Checkouts checkouts;
  private final RandomGenerator random;

  public PayPalEvents(
      Store store, PayPal paypal, Stripe stripe, Checkouts checkouts, RandomGenerator random) {
    this.store = store;
    this.paypal = paypal;
    this.stripe = stripe;
    this.checkouts = checkouts;
    this.random = random;
  }

  /**
   * Reads what an event needs from PayPal and Stripe.
   *
   * @return its writes, null for events that change nothing here
   * @throws ApiException 400 PAYPAL_ERROR for types and resources that nobody knows
   */
  StripeEvents.@Nullable Effect prepare(String type, JsonNode resource) throws Stripe.Refused {
    return switch (type) {
      case "PAYMENT.SALE.COMPLETED" -> sold(resource);
      case "PAYMENT.SALE.REFUNDED", "PAYMENT.SALE.REVERSED" ->
          invoice(
              resource.path("sale_id").asString(resource.path("id").asString("")),
              Updates.set("refunded", true));
      case "CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.UPDATED" ->
          disputed(resource, Invoice.Dispute.UNDER_REVIEW);
      case "CUSTOMER.DISPUTE.RESOLVED" -> disputed(resource, Invoice.Dispute.RESOLVED);
      case "BILLING.SUBSCRIPTION.CANCELLED", "BILLING.SUBSCRIPTION.SUSPENDED" ->
          stopped(resource.path("id").asString(""));
      // The period ends by itself; an error would only bring the event again and again.
      case "BILLING.SUBSCRIPTION.EXPIRED", "BILLING.SUBSCRIPTION.PAYMENT.FAILED" -> null;
      default -> throw unknown("unknown event type");
    };
  }

  private static ApiException unknown(String text) {
    return new ApiException(400, ErrorCode.PAYPAL_ERROR, text);
  }

  /** A payment: mirrored at Stripe, and a period until the next one. */
  private StripeEvents.Effect sold(JsonNode sale) throws Stripe.Refused {
    String agreement = sale.path("billing_agreement_id").asString("");
    SubscriptionPeriod last = latest(agreement);
    User user = store.users().byId(last.subscriptionId().userId());
    if (user == null) {
      throw unknown("unknown subscriber");
    }
    JsonNode subscription = paypal.subscription(agreement);
    Instant sold = time(sale.path("create_time"));
    Instant next = time(subscription.path("billing_info").path("next_billing_time"));
    if (!next.isAfter(sold)) {
      throw unknown("the subscription has no next payment");
    }
    String price = price(last, subscription.path("plan_id").asString(""));
    String saleId = sale.path("id").asString();
    String customer = checkouts.customer(user);
    String invoice = mirror(customer, saleId, sale.path("amount"));
    return transaction -> {
      transaction.insert(
          CollectionNames.INVOICES,
          new Invoice(
              invoice,
              List.of(price),
              customer,
              user.id(),
              saleId,
              Invoice.Status.PAID,
              false,
              false,
              null,
              sold,
              transaction.now(),
              null));
      transaction.insert(
          CollectionNames.SUBSCRIPTION_PERIODS,
          new SubscriptionPeriod(
              Id.generate(transaction.now().toEpochMilli(), random),
              last.subscriptionId(),
              last.provider(),
              price,
              sold,
              next,
              false,
              true,
              null,
              new SubscriptionPeriod.ByInvoice(invoice),
              transaction.now(),
              null));
      return Set.of(last.subscriptionId());
    };
  }

  /** An invoice that is void, so that the accounts at Stripe show the payment once. */
  private String mirror(String customer, String saleId, JsonNode amount) throws Stripe.Refused {
    String key = "paypal:" + saleId;
    Stripe.Form form =
        new Stripe.Form()
            .with("customer", customer)
            .with("auto_advance", false)
            .metadata("metadata", Map.of("PAYPAL_ID", saleId));
    String id = stripe.post("/v1/invoices", form, key + ":invoice").path("id").asString();
    BigDecimal total = new BigDecimal(amount.path("total").asString("0"));
    Stripe.Form item =
        new Stripe.Form()
            .with("customer", customer)
            .with("invoice", id)
            .with("currency", amount.path("currency").asString("eur").toLowerCase(Locale.ROOT))
            .with("amount", total.movePointRight(2).longValue());
    stripe.post("/v1/invoiceitems", item, key + ":item");
    stripe.post("/v1/invoices/" + id + "/finalize", new Stripe.Form(), key + ":finalize");
    stripe.post("/v1/invoices/" + id + "/void", new Stripe.Form(), key + ":void");
    return id;
  }

  private String price(SubscriptionPeriod last, String plan) {
    SubscriptionProduct product =
        store.subscriptionProducts().byId(last.subscriptionId().productId());
    if (product == null) {
      return last.productId();
    }
    return product.variants().stream()
        .filter(variant -> plan.equals(variant.paypalId()))
        .map(SubscriptionProduct.Variant::id)
        .findFirst()
        .orElse(last.productId());
  }

  private static Instant time(JsonNode value) {
    try {
      return OffsetDateTime.parse(value.asString("")).toInstant();
    } catch (DateTimeException e) {
      throw unknown("invalid time");
    }
  }

  private SubscriptionPeriod latest(String subscription) {
    SubscriptionPeriod.Provider provider =
        new SubscriptionPeriod.Provider(SubscriptionPeriod.Provider.PAYPAL, subscription);
    return store.periods().find(Filters.eq("provider_id", provider.toBson())).stream()
        .max(Comparator.comparing(SubscriptionPeriod::end))
        .orElseThrow(() -> unknown("unknown subscription"));
  }

  private StripeEvents.Effect stopped(String subscription) {
    SubscriptionPeriod last = latest(subscription);
    return transaction -> {
      transaction.update(
          CollectionNames.SUBSCRIPTION_PERIODS,
          Filters.eq("_id", last.id().toBson()),
          Updates.set("auto_renew", false));
      return Set.of(last.subscriptionId());
    };
  }

  private StripeEvents.Effect disputed(JsonNode dispute, Invoice.Dispute state) {
    String sale =
        dispute.path("disputed_transactions").path(0).path("seller_transaction_id").asString("");
    return invoice(sale, Updates.set("disputed", state.code()));
  }

  private StripeEvents.Effect invoice(String sale, Bson change) {
    Bson same = Filters.eq("paypal_payment_id", sale);
    if (store.collection(CollectionNames.INVOICES).find(same).first() == null) {
      throw unknown("unknown payment");
    }
    return transaction -> changed(transaction, same, change);
  }

  private static Set<SubscriptionId> changed(Transaction transaction, Bson same, Bson change) {
    transaction.update(CollectionNames.INVOICES, same, change);
    return NOBODY;
  }
}
