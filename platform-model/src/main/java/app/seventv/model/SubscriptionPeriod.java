package app.seventv.model;

import java.time.Instant;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A span of time somebody is subscribed for (data-model.md §7.15).
 *
 * @param productId price id at the provider
 * @param giftedBy who paid, when it was a present
 */
public record SubscriptionPeriod(
    Id id,
    SubscriptionId subscriptionId,
    @Nullable Provider provider,
    String productId,
    Instant start,
    Instant end,
    boolean trial,
    boolean autoRenew,
    @Nullable Id giftedBy,
    Origin createdBy,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /**
   * The subscription at the payment provider that renews it.
   *
   * @param kind {@code stripe} or {@code paypal}
   */
  public record Provider(String kind, String id) implements Document {

    /** Stripe's tag. */
    public static final String STRIPE = "stripe";

    /** PayPal's tag. */
    public static final String PAYPAL = "paypal";

    static Provider read(DocumentReader in) {
      Provider provider = new Provider(in.string("kind"), in.string("id"));
      in.rejectUnknown();
      return provider;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().string("kind", kind).string("id", id).build();
    }
  }

  /** Why the period exists. */
  public sealed interface Origin extends Document {

    private static Origin read(DocumentReader in) {
      String type = in.string("type");
      Origin origin =
          switch (type) {
            case "redeem_code" -> new ByRedeemCode(in.id("redeem_code_id"));
            case "invoice" -> new ByInvoice(in.string("invoice_id"));
            case "system" -> new BySystem(in.stringOrNull("reason"));
            default -> throw in.error("type", "unknown origin \"" + type + "\"");
          };
      in.rejectUnknown();
      return origin;
    }
  }

  /** A redeemed code. */
  public record ByRedeemCode(Id redeemCodeId) implements Origin {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("type", "redeem_code")
          .id("redeem_code_id", redeemCodeId)
          .build();
    }
  }

  /** A paid invoice. */
  public record ByInvoice(String invoiceId) implements Origin {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().string("type", "invoice").string("invoice_id", invoiceId).build();
    }
  }

  /** An administrator. */
  public record BySystem(@Nullable String reason) implements Origin {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().string("type", "system").string("reason", reason).build();
    }
  }

  /** True while it runs. */
  public boolean isActive(Instant now) {
    return start.isBefore(now) && end.isAfter(now);
  }

  /** Reads the stored form. */
  public static SubscriptionPeriod read(DocumentReader in) {
    SubscriptionPeriod found =
        new SubscriptionPeriod(
            in.id("_id"),
            in.document("subscription_id", SubscriptionId::read),
            in.documentOrNull("provider_id", Provider::read),
            in.string("product_id"),
            in.date("start"),
            in.date("end"),
            in.bool("is_trial"),
            in.bool("auto_renew"),
            in.idOrNull("gifted_by"),
            in.document("created_by", Origin::read),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return found;
  }

  /** Reads a document of the collection. */
  public static SubscriptionPeriod fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.SUBSCRIPTION_PERIODS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .document("subscription_id", subscriptionId)
        .document("provider_id", provider)
        .string("product_id", productId)
        .date("start", start)
        .date("end", end)
        .bool("is_trial", trial)
        .bool("auto_renew", autoRenew)
        .id("gifted_by", giftedBy)
        .document("created_by", createdBy)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
