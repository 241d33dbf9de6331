package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Store;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.User;
import java.time.Instant;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Sells somebody a given period: an invoice that is paid at once. The period itself appears when
 * Stripe reports the payment (api-v3.md §11.5, createSubscriptionPeriod).
 */
public final class PeriodInvoices {
  /** Highest price, in major currency units. */
  public static final double MAX_PRICE = 1_000_000;

  private static final int MINOR_UNITS = 100;
  private static final String FAILED = "failed to create invoice";

  private final Store store;
  private final SubscriptionService subscriptions;
  private final Stripe stripe;

  public PeriodInvoices(Store store, SubscriptionService subscriptions, Stripe stripe) {
    this.store = store;
    this.subscriptions = subscriptions;
    this.stripe = stripe;
  }

  /**
   * What is sold.
   *
   * @param price in major currency units
   * @param currency ISO 4217 code, null for the product's own
   */
  public record Sale(
      Id productId,
      SubscriptionProduct.VariantKind kind,
      Instant start,
      Instant end,
      double price,
      @Nullable String currency) {}

  /**
   * What came of it.
   *
   * @param declined whether the bank refused; the invoice stays open then
   */
  public record Result(@Nullable String invoiceId, boolean declined) {}

  /** Creates, finalises and pays the invoice. */
  public Result sell(RequestContext context, Id userId, Sale sale) {
    context.caller().guard(Permission.USER_MANAGE_ANY);
    SubscriptionProduct.Variant variant =
        subscriptions.requireVariant(sale.productId(), sale.kind());
    SubscriptionProduct product =
        Objects.requireNonNull(store.subscriptionProducts().byId(sale.productId()));
    User user = ApiException.found(store.users().byId(userId), "user not found");
    String customer = user.stripeCustomerId();
    if (customer == null) {
      throw ApiException.badRequest("user has no stripe customer");
    }
    String currency = currency(sale.currency(), product);
    try {
      requirePaymentMethod(customer);
      return invoice(customer, currency, metadata(userId, sale, variant), sale, product);
    } catch (Stripe.Refused e) {
      throw e.toApi(FAILED);
    }
  }

  private static String currency(@Nullable String given, SubscriptionProduct product) {
    if (given == null) {
      return product.defaultCurrency().toLowerCase(Locale.ROOT);
    }
    try {
      return Currency.getInstance(given.toUpperCase(Locale.ROOT))
          .getCurrencyCode()
          .toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest("invalid currency");
    }
  }

  private void requirePaymentMethod(String customer) throws Stripe.Refused {
    JsonNode found = stripe.get("/v1/customers/" + customer, new Stripe.Form());
    if (!found.path("invoice_settings").path("default_payment_method").isString()) {
      throw ApiException.badRequest("user has no default payment method");
    }
  }

  private static Map<String, String> metadata(
      Id userId, Sale sale, SubscriptionProduct.Variant variant) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("USER_ID", userId.toString());
    metadata.put("START", sale.start().toString());
    metadata.put("END", sale.end().toString());
    metadata.put("SUBSCRIPTION_PRODUCT_ID", sale.productId().toString());
    metadata.put("PRODUCT_ID", variant.id());
    return metadata;
  }

  private Result invoice(
      String customer,
      String currency,
      Map<String, String> metadata,
      Sale sale,
      SubscriptionProduct product)
      throws Stripe.Refused {
    String key = UUID.randomUUID().toString();
    JsonNode created =
        stripe.post(
            "/v1/invoices",
            new Stripe.Form()
                .with("customer", customer)
                .with("currency", currency)
                .with("auto_advance", false)
                .with("pending_invoice_items_behavior", "exclude")
                .metadata("metadata", metadata),
            key + ":invoice");
    String id = created.path("id").asString();
    stripe.post(
        "/v1/invoiceitems",
        new Stripe.Form()
            .with("customer", customer)
            .with("invoice", id)
            .with("currency", currency)
            .with("amount", Math.round(sale.price() * MINOR_UNITS))
            .with("description", product.name()),
        key + ":item");
    stripe.post("/v1/invoices/" + id + "/finalize", new Stripe.Form(), key + ":finalize");
    try {
      stripe.post("/v1/invoices/" + id + "/pay", new Stripe.Form(), key + ":pay");
      return new Result(id, false);
    } catch (Stripe.Refused e) {
      if (e.isCardError()) {
        return new Result(id, true);
      }
      throw e;
    }
  }
}
