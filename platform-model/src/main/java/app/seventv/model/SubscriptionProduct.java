package app.seventv.model;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.jspecify.annotations.Nullable;

/**
 * A product that is subscribed to (data-model.md §7.10).
 *
 * @param providerId product id at the payment provider
 * @param defaultCurrency lower-case ISO 4217 code
 */
public record SubscriptionProduct(
    Id id,
    String providerId,
    List<Variant> variants,
    int defaultVariantIndex,
    String name,
    @Nullable String description,
    String defaultCurrency,
    List<Benefit> benefits,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the lists. */
  public SubscriptionProduct {
    variants = List.copyOf(variants);
    benefits = List.copyOf(benefits);
  }

  /** The length of a subscription's period. */
  public enum VariantKind implements Codes.Coded {
    /** One month. */
    MONTHLY(0),
    /** Twelve months. */
    YEARLY(1);

    private static final List<VariantKind> ALL = List.of(values());

    private final int code;

    VariantKind(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /**
   * A way to pay for the product.
   *
   * @param id price id at the payment provider
   * @param currencyPrices currency code → price in minor units
   */
  public record Variant(
      String id,
      @Nullable String paypalId,
      boolean active,
      VariantKind kind,
      Map<String, Long> currencyPrices)
      implements Document {

    /** Copies the map, keeping its order. */
    public Variant {
      currencyPrices = Collections.unmodifiableMap(new LinkedHashMap<>(currencyPrices));
    }

    static Variant read(DocumentReader in) {
      return new Variant(
          in.string("id"),
          in.stringOrNull("paypal_id"),
          in.bool("active"),
          Codes.read(in, "kind", VariantKind.ALL),
          in.int64Map("currency_prices"));
    }

    @Override
    public BsonDocument toBson() {
      BsonDocument prices = new BsonDocument();
      currencyPrices.forEach((currency, price) -> prices.append(currency, new BsonInt64(price)));
      return new DocumentWriter()
          .string("id", id)
          .string("paypal_id", paypalId)
          .bool("active", active)
          .int32("kind", kind.code())
          .value("currency_prices", prices)
          .build();
    }
  }

  /** Something subscribers get once a condition is met. */
  public record Benefit(Id id, String name, Condition condition) implements Document {

    static Benefit read(DocumentReader in) {
      Benefit benefit =
          new Benefit(in.id("id"), in.string("name"), in.document("condition", Condition::read));
      in.rejectUnknown();
      return benefit;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .id("id", id)
          .string("name", name)
          .document("condition", condition)
          .build();
    }
  }

  /** When a benefit is given: after a duration, or while subscribed within a period. */
  public sealed interface Condition extends Document {

    private static Condition read(DocumentReader in) {
      Condition condition =
          in.has("duration")
              ? new After(in.document("duration", UnitCount::read))
              : new Within(in.document("time_period", TimePeriod::read));
      in.rejectUnknown();
      return condition;
    }
  }

  /** Given after subscribing this long. */
  public record After(UnitCount duration) implements Condition {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().document("duration", duration).build();
    }
  }

  /** Given for being subscribed within a period. */
  public record Within(TimePeriod period) implements Condition {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().document("time_period", period).build();
    }
  }

  /** Reads a document of the collection. */
  public static SubscriptionProduct fromBson(BsonDocument document) {
    DocumentReader in = DocumentReader.stored(CollectionNames.SUBSCRIPTION_PRODUCTS, document);
    SubscriptionProduct product =
        new SubscriptionProduct(
            in.id("_id"),
            in.string("provider_id"),
            in.documents("variants", Variant::read),
            in.int32("default_variant_idx"),
            in.string("name"),
            in.stringOrNull("description"),
            in.string("default_currency"),
            in.documents("benefits", Benefit::read),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return product;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("provider_id", providerId)
        .documents("variants", variants)
        .int32("default_variant_idx", defaultVariantIndex)
        .string("name", name)
        .string("description", description)
        .string("default_currency", defaultCurrency)
        .documents("benefits", benefits)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
