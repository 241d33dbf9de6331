package app.seventv.api.billing;

import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Invoice;
import app.seventv.model.StripeError;
import app.seventv.model.SubscriptionId;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.SubscriptionProduct.VariantKind;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What Stripe's events do to invoices and subscriptions (api-v3.md §10.1). */
public final class StripeEvents {
  private static final Set<SubscriptionId> NOBODY = Set.of();
  private static final String RUNNING_END = "end";

  private final Store store;
  private final Stripe stripe;
  private final StripeObjects objects;
  private final CheckoutEvents checkouts;
  private final RandomGenerator random;

  public StripeEvents(
      Store store, Stripe stripe, CheckoutEvents checkouts, RandomGenerator random) {
    this.store = store;
    this.stripe = stripe;
    this.objects = new StripeObjects(store, stripe);
    this.checkouts = checkouts;
    this.random = random;
  }

  /** The writes of an event. */
  @FunctionalInterface
  public interface Effect {
    /** Writes, and names the subscriptions to recompute. */
    Set<SubscriptionId> apply(Transaction transaction);
  }

  /** Reads what an event needs from Stripe; null for events that change nothing here. */
  @Nullable Effect prepare(String type, JsonNode event) throws Stripe.Refused {
    JsonNode object = event.path("data").path("object");
    return switch (type) {
      case "customer.created", "customer.deleted" ->
          transaction -> customer(transaction, object, type.endsWith("created"));
      case "invoice.created", "invoice.updated", "invoice.finalized", "invoice.payment_succeeded" ->
          mirror(object, false);
      case "invoice.payment_failed" -> mirror(object, true);
      case "invoice.deleted" ->
          transaction -> {
            transaction.delete(
                CollectionNames.INVOICES, Filters.eq("_id", object.path("id").asString()));
            return NOBODY;
          };
      case "invoice.paid" -> paid(event, object);
      case "customer.subscription.updated" -> transaction -> updated(transaction, event, object);
      case "customer.subscription.deleted" -> transaction -> ended(transaction, object);
      case "charge.refunded" ->
          transaction -> flag(transaction, object, Updates.set("refunded", true));
      case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed" ->
          dispute(object);
      default -> checkouts.prepare(type, object);
    };
  }

  private Set<SubscriptionId> customer(Transaction transaction, JsonNode customer, boolean exists) {
    Id user = Id.parseOrNull(customer.path("metadata").path("USER_ID").asString(""));
    String id = customer.path("id").asString();
    if (user == null) {
      return NOBODY;
    }
    Bson same = Filters.eq("_id", user.toBson());
    if (exists) {
      transaction.update(CollectionNames.USERS, same, Updates.set("stripe_customer_id", id));
    } else {
      transaction.update(
          CollectionNames.USERS,
          Filters.and(same, Filters.eq("stripe_customer_id", id)),
          Updates.set("stripe_customer_id", null));
    }
    return NOBODY;
  }

  // --- invoices -----------------------------------------------------------------------------

  /** Stores an invoice as it is now; those of the old PayPal mirror and strangers are left out. */
  private @Nullable Effect mirror(JsonNode invoice, boolean failed) throws Stripe.Refused {
    Id payer = objects.payer(invoice);
    if (payer == null || invoice.path("metadata").has("PAYPAL_ID")) {
      return null;
    }
    return transaction -> {
      store(transaction, invoice, payer, failed);
      return NOBODY;
    };
  }

  private void store(Transaction transaction, JsonNode invoice, Id payer, boolean failed) {
    String id = invoice.path("id").asString();
    Invoice.Status status = status(invoice.path("status").asString("draft"));
    List<String> items = StripeObjects.prices(invoice);
    BsonDocument known =
        transaction.update(
            CollectionNames.INVOICES,
            Filters.eq("_id", id),
            Updates.set("status", status.code()),
            Updates.set("items", items),
            Updates.set("failed", failed));
    if (known == null) {
      transaction.insert(
          CollectionNames.INVOICES,
          new Invoice(
              id,
              items,
              invoice.path("customer").asString(""),
              payer,
              null,
              status,
              failed,
              false,
              null,
              Instant.ofEpochSecond(invoice.path("created").asLong(0)),
              transaction.now(),
              null));
    }
  }

  private static Invoice.Status status(String status) {
    return switch (status) {
      case "open" -> Invoice.Status.OPEN;
      case "paid" -> Invoice.Status.PAID;
      case "uncollectible" -> Invoice.Status.UNCOLLECTIBLE;
      case "void" -> Invoice.Status.VOID;
      default -> Invoice.Status.DRAFT;
    };
  }

  private @Nullable Effect paid(JsonNode event, JsonNode invoice) throws Stripe.Refused {
    Id payer = objects.payer(invoice);
    JsonNode metadata = invoice.path("metadata");
    if (payer == null || metadata.has("PAYPAL_ID")) {
      return null;
    }
    String subscription = StripeObjects.subscription(invoice);
    JsonNode details =
        subscription == null
            ? null
            : stripe.get("/v1/subscriptions/" + subscription, new Stripe.Form());
    return transaction -> {
      store(transaction, invoice, payer, false);
      if (details != null) {
        return renewed(transaction, event, invoice, payer, details);
      }
      if (metadata.has("START") && metadata.has("END")) {
        return bought(transaction, invoice, metadata);
      }
      return metadata.has("CUSTOMER_ID") ? gift(transaction, event, invoice, metadata) : NOBODY;
    };
  }

  /** A payment of a running subscription: the period that Stripe says it is in. */
  private Set<SubscriptionId> renewed(
      Transaction transaction, JsonNode event, JsonNode invoice, Id payer, JsonNode details) {
    List<String> prices = StripeObjects.prices(details.path("items"));
    SubscriptionProduct product = objects.product(prices);
    if (prices.size() != 1 || product == null) {
      problem(
          transaction,
          event,
          prices.size() == 1 ? StripeError.Kind.NO_PRODUCT : StripeError.Kind.SEVERAL_PRODUCTS);
      return NOBODY;
    }
    Id user = Id.parseOrNull(details.path("metadata").path("USER_ID").asString(""));
    SubscriptionId id = new SubscriptionId(user == null ? payer : user, product.id());
    insert(
        transaction,
        new SubscriptionPeriod(
            Id.generate(transaction.now().toEpochMilli(), random),
            id,
            new SubscriptionPeriod.Provider(
                SubscriptionPeriod.Provider.STRIPE, details.path("id").asString()),
            prices.getFirst(),
            StripeObjects.time(details, "current_period_start"),
            StripeObjects.time(details, "current_period_end"),
            details.path("status").asString("").equals("trialing"),
            !details.path("cancel_at_period_end").asBoolean(false),
            id.userId().equals(payer) ? null : payer,
            new SubscriptionPeriod.ByInvoice(invoice.path("id").asString()),
            transaction.now(),
            null));
    return Set.of(id);
  }

  private Set<SubscriptionId> bought(Transaction transaction, JsonNode invoice, JsonNode metadata) {
    SubscriptionId id =
        new SubscriptionId(
            Id.parse(metadata.path("USER_ID").asString()),
            Id.parse(metadata.path("SUBSCRIPTION_PRODUCT_ID").asString()));
    insert(
        transaction,
        period(
            transaction,
            id,
            metadata.path("PRODUCT_ID").asString(),
            Instant.parse(metadata.path("START").asString()),
            Instant.parse(metadata.path("END").asString()),
            null,
            invoice));
    return Set.of(id);
  }

  /** A present starts when the recipient's last period ends; nothing renews meanwhile. */
  private Set<SubscriptionId> gift(
      Transaction transaction, JsonNode event, JsonNode invoice, JsonNode metadata) {
    Id receiver = Id.parseOrNull(metadata.path("USER_ID").asString(""));
    Id payer = Id.parseOrNull(metadata.path("CUSTOMER_ID").asString(""));
    String price = metadata.path("PRODUCT_ID").asString("");
    SubscriptionProduct product = objects.product(List.of(price));
    if (receiver == null || payer == null || product == null) {
      problem(transaction, event, StripeError.Kind.NO_GIFT_ITEM);
      return NOBODY;
    }
    SubscriptionId id = new SubscriptionId(receiver, product.id());
    Instant begin =
        store
            .periods()
            .find(transaction.session(), Filters.eq("subscription_id", id.toBson()))
            .stream()
            .map(SubscriptionPeriod::end)
            .filter(end -> end.isAfter(transaction.now()))
            .max(Comparator.naturalOrder())
            .orElse(Instant.ofEpochSecond(invoice.path("created").asLong(0)));
    boolean yearly =
        product.variants().stream()
            .anyMatch(each -> each.id().equals(price) && each.kind() == VariantKind.YEARLY);
    Instant end = begin.atOffset(ZoneOffset.UTC).plusMonths(yearly ? 12 : 1).toInstant();
    insert(transaction, period(transaction, id, price, begin, end, payer, invoice));
    return Set.of(id, new SubscriptionId(payer, product.id()));
  }

  private SubscriptionPeriod period(
      Transaction transaction,
      SubscriptionId id,
      String price,
      Instant start,
      Instant end,
      @Nullable Id giftedBy,
      JsonNode invoice) {
    return new SubscriptionPeriod(
        Id.generate(transaction.now().toEpochMilli(), random),
        id,
        null,
        price,
        start,
        end,
        false,
        false,
        giftedBy,
        new SubscriptionPeriod.ByInvoice(invoice.path("id").asString()),
        transaction.now(),
        null);
  }

  private static void insert(Transaction transaction, SubscriptionPeriod period) {
    transaction.insert(CollectionNames.SUBSCRIPTION_PERIODS, period);
  }

  // --- subscriptions ------------------------------------------------------------------------

  private Set<SubscriptionId> updated(
      Transaction transaction, JsonNode event, JsonNode subscription) {
    SubscriptionPeriod latest = latest(transaction, subscription);
    if (latest == null) {
      return NOBODY;
    }
    JsonNode before = event.path("data").path("previous_attributes");
    List<String> prices = StripeObjects.prices(subscription.path("items"));
    if (before.has("items")) {
      if (objects.product(prices) == null) {
        Instant at = Instant.ofEpochSecond(event.path("created").asLong(0));
        return change(transaction, latest, Updates.set(RUNNING_END, date(at)));
      }
      problem(transaction, event, StripeError.Kind.ITEM_CHANGED);
      return NOBODY;
    }
    boolean renews = !subscription.path("cancel_at_period_end").asBoolean(false);
    return change(transaction, latest, Updates.set("auto_renew", renews));
  }

  private Set<SubscriptionId> ended(Transaction transaction, JsonNode subscription) {
    SubscriptionPeriod latest = latest(transaction, subscription);
    if (latest == null) {
      return NOBODY;
    }
    Instant end = Instant.ofEpochSecond(subscription.path("ended_at").asLong(0));
    return change(
        transaction,
        latest,
        Updates.combine(
            Updates.set(RUNNING_END, date(end.isBefore(latest.end()) ? end : latest.end())),
            Updates.set("auto_renew", false)));
  }

  private @Nullable SubscriptionPeriod latest(Transaction transaction, JsonNode subscription) {
    SubscriptionPeriod.Provider provider =
        new SubscriptionPeriod.Provider(
            SubscriptionPeriod.Provider.STRIPE, subscription.path("id").asString(""));
    List<SubscriptionPeriod> periods =
        new ArrayList<>(
            store
                .periods()
                .find(transaction.session(), Filters.eq("provider_id", provider.toBson())));
    return periods.stream().max(Comparator.comparing(SubscriptionPeriod::end)).orElse(null);
  }

  private static Set<SubscriptionId> change(
      Transaction transaction, SubscriptionPeriod period, Bson change) {
    transaction.update(
        CollectionNames.SUBSCRIPTION_PERIODS, Filters.eq("_id", period.id().toBson()), change);
    return Set.of(period.subscriptionId());
  }

  private static BsonDateTime date(Instant time) {
    return new BsonDateTime(time.toEpochMilli());
  }

  // --- charges ------------------------------------------------------------------------------

  private static Set<SubscriptionId> flag(Transaction transaction, JsonNode charge, Bson change) {
    String invoice = charge.path("invoice").asString("");
    if (!invoice.isEmpty()) {
      transaction.update(CollectionNames.INVOICES, Filters.eq("_id", invoice), change);
    }
    return NOBODY;
  }

  private Effect dispute(JsonNode dispute) throws Stripe.Refused {
    JsonNode charge =
        stripe.get("/v1/charges/" + dispute.path("charge").asString(""), new Stripe.Form());
    Invoice.Dispute state = disputed(dispute.path("status").asString(""));
    return transaction -> flag(transaction, charge, Updates.set("disputed", state.code()));
  }

  private static Invoice.Dispute disputed(String status) {
    for (Invoice.Dispute known : Invoice.Dispute.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(status)) {
        return known;
      }
    }
    return Invoice.Dispute.RESOLVED;
  }

  private void problem(Transaction transaction, JsonNode event, StripeError.Kind kind) {
    transaction.insert(
        CollectionNames.STRIPE_ERRORS,
        new StripeError(
            Id.generate(transaction.now().toEpochMilli(), random),
            event.path("id").asString(),
            kind));
  }
}
