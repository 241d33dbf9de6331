package app.seventv.api.billing;

import app.seventv.model.SubscriptionProduct;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prices of variants; currency codes are compared without case. */
final class Prices {
  private Prices() {}

  /** The price in a currency, else in the product's own, else null; in minor units. */
  static @Nullable Long of(
      SubscriptionProduct product, SubscriptionProduct.Variant variant, String currency) {
    Long price = in(variant, currency);
    return price == null ? in(variant, product.defaultCurrency()) : price;
  }

  private static @Nullable Long in(SubscriptionProduct.Variant variant, String currency) {
    for (Map.Entry<String, Long> price : variant.currencyPrices().entrySet()) {
      if (price.getKey().toLowerCase(Locale.ROOT).equals(currency.toLowerCase(Locale.ROOT))) {
        return price.getValue();
      }
    }
    return null;
  }
}
