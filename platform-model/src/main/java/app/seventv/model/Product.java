package app.seventv.model;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.jspecify.annotations.Nullable;

/**
 * Something sold once (data-model.md §7.9).
 *
 * @param providerId price id at the payment provider
 * @param discount coupon for people who subscribe with it
 * @param defaultCurrency lower-case ISO 4217 code
 * @param currencyPrices currency code → price in minor units
 */
public record Product(
    Id id,
    String providerId,
    boolean active,
    String name,
    @Nullable String description,
    @Nullable String discount,
    @Nullable Id extendsSubscription,
    String defaultCurrency,
    Map<String, Long> currencyPrices,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the collections. */
  public Product {
    currencyPrices = Collections.unmodifiableMap(new LinkedHashMap<>(currencyPrices));
  }

  private BsonDocument prices() {
    BsonDocument prices = new BsonDocument();
    currencyPrices.forEach((currency, price) -> prices.append(currency, new BsonInt64(price)));
    return prices;
  }

  /** Reads the stored form. */
  public static Product read(DocumentReader in) {
    Product found =
        new Product(
            in.id("_id"),
            in.string("provider_id"),
            in.bool("active"),
            in.string("name"),
            in.stringOrNull("description"),
            in.stringOrNull("discount"),
            in.idOrNull("extends_subscription"),
            in.string("default_currency"),
            in.int64Map("currency_prices"),
            in.date("created_at"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return found;
  }

  /** Reads a document of the collection. */
  public static Product fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.PRODUCTS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("provider_id", providerId)
        .bool("active", active)
        .string("name", name)
        .string("description", description)
        .string("discount", discount)
        .id("extends_subscription", extendsSubscription)
        .string("default_currency", defaultCurrency)
        .value("currency_prices", prices())
        .date("created_at", createdAt)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
