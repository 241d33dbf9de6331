package app.seventv.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * The single row of site-wide settings (data-model.md §7.7); its {@code _id} is BSON null.
 *
 * @param alertMessage site announcement, null = none
 * @param emoteSetId the global emote set
 * @param trendingEmoteCount size of the leaderboards
 * @param countryCurrencyOverrides country code → currency code
 */
public record GlobalConfig(
    @Nullable String alertMessage,
    Id emoteSetId,
    long trendingEmoteCount,
    Map<String, String> countryCurrencyOverrides)
    implements Document {

  /** Size of the leaderboards unless configured. */
  public static final long DEFAULT_TRENDING_EMOTE_COUNT = 500;

  /** Copies the map, keeping its order. */
  public GlobalConfig {
    countryCurrencyOverrides =
        Collections.unmodifiableMap(new LinkedHashMap<>(countryCurrencyOverrides));
  }

  /** Reads the document. {@code emote_set_id} is required: a made-up default names no set. */
  public static GlobalConfig fromBson(BsonDocument document) {
    DocumentReader in = DocumentReader.stored(CollectionNames.GLOBAL_CONFIG, document);
    return new GlobalConfig(
        readAlert(in),
        in.id("emote_set_id"),
        in.int64("trending_emote_count", DEFAULT_TRENDING_EMOTE_COUNT),
        readOverrides(in));
  }

  private static @Nullable String readAlert(DocumentReader in) {
    if (!in.has("alerts")) {
      return null;
    }
    DocumentReader alerts = in.nested("alerts");
    String message = alerts.stringOrNull("message");
    alerts.rejectUnknown();
    return message;
  }

  private static Map<String, String> readOverrides(DocumentReader in) {
    Map<String, String> overrides = new LinkedHashMap<>();
    if (in.has("country_currency_overrides")) {
      DocumentReader map = in.nested("country_currency_overrides");
      map.source().keySet().forEach(country -> overrides.put(country, map.string(country)));
    }
    return overrides;
  }

  @Override
  public BsonDocument toBson() {
    BsonDocument overrides = new BsonDocument();
    countryCurrencyOverrides.forEach(
        (country, currency) -> overrides.append(country, new BsonString(currency)));
    return new DocumentWriter()
        .value("_id", null)
        .value("alerts", new DocumentWriter().string("message", alertMessage).build())
        .id("emote_set_id", emoteSetId)
        .int64("trending_emote_count", trendingEmoteCount)
        .value("country_currency_overrides", overrides)
        .build();
  }
}
