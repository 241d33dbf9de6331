package app.seventv.api.billing;

import app.seventv.api.data.Store;
import app.seventv.model.Id;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.User;
import com.mongodb.client.model.Filters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads of Stripe's objects, whose members moved between versions of its interface. */
final class StripeObjects {
  private final Store store;
  private final Stripe stripe;

  StripeObjects(Store store, Stripe stripe) {
    this.store = store;
    this.stripe = stripe;
  }

  /** Price ids of an invoice's lines or a subscription's items. */
  static List<String> prices(JsonNode holder) {
    List<String> prices = new ArrayList<>();
    JsonNode lines = holder.has("lines") ? holder.path("lines") : holder;
    for (JsonNode line : lines.path("data")) {
      JsonNode old = line.path("price");
      JsonNode price =
          old.isMissingNode() || old.isNull()
              ? line.path("pricing").path("price_details").path("price")
              : old;
      String id = price.isString() ? price.asString() : price.path("id").asString("");
      if (!id.isEmpty()) {
        prices.add(id);
      }
    }
    return prices;
  }

  /** The subscription that an invoice belongs to, or null. */
  static @Nullable String subscription(JsonNode invoice) {
    JsonNode old = invoice.path("subscription");
    JsonNode found =
        old.isString()
            ? old
            : invoice.path("parent").path("subscription_details").path("subscription");
    return found.isString() ? found.asString() : null;
  }

  /** A time of a subscription, which newer versions keep at its items. */
  static Instant time(JsonNode subscription, String name) {
    JsonNode old = subscription.path(name);
    JsonNode value =
        old.isIntegralNumber() ? old : subscription.path("items").path("data").path(0).path(name);
    return Instant.ofEpochSecond(value.asLong(0));
  }

  /** The product that one of these prices belongs to, or null. */
  @Nullable SubscriptionProduct product(List<String> prices) {
    return prices.isEmpty()
        ? null
        : store.subscriptionProducts().findFirst(Filters.in("variants.id", prices));
  }

  /** Who pays an invoice: by the subscription's, the invoice's or the customer's metadata. */
  @Nullable Id payer(JsonNode invoice) throws Stripe.Refused {
    JsonNode parent = invoice.path("parent").path("subscription_details").path("metadata");
    JsonNode details =
        parent.isObject() ? parent : invoice.path("subscription_details").path("metadata");
    for (JsonNode metadata : new JsonNode[] {details, invoice.path("metadata")}) {
      for (String key : new String[] {"CUSTOMER_ID", "USER_ID"}) {
        Id id = Id.parseOrNull(metadata.path(key).asString(""));
        if (id != null) {
          return id;
        }
      }
    }
    String customer = invoice.path("customer").asString("");
    User known =
        customer.isEmpty()
            ? null
            : store.users().findFirst(Filters.eq("stripe_customer_id", customer));
    if (known != null || customer.isEmpty()) {
      return known == null ? null : known.id();
    }
    JsonNode found = stripe.get("/v1/customers/" + customer, new Stripe.Form());
    return Id.parseOrNull(found.path("metadata").path("USER_ID").asString(""));
  }
}
