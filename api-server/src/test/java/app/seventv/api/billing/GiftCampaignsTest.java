package app.seventv.api.billing;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import app.seventv.model.SubscriptionId;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.SubscriptionProduct.Variant;
import app.seventv.model.SubscriptionProduct.VariantKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What presents earn (api-v4.md §17.3). */
class GiftCampaignsTest {
  private static final Instant START = Instant.parse("2026-02-13T09:00:00Z");
  private static final Instant END = Instant.parse("2026-02-19T00:00:00Z");
  private static final Id EVENT = Id.parse("019c531f-2e45-1cb1-d5e4-2400ffa7e7b0");
  private static final Random RANDOM = new Random(1);
  private static final SubscriptionProduct PRODUCT =
      new SubscriptionProduct(
          Id.generate(0, RANDOM),
          "prod",
          List.of(
              new Variant("month", null, true, VariantKind.MONTHLY, Map.of()),
              new Variant("year", null, true, VariantKind.YEARLY, Map.of())),
          0,
          "name",
          null,
          "EUR",
          List.of(),
          START,
          null);

  private static SubscriptionPeriod gift(Instant made, String price) {
    Id giver = Id.generate(0, RANDOM);
    return new SubscriptionPeriod(
        Id.generate(made.toEpochMilli(), RANDOM),
        new SubscriptionId(Id.generate(0, RANDOM), PRODUCT.id()),
        null,
        price,
        made,
        made.plusSeconds(1),
        false,
        false,
        giver,
        new SubscriptionPeriod.ByInvoice("in"),
        made,
        null);
  }

  @Test
  void presentsCountWithinTheTimesInclusive() throws Exception {
    GiftCampaigns campaigns = GiftCampaigns.read(Optional.empty());
    assertThat(campaigns.all()).hasSize(11).contains(EVENT);
    List<SubscriptionPeriod> gifts = new ArrayList<>(Collections.nCopies(4, gift(START, "month")));
    gifts.add(gift(END, "month"));
    assertThat(campaigns.earned(PRODUCT, gifts)).isEmpty(); // five of six
    gifts.add(gift(START.minusMillis(1), "month"));
    gifts.add(gift(END.plusMillis(1), "month"));
    gifts.add(gift(END, "another product's"));
    assertThat(campaigns.earned(PRODUCT, gifts)).isEmpty();
    gifts.add(gift(END, "month"));
    assertThat(campaigns.earned(PRODUCT, gifts)).containsExactly(EVENT);
  }

  @Test
  void aYearCountsAsTen() throws Exception {
    GiftCampaigns campaigns = GiftCampaigns.read(Optional.empty());
    assertThat(campaigns.earned(PRODUCT, List.of(gift(START, "year")))).containsExactly(EVENT);
  }
}
