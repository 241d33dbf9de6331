package app.seventv.api.billing;

import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.web.Json;
import app.seventv.model.Id;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.SubscriptionProduct.VariantKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What people get for presents they made within certain times (api-v4.md §17.3). The campaigns are
 * data: ours are those that have been, a file may replace them.
 */
public final class GiftCampaigns {
  /** A present of a year counts as much as ten months. */
  private static final int YEAR = 10;

  private final List<Campaign> campaigns;

  private record Campaign(Instant start, Instant end, List<Level> levels) {}

  private record Level(int gifts, Id specialEvent) {}

  private GiftCampaigns(List<Campaign> campaigns) {
    this.campaigns = List.copyOf(campaigns);
  }

  /**
   * Reads the campaigns.
   *
   * @param file instead of ours: a list of {@code start}, {@code end} (both inclusive) and {@code
   *     levels} of {@code gifts} and {@code special_event}
   * @throws IOException if the file cannot be read
   */
  public static GiftCampaigns read(Optional<Path> file) throws IOException {
    String text =
        file.isPresent()
            ? Files.readString(file.get(), StandardCharsets.UTF_8)
            : GraphqlSchema.resource("gift-campaigns.json");
    List<Campaign> campaigns = new ArrayList<>();
    for (JsonNode campaign : Json.mapper().readTree(text)) {
      List<Level> levels = new ArrayList<>();
      for (JsonNode level : campaign.path("levels")) {
        levels.add(
            new Level(
                level.path("gifts").asInt(), Id.parse(level.path("special_event").asString())));
      }
      campaigns.add(
          new Campaign(
              Instant.parse(campaign.path("start").asString()),
              Instant.parse(campaign.path("end").asString()),
              levels));
    }
    return new GiftCampaigns(campaigns);
  }

  /** Special events of all campaigns. */
  Set<Id> all() {
    Set<Id> events = new HashSet<>();
    campaigns.forEach(each -> each.levels.forEach(level -> events.add(level.specialEvent)));
    return events;
  }

  /**
   * Special events that somebody has earned.
   *
   * @param gifts the periods of the product that they gave away
   */
  Set<Id> earned(SubscriptionProduct product, List<SubscriptionPeriod> gifts) {
    Set<Id> earned = new HashSet<>();
    for (Campaign campaign : campaigns) {
      int count = 0;
      for (SubscriptionPeriod gift : gifts) {
        Instant made = Instant.ofEpochMilli(gift.id().timeMs());
        if (!made.isBefore(campaign.start) && !made.isAfter(campaign.end)) {
          count += weight(product, gift);
        }
      }
      for (Level level : campaign.levels) {
        if (count >= level.gifts) {
          earned.add(level.specialEvent);
        }
      }
    }
    return earned;
  }

  private static int weight(SubscriptionProduct product, SubscriptionPeriod gift) {
    return product.variants().stream()
        .filter(variant -> variant.id().equals(gift.productId()))
        .mapToInt(variant -> variant.kind() == VariantKind.YEARLY ? YEAR : 1)
        .findFirst()
        .orElse(0);
  }
}
