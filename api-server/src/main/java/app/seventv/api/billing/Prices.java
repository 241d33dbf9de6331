package app.seventv.api.billing;

import app.seventv.model.GlobalConfig;
import app.seventv.model.SubscriptionProduct;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prices of variants; currency codes are compared without case. */
final class Prices {
  private Prices() {}

  /**
   * What a variant costs somewhere.
   *
   * @param currency lower-case code
   * @param amount in minor units
   */
  record Price(String currency, long amount) {}

  /**
   * The price in the currency of a country if the variant has one, else in the product's own, else
   * null (api-v3.md §9, api-v4.md §16.2).
   */
  static @Nullable Price of(
      @Nullable GlobalConfig config,
      @Nullable String country,
      SubscriptionProduct product,
      SubscriptionProduct.Variant variant) {
    String local =
        config == null || country == null ? null : config.countryCurrencyOverrides().get(country);
    Price price = local == null ? null : in(variant, local);
    return price == null ? in(variant, product.defaultCurrency()) : price;
  }

  private static @Nullable Price in(SubscriptionProduct.Variant variant, String currency) {
    for (Map.Entry<String, Long> price : variant.currencyPrices().entrySet()) {
      if (price.getKey().toLowerCase(Locale.ROOT).equals(currency.toLowerCase(Locale.ROOT))) {
        return new Price(currency.toLowerCase(Locale.ROOT), price.getValue());
      }
    }
    return null;
  }
}
