package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Invoice;
import app.seventv.model.Subscription;
import app.seventv.model.SubscriptionId;
import app.seventv.model.SubscriptionPeriod;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries of Stripe (api-v3.md §10.1). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StripeWebhookTest {
  private static final Id PRODUCT = Id.parse("01FEVKBBTGRAT7FCY276TNTJ4A");
  private static final Map<String, Object> MONTHLY =
      Map.of("data", List.of(Map.of("price", Map.of("id", "price_dev_monthly"))));

  @TempDir static Path folder;
  private StripeDouble stripe;
  private World world;
  private Id viewer;
  private Id streamer;
  private int events;

  @BeforeAll
  void start() throws Exception {
    stripe = new StripeDouble();
    world = new World(folder, stripe.settings());
    viewer = world.idOf(DevUser.VIEWER);
    streamer = world.idOf(DevUser.STREAMER);
  }

  @AfterAll
  void stop() throws Exception {
    world.close();
    stripe.close();
  }

  @BeforeEach
  void clear() {
    for (String name :
        List.of(
            CollectionNames.SUBSCRIPTION_PERIODS,
            CollectionNames.SUBSCRIPTIONS,
            CollectionNames.INVOICES)) {
      world.collection(name).deleteMany(new BsonDocument());
    }
  }

  private static String sign(byte[] body, Instant at, String secret) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    mac.update((at.getEpochSecond() + ".").getBytes(StandardCharsets.US_ASCII));
    return "t=" + at.getEpochSecond() + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
  }

  private byte[] event(String id, String type, Map<String, ?> object, Map<String, ?> before) {
    return TestApi.JSON.writeValueAsBytes(
        Map.of(
            "id",
            id,
            "type",
            type,
            "created",
            Instant.now().getEpochSecond(),
            "data",
            Map.of("object", object, "previous_attributes", before)));
  }

  private HttpResponse<String> send(byte[] body, @Nullable String signature) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(world.api.uri("/internal/webhook/stripe"))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (signature != null) {
      request.header("stripe-signature", signature);
    }
    return world.api.send(request);
  }

  private void deliver(String type, Map<String, ?> object) throws Exception {
    deliver(event("evt_" + events++, type, object, Map.of()));
  }

  private void deliver(byte[] event) throws Exception {
    HttpResponse<String> response = send(event, sign(event, Instant.now(), "whsec_test"));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  private List<SubscriptionPeriod> periods(Id user) {
    return world
        .collection(CollectionNames.SUBSCRIPTION_PERIODS)
        .find(Filters.eq("subscription_id.user_id", user.toBson()))
        .map(SubscriptionPeriod::fromBson)
        .into(new ArrayList<>());
  }

  private Subscription.State state(Id user) {
    return Subscription.fromBson(
            Objects.requireNonNull(
                world
                    .collection(CollectionNames.SUBSCRIPTIONS)
                    .find(Filters.eq("_id", new SubscriptionId(user, PRODUCT).toBson()))
                    .first()))
        .state();
  }

  private Map<String, Object> invoice(String id) {
    return Map.of(
        "id",
        id,
        "status",
        "paid",
        "customer",
        "cus_1",
        "created",
        Instant.now().getEpochSecond(),
        "subscription",
        "sub_9",
        "subscription_details",
        Map.of("metadata", Map.of("USER_ID", viewer.toString())),
        "lines",
        MONTHLY);
  }

  private void subscribe() throws Exception {
    Instant now = Instant.now();
    stripe.answers.put(
        "/v1/subscriptions/sub_9",
        Map.of(
            "id",
            "sub_9",
            "status",
            "active",
            "cancel_at_period_end",
            false,
            "current_period_start",
            now.minus(Duration.ofMinutes(1)).getEpochSecond(),
            "current_period_end",
            now.plus(Duration.ofDays(30)).getEpochSecond(),
            "metadata",
            Map.of("USER_ID", viewer.toString()),
            "items",
            MONTHLY));
    deliver("invoice.created", invoice("in_9"));
    byte[] paid = event("evt_paid" + events++, "invoice.paid", invoice("in_9"), Map.of());
    deliver(paid);
    deliver(paid); // a second delivery of the same event
  }

  @Test
  @Covers(
      value = "POST /internal/webhook/stripe",
      outcomes = {SUCCESS, CONFLICT})
  void aPaidInvoiceMakesAPeriodOnce() throws Exception {
    subscribe();
    assertThat(periods(viewer)).hasSize(1);
    assertThat(state(viewer)).isEqualTo(Subscription.State.ACTIVE);
    Invoice stored =
        Invoice.fromBson(
            Objects.requireNonNull(
                world
                    .collection(CollectionNames.INVOICES)
                    .find(Filters.eq("_id", "in_9"))
                    .first()));
    assertThat(stored.status()).isEqualTo(Invoice.Status.PAID);
    assertThat(stored.userId()).isEqualTo(viewer);
    assertThat(stored.items()).containsExactly("price_dev_monthly");
  }

  @Test
  void cancellationsAndEndsAreFollowed() throws Exception {
    subscribe();
    Map<String, Object> cancelled =
        Map.of("id", "sub_9", "cancel_at_period_end", true, "items", MONTHLY);
    deliver("customer.subscription.updated", cancelled);
    assertThat(state(viewer)).isEqualTo(Subscription.State.CANCEL_AT_END);
    deliver(
        "customer.subscription.deleted",
        Map.of("id", "sub_9", "ended_at", Instant.now().getEpochSecond()));
    assertThat(state(viewer)).isEqualTo(Subscription.State.ENDED);
    deliver("charge.refunded", Map.of("id", "ch_1", "invoice", "in_9"));
    assertThat(
            world
                .collection(CollectionNames.INVOICES)
                .countDocuments(
                    Filters.and(Filters.eq("_id", "in_9"), Filters.eq("refunded", true))))
        .isEqualTo(1);
  }

  @Test
  void giftsAndBoughtPeriodsAreAppended() throws Exception {
    Instant now = Instant.now();
    Map<String, Object> gift =
        Map.of(
            "id",
            "in_gift",
            "status",
            "paid",
            "created",
            now.getEpochSecond(),
            "lines",
            MONTHLY,
            "metadata",
            Map.of(
                "USER_ID",
                viewer.toString(),
                "CUSTOMER_ID",
                streamer.toString(),
                "PRODUCT_ID",
                "price_dev_yearly",
                "SUBSCRIPTION_PRODUCT_ID",
                PRODUCT.toString()));
    deliver("invoice.paid", gift);
    SubscriptionPeriod period = periods(viewer).getFirst();
    assertThat(period.giftedBy()).isEqualTo(streamer);
    assertThat(Duration.between(period.start(), period.end()).toDays()).isBetween(365L, 366L);
    Map<String, Object> bought =
        Map.of(
            "id",
            "in_bought",
            "status",
            "paid",
            "created",
            now.getEpochSecond(),
            "metadata",
            Map.of(
                "USER_ID",
                streamer.toString(),
                "START",
                "2026-01-01T00:00:00Z",
                "END",
                "2999-01-01T00:00:00Z",
                "PRODUCT_ID",
                "price_dev_yearly",
                "SUBSCRIPTION_PRODUCT_ID",
                PRODUCT.toString()));
    deliver("invoice.paid", bought);
    assertThat(periods(streamer)).hasSize(1);
    assertThat(state(streamer)).isEqualTo(Subscription.State.CANCEL_AT_END);
  }

  @Test
  void customersAreRememberedAndForgotten() throws Exception {
    Map<String, Object> customer =
        Map.of("id", "cus_7", "metadata", Map.of("USER_ID", viewer.toString()));
    deliver("customer.created", customer);
    assertThat(world.user(DevUser.VIEWER).stripeCustomerId()).isEqualTo("cus_7");
    deliver("customer.deleted", customer);
    assertThat(world.user(DevUser.VIEWER).stripeCustomerId()).isNull();
    deliver("radar.early_fraud_warning.created", Map.of("id", "x")); // concerns nobody
  }

  @Test
  @Covers(
      value = "POST /internal/webhook/stripe",
      outcomes = {PERMISSION, BAD_INPUT})
  void unsignedOldAndForgedDeliveriesAreRefused() throws Exception {
    byte[] body =
        event(
            "evt_bad",
            "customer.created",
            Map.of("id", "cus_bad", "metadata", Map.of("USER_ID", viewer.toString())),
            Map.of());
    assertThat(send(body, null).statusCode()).isEqualTo(400);
    assertThat(send(body, "nonsense").statusCode()).isEqualTo(400);
    assertThat(send(body, sign(body, Instant.now(), "whsec_other")).statusCode()).isEqualTo(400);
    Instant old = Instant.now().minus(Duration.ofHours(1));
    assertThat(send(body, sign(body, old, "whsec_test")).body()).contains("8000");
    byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
    assertThat(send(text, sign(text, Instant.now(), "whsec_test")).statusCode()).isEqualTo(400);
    assertThat(world.user(DevUser.VIEWER).stripeCustomerId()).isNotEqualTo("cus_bad");
  }

  @Test
  void pricesFollowStripe() throws Exception {
    BsonDocument before = world.require(CollectionNames.SUBSCRIPTION_PRODUCTS, PRODUCT);
    stripe.answers.put(
        "/v1/prices/price_dev_monthly",
        Map.of(
            "id",
            "price_dev_monthly",
            "active",
            true,
            "currency_options",
            Map.of("eur", Map.of("unit_amount", 499))));
    // Variants may have fields that we do not know; the second one is the default.
    world
        .collection(CollectionNames.SUBSCRIPTION_PRODUCTS)
        .updateOne(
            Filters.eq("_id", PRODUCT.toBson()),
            Updates.combine(
                Updates.set("variants.0.later", "x"),
                Updates.set("variants.1.later", "y"),
                Updates.set("default_variant_idx", 1)));
    deliver("price.updated", Map.of("id", "price_dev_monthly"));
    BsonDocument updated = world.require(CollectionNames.SUBSCRIPTION_PRODUCTS, PRODUCT);
    assertThat(updated.getArray("variants").toString())
        .contains("{\"eur\": 499}", "\"later\": \"x\"", "\"later\": \"y\"");
    deliver("price.deleted", Map.of("id", "price_dev_monthly"));
    BsonDocument left = world.require(CollectionNames.SUBSCRIPTION_PRODUCTS, PRODUCT);
    assertThat(left.getArray("variants").toString())
        .doesNotContain("price_dev_monthly")
        .contains("price_dev_yearly", "\"later\": \"y\"");
    assertThat(left.getInt32("default_variant_idx").getValue()).isZero();
    assertThat(left.isNull("search_updated_at")).isTrue();
    world
        .collection(CollectionNames.SUBSCRIPTION_PRODUCTS)
        .replaceOne(Filters.eq("_id", PRODUCT.toBson()), before);
  }

  @Test
  void checkoutsSetPaymentMethodsAndGrantPurchases() throws Exception {
    stripe.answers.put("/v1/setup_intents/seti_1", Map.of("payment_method", "pm_9"));
    deliver(
        "checkout.session.completed",
        Map.of(
            "id",
            "cs_1",
            "customer",
            "cus_5",
            "setup_intent",
            "seti_1",
            "metadata",
            Map.of("KIND", "SETUP")));
    assertThat(stripe.calls.getLast())
        .isEqualTo(
            new StripeDouble.Call(
                "POST /v1/customers/cus_5",
                Map.of("invoice_settings[default_payment_method]", "pm_9")));
    Id product = world.newId();
    deliver(
        "checkout.session.completed",
        Map.of(
            "id",
            "cs_2",
            "metadata",
            Map.of(
                "KIND",
                "PICKEMS",
                "USER_ID",
                viewer.toString(),
                "PRODUCT_ID",
                product.toString())));
    assertThat(
            world
                .collection(CollectionNames.ENTITLEMENT_EDGES)
                .countDocuments(
                    Filters.eq(
                        "_id.to",
                        EntitlementNode.of(EntitlementNode.Kind.PRODUCT, product).toBson())))
        .isEqualTo(1);
  }
}
