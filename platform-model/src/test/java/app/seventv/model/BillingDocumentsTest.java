package app.seventv.model;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.bus.BadgeChange;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.EventData;
import app.seventv.model.bus.PaintChange;
import app.seventv.model.bus.ProcessEvent;
import app.seventv.model.bus.RoleChange;
import app.seventv.model.bus.TicketChange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;

/** Documents of billing and of tickets, and their events, read back what they wrote. */
class BillingDocumentsTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_736_000_000_123L);
  private static final Id ID = Id.generate(1_736_000_000_123L, new Random(1));
  private static final Id OTHER = Id.generate(1_736_000_000_124L, new Random(2));
  private static final SubscriptionId SUBSCRIPTION = new SubscriptionId(ID, OTHER);
  private static final TimePeriod PERIOD = new TimePeriod(NOW, NOW.plusSeconds(60));

  private static Ticket ticket() {
    return new Ticket(
        ID,
        Ticket.Priority.URGENT,
        List.of(
            new Ticket.Member(OTHER, Ticket.MemberKind.MEMBER, true, null),
            new Ticket.Member(ID, Ticket.MemberKind.ASSIGNED, false, OTHER)),
        "title",
        List.of("tag"),
        "DE",
        Ticket.Kind.ABUSE,
        List.of(
            new Ticket.Target(Ticket.TargetKind.EMOTE, OTHER),
            new Ticket.Target(Ticket.TargetKind.EMOTE_SET, ID)),
        OTHER,
        true,
        false,
        NOW,
        null);
  }

  private static TicketMessage message() {
    return new TicketMessage(
        OTHER, ID, OTHER, "text", List.of(new TicketMessage.File("p", "image/png", 9)), NOW, NOW);
  }

  @Test
  void tickets() {
    assertThat(Ticket.fromBson(ticket().toBson())).isEqualTo(ticket());
    assertThat(ticket().toBson().getArray("targets").get(1))
        .isEqualTo(new BsonDocument("kind", new BsonString("emote_set")).append("id", ID.toBson()));
    assertThat(TicketMessage.fromBson(message().toBson())).isEqualTo(message());
  }

  @Test
  void subscriptionsAndTheirPeriods() {
    Subscription subscription =
        new Subscription(SUBSCRIPTION, Subscription.State.ENDED, NOW, NOW, NOW, null);
    assertThat(Subscription.fromBson(subscription.toBson())).isEqualTo(subscription);
    for (SubscriptionPeriod.Origin origin :
        List.of(
            new SubscriptionPeriod.ByRedeemCode(ID),
            new SubscriptionPeriod.ByInvoice("in_1"),
            new SubscriptionPeriod.BySystem(null))) {
      SubscriptionPeriod period =
          new SubscriptionPeriod(
              ID,
              SUBSCRIPTION,
              new SubscriptionPeriod.Provider(SubscriptionPeriod.Provider.STRIPE, "sub_1"),
              "price_1",
              NOW,
              NOW.plusSeconds(60),
              true,
              false,
              OTHER,
              origin,
              NOW,
              null);
      assertThat(SubscriptionPeriod.fromBson(period.toBson())).isEqualTo(period);
      assertThat(period.isActive(NOW)).isFalse();
      assertThat(period.isActive(NOW.plusSeconds(1))).isTrue();
      assertThat(period.isActive(NOW.plusSeconds(60))).isFalse();
    }
  }

  @Test
  void whatIsSoldAndGiven() {
    Product product =
        new Product(
            ID,
            "price_1",
            true,
            "n",
            null,
            "cp_1",
            OTHER,
            "eur",
            Map.of("eur", 499L),
            NOW,
            NOW,
            null);
    assertThat(Product.fromBson(product.toBson())).isEqualTo(product);
    SpecialEvent event = new SpecialEvent(ID, "n", "d", List.of("t"), OTHER, NOW, null);
    assertThat(SpecialEvent.fromBson(event.toBson())).isEqualTo(event);
    for (RedeemCode.Effect effect :
        List.of(
            new RedeemCode.DirectEntitlement(List.of(EntitlementNode.role(OTHER))),
            new RedeemCode.GrantSpecialEvent(OTHER))) {
      RedeemCode code =
          new RedeemCode(
              ID,
              "n",
              null,
              List.of(),
              "CODE",
              3,
              PERIOD,
              new RedeemCode.SubscriptionEffect(OTHER, 7, true),
              OTHER,
              effect,
              NOW,
              null);
      assertThat(RedeemCode.fromBson(code.toBson())).isEqualTo(code);
      assertThat(code.effect().nodes()).hasSize(1);
    }
    BsonDocument old = new RedeemCode.SubscriptionEffect(OTHER, null, false).toBson();
    old.remove("no_redirect_to_stripe");
    assertThat(
            RedeemCode.SubscriptionEffect.read(DocumentReader.stored("redeem_codes", old))
                .noRedirectToStripe())
        .isFalse();
  }

  @Test
  void whatThePaymentProviderTells() {
    Invoice invoice =
        new Invoice(
            "in_1",
            List.of("price_1"),
            "cus_1",
            ID,
            null,
            Invoice.Status.PAID,
            false,
            true,
            Invoice.Dispute.WON,
            NOW,
            NOW,
            null);
    assertThat(Invoice.fromBson(invoice.toBson())).isEqualTo(invoice);
    StripeError error = new StripeError(ID, "evt_1", StripeError.Kind.ITEM_CHANGED);
    assertThat(StripeError.fromBson(error.toBson())).isEqualTo(error);
    WebhookEvent event = new WebhookEvent("evt_1", NOW, 2);
    assertThat(WebhookEvent.fromBson(event.toBson())).isEqualTo(event);
  }

  private static final ImageSet IMAGES =
      new ImageSet(new ImageSet.Pending("t", "p", "image/png", 9), List.of());
  private static final Badge BADGE = new Badge(ID, "b", null, List.of(), IMAGES, OTHER, NOW, null);
  private static final Paint.Data DATA = new Paint.Data(List.of(), List.of());
  private static final Paint PAINT = new Paint(ID, "p", null, List.of(), DATA, OTHER, NOW, null);
  private static final Role ROLE =
      new Role(ID, "r", null, List.of(), OTHER, Permissions.NONE, false, 7, 3, null, NOW, null);

  @Test
  void everyUndispatchedEventIsReadBack() {
    ProcessEvent step = new ProcessEvent(ProcessEvent.Step.SUCCESS, null, null);
    EntitlementNode node = EntitlementNode.role(OTHER);
    List<EventData> all =
        List.of(
            new EntityEvent.OfTicket(ticket(), new TicketChange.Create()),
            new EntityEvent.OfTicket(ticket(), new TicketChange.AddMember(OTHER)),
            new EntityEvent.OfTicket(ticket(), new TicketChange.RemoveMember(OTHER)),
            new EntityEvent.OfTicket(ticket(), new TicketChange.ChangeOpen(true, false)),
            new EntityEvent.OfTicket(ticket(), new TicketChange.ChangePriority(1, 3)),
            new EntityEvent.OfTicketMessage(message(), new TicketChange.Message()),
            new EntityEvent.OfBadge(BADGE, new BadgeChange.Create()),
            new EntityEvent.OfBadge(BADGE, new BadgeChange.ImageProcessing(step)),
            new EntityEvent.OfPaint(PAINT, new PaintChange.Create()),
            new EntityEvent.OfPaint(PAINT, new PaintChange.ImageProcessing(step)),
            new EntityEvent.OfPaint(PAINT, new PaintChange.ChangeName("a", "b")),
            new EntityEvent.OfPaint(PAINT, new PaintChange.ChangeData(DATA, DATA)),
            new EntityEvent.OfRole(ROLE, new RoleChange.Create()),
            new EntityEvent.OfRole(ROLE, new RoleChange.ChangeName("a", "b")),
            new EntityEvent.OfRole(ROLE, new RoleChange.ChangeColor(null, 5)),
            new EntityEvent.OfRole(
                ROLE, new RoleChange.ChangePermissions(Permissions.NONE, Permissions.NONE)),
            new EntityEvent.OfRole(ROLE, new RoleChange.ChangeRank(1, 2)),
            new EntityEvent.OfRole(ROLE, new RoleChange.AddEntitlement(node)),
            new EntityEvent.OfRole(ROLE, new RoleChange.RemoveEntitlement(node)),
            new EntityEvent.OfRole(ROLE, new RoleChange.Delete()));
    BusBatch batch =
        new BusBatch(all.stream().map(data -> new BusEvent(null, ID, data, NOW)).toList(), NOW);
    BusEncoding.Decoded decoded = BusEncoding.decode(BusEncoding.encode(batch));
    assertThat(decoded.rejected()).isEmpty();
    assertThat(decoded.unknown()).isZero();
    assertThat(decoded.batch()).isEqualTo(batch);
    for (BusEvent event : batch.events()) {
      AuditEvent row = Objects.requireNonNull(event.toAudit(new Random(3)));
      assertThat(AuditEvent.fromBson(row.toBson())).isEqualTo(row);
    }
  }
}
