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
import app.seventv.model.RedeemCode;
import app.seventv.model.Subscription;
import app.seventv.model.SubscriptionId;
import app.seventv.model.SubscriptionPeriod;
import com.mongodb.client.model.ReplaceOptions;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The old billing API (api-v3.md §9). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EgvaultTest {
  private static final Id PRODUCT = Id.parse("01FEVKBBTGRAT7FCY276TNTJ4A");
  private static final String BASE = "/egvault/v1";
  private static final String SUBSCRIBE =
      BASE + "/subscriptions?renew_interval=monthly&payment_method=stripe&next=true";
  private static final String PREFILL =
      "{\"prefill\":{\"first_name\":\"a\",\"last_name\":\"b\",\"email\":\"c\"}}";

  @TempDir static Path folder;
  private StripeDouble stripe;
  private World world;

  @BeforeAll
  void start() throws Exception {
    stripe = new StripeDouble();
    world = new World(folder, stripe.settings());
  }

  @AfterAll
  void stop() throws Exception {
    world.close();
    stripe.close();
  }

  @BeforeEach
  void clear() {
    world.collection(CollectionNames.SUBSCRIPTION_PERIODS).deleteMany(new BsonDocument());
    world.collection(CollectionNames.SUBSCRIPTIONS).deleteMany(new BsonDocument());
    stripe.calls.clear();
    stripe.declines = false;
  }

  private void assertStatus(int status, HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
  }

  private SubscriptionPeriod period(Id user, SubscriptionPeriod.@Nullable Provider provider) {
    Instant now = Instant.now();
    return world.put(
        CollectionNames.SUBSCRIPTION_PERIODS,
        new SubscriptionPeriod(
            world.newId(),
            new SubscriptionId(user, PRODUCT),
            provider,
            "price_dev_monthly",
            now.minus(Duration.ofDays(40)),
            now.plus(Duration.ofDays(20)),
            false,
            true,
            null,
            new SubscriptionPeriod.ByInvoice("in_1"),
            now,
            null));
  }

  private static JsonNode example(String name) throws Exception {
    try (InputStream in =
        Objects.requireNonNull(EgvaultTest.class.getResourceAsStream("/v3/" + name))) {
      return TestApi.JSON.readTree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void productsAreThePublishedOnes() throws Exception {
    JsonNode products =
        TestApi.JSON.readTree(world.call(null, "GET", BASE + "/products", null).body());
    assertThat(products.at("/0/plans")).isEqualTo(example("egvault-products.json").at("/0/plans"));
    assertThat(products.at("/0/current_paints").isArray()).isTrue();
  }

  @Test
  @Covers(
      value = "GET /egvault/v1/subscriptions/{target}",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT})
  void subscriptionsAreShownButNotTheirDetails() throws Exception {
    Id viewer = world.idOf(DevUser.VIEWER);
    String path = BASE + "/subscriptions/";
    assertThat(world.call(null, "GET", path + Id.NIL, null).body())
        .isEqualTo(TestApi.JSON.writeValueAsString(example("egvault-subscription-none.json")));
    period(viewer, new SubscriptionPeriod.Provider("stripe", "sub_1"));
    JsonNode own =
        TestApi.JSON.readTree(world.call(world.viewer, "GET", path + "@me", null).body());
    JsonNode expected = example("egvault-subscription.json");
    assertThat(own.propertyNames()).containsExactlyElementsOf(expected.propertyNames());
    assertThat(own.path("subscription").propertyNames())
        .containsExactlyElementsOf(expected.path("subscription").propertyNames());
    assertThat(own.at("/subscription/cycle").propertyNames())
        .containsExactlyElementsOf(expected.at("/subscription/cycle").propertyNames());
    assertThat(own.path("age").asInt()).isEqualTo(40);
    assertThat(own.path("months").asInt()).isEqualTo(1);
    assertThat(own.at("/subscription/cycle/unit").asString()).isEqualTo("MONTH");
    JsonNode others = TestApi.JSON.readTree(world.call(null, "GET", path + viewer, null).body());
    assertThat(others.path("active").asBoolean()).isTrue();
    assertThat(others.path("subscription").isNull()).isTrue();
    assertStatus(401, world.call(null, "GET", path + "@me", null));
    assertStatus(400, world.call(null, "GET", path + "x", null));
  }

  @Test
  @Covers(
      value = "POST /egvault/v1/subscriptions",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void aCheckoutIsOpened() throws Exception {
    Id streamer = world.idOf(DevUser.STREAMER);
    HttpResponse<String> opened = world.call(world.streamer, "POST", SUBSCRIBE, PREFILL);
    assertStatus(200, opened);
    assertThat(opened.body())
        .isEqualTo("{\"url\":\"https://checkout.example/cs_1\",\"user_id\":\"" + streamer + "\"}");
    Map<String, String> session = stripe.calls.getLast().fields();
    assertThat(session)
        .containsEntry("mode", "subscription")
        .containsEntry("customer", "cus_new")
        .containsEntry("line_items[0][price]", "price_dev_monthly")
        .containsEntry("metadata[KIND]", "SUBSCRIPTION")
        .containsEntry("subscription_data[metadata][USER_ID]", streamer.toString());
    assertThat(world.user(DevUser.STREAMER).stripeCustomerId()).isEqualTo("cus_new");

    Id viewer = world.idOf(DevUser.VIEWER);
    assertStatus(
        200, world.call(world.streamer, "POST", SUBSCRIBE + "&gift_for=" + viewer, PREFILL));
    assertThat(stripe.calls.getLast().fields())
        .containsEntry("mode", "payment")
        .containsEntry("line_items[0][price_data][unit_amount]", "399")
        .containsEntry("invoice_creation[invoice_data][metadata][USER_ID]", viewer.toString())
        .containsEntry(
            "invoice_creation[invoice_data][metadata][CUSTOMER_ID]", streamer.toString());

    assertStatus(401, world.call(null, "POST", SUBSCRIBE, PREFILL));
    assertStatus(
        400, world.call(world.streamer, "POST", SUBSCRIBE.replace("stripe", "paypal"), PREFILL));
    assertStatus(
        400, world.call(world.streamer, "POST", SUBSCRIBE.replace("monthly", "daily"), PREFILL));
    assertStatus(422, world.call(world.streamer, "POST", SUBSCRIBE, "{\"prefill\":{}}"));
    assertStatus(
        404, world.call(world.streamer, "POST", SUBSCRIBE + "&gift_for=" + world.newId(), PREFILL));
    period(streamer, null);
    assertStatus(400, world.call(world.streamer, "POST", SUBSCRIBE, PREFILL));
  }

  private Subscription state(Id user) {
    return Subscription.fromBson(
        Objects.requireNonNull(
            world
                .collection(CollectionNames.SUBSCRIPTIONS)
                .find(new BsonDocument("_id", new SubscriptionId(user, PRODUCT).toBson()))
                .first()));
  }

  @Test
  @Covers(
      value = "DELETE /egvault/v1/subscriptions/{target}",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(
      value = "POST /egvault/v1/subscriptions/{target}/reactivate",
      outcomes = {SUCCESS, PERMISSION, CONFLICT})
  void subscriptionsAreCancelledAndTakenUpAgain() throws Exception {
    Id viewer = world.idOf(DevUser.VIEWER);
    String own = BASE + "/subscriptions/@me";
    assertStatus(404, world.call(world.viewer, "DELETE", own, null));
    period(viewer, new SubscriptionPeriod.Provider("stripe", "sub_7"));
    world.ok(
        world.admin,
        "mutation($u: ObjectID!) { user(id: $u) { refreshSubscriptions } }",
        "u",
        viewer);
    assertStatus(
        403, world.call(world.streamer, "DELETE", BASE + "/subscriptions/" + viewer, null));
    assertStatus(401, world.call(null, "DELETE", own, null));
    assertStatus(400, world.call(world.viewer, "DELETE", BASE + "/subscriptions/x", null));
    assertStatus(200, world.call(world.viewer, "DELETE", own, null));
    assertThat(stripe.calls.getLast())
        .isEqualTo(
            new StripeDouble.Call(
                "POST /v1/subscriptions/sub_7", Map.of("cancel_at_period_end", "true")));
    assertThat(state(viewer).state()).isEqualTo(Subscription.State.CANCEL_AT_END);
    assertStatus(200, world.call(world.viewer, "POST", own + "/reactivate", "{}"));
    assertThat(state(viewer).state()).isEqualTo(Subscription.State.ACTIVE);
    assertStatus(
        403,
        world.call(
            world.streamer, "POST", BASE + "/subscriptions/" + viewer + "/reactivate", "{}"));
    clear();
    assertStatus(404, world.call(world.viewer, "POST", own + "/reactivate", "{}"));
    period(viewer, null);
    assertStatus(501, world.call(world.viewer, "POST", own + "/reactivate", "{}"));
    assertStatus(200, world.call(world.viewer, "DELETE", own, null)); // nobody renews it: ends now
    JsonNode after = TestApi.JSON.readTree(world.call(world.viewer, "GET", own, null).body());
    assertThat(after.path("active").asBoolean()).isFalse();
  }

  @Test
  @Covers(
      value = "PATCH /egvault/v1/subscriptions/{target}/payment-method",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT})
  void paymentMethodsAreChangedAtStripe() throws Exception {
    String own = BASE + "/subscriptions/@me/payment-method";
    assertStatus(200, world.call(world.viewer, "PATCH", own + "?next=true", null));
    assertThat(stripe.calls.getLast().fields())
        .containsEntry("mode", "setup")
        .containsEntry("metadata[KIND]", "SETUP");
    assertStatus(400, world.call(world.viewer, "PATCH", own, null));
    assertStatus(401, world.call(null, "PATCH", own + "?next=true", null));
  }

  @Test
  @Covers(
      value = "UserOps.createSubscriptionPeriod",
      outcomes = {SUCCESS, CONFLICT})
  void periodsAreSold() throws Exception {
    Id editor = world.idOf(DevUser.EDITOR);
    world.setUser(DevUser.EDITOR, "stripe_customer_id", "cus_editor");
    String sell =
        "mutation($u: ObjectID!) { user(id: $u) { createSubscriptionPeriod(create: { product_id:"
            + " \""
            + PRODUCT
            + "\", kind: yearly, start: \"2026-01-01T00:00:00Z\", end: \"2027-01-01T00:00:00Z\","
            + " reason: \"sale\", invoice: { price: 4.99 } }) { success invoiceId paymentDeclined"
            + " } } }";
    assertThat(
            world
                .ok(world.admin, sell, "u", editor)
                .at("/user/createSubscriptionPeriod")
                .toString())
        .isEqualTo("{\"success\":true,\"invoiceId\":\"in_sold\",\"paymentDeclined\":false}");
    assertThat(stripe.calls)
        .anySatisfy(call ->
            assertThat(call.fields()).containsEntry("metadata[PRODUCT_ID]", "price_dev_yearly"))
        .anySatisfy(call -> assertThat(call.fields()).containsEntry("amount", "499"));
    stripe.declines = true;
    assertThat(
            world
                .ok(world.admin, sell, "u", editor)
                .at("/user/createSubscriptionPeriod/paymentDeclined")
                .asBoolean())
        .isTrue();
  }

  private Id code(String text, RedeemCode.@Nullable SubscriptionEffect effect) {
    Id event = world.newId();
    world.put(
        CollectionNames.REDEEM_CODES,
        new RedeemCode(
            world.newId(),
            text,
            null,
            List.of(),
            text,
            1,
            null,
            effect,
            world.idOf(DevUser.ADMIN),
            new RedeemCode.GrantSpecialEvent(event),
            World.NOW,
            null));
    return event;
  }

  private HttpResponse<String> redeem(@Nullable String token, String code, String captcha)
      throws Exception {
    return world.call(
        token,
        "POST",
        BASE + "/redeem",
        TestApi.JSON.writeValueAsString(Map.of("code", code, "captcha_token", captcha)));
  }

  @Test
  @Covers(
      value = "POST /egvault/v1/redeem",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void codesAreRedeemedOnce() throws Exception {
    Id event = code("GIFT42", null);
    assertStatus(401, redeem(null, "GIFT42", "t"));
    assertStatus(400, redeem(world.viewer, "GIFT42", ""));
    assertStatus(400, redeem(world.viewer, "x".repeat(25), "t"));
    assertStatus(404, redeem(world.viewer, "NOPE", "t"));
    stripe.answers.put("/captcha", Map.of("success", true, "score", 0.1));
    assertStatus(400, redeem(world.viewer, "GIFT42", "t"));
    stripe.answers.remove("/captcha");
    HttpResponse<String> done = redeem(world.viewer, "GIFT42", "t");
    assertThat(done.body()).isEqualTo("{\"authorize_url\":null}");
    assertThat(
            world
                .collection(CollectionNames.ENTITLEMENT_EDGES)
                .countDocuments(
                    new BsonDocument(
                        "_id.to",
                        EntitlementNode.of(EntitlementNode.Kind.SPECIAL_EVENT, event).toBson())))
        .isEqualTo(1);
    assertStatus(404, redeem(world.viewer, "GIFT42", "t"));
  }

  /** Somebody else changes the user for longer than we wait: nothing is granted, nothing used. */
  @Test
  void aCodeThatCouldNotBeGrantedIsNotUsedUp() throws Exception {
    code("GIFT43", null);
    BsonDocument lease =
        new BsonDocument("_id", new BsonString("mutex:general:user:" + world.idOf(DevUser.VIEWER)))
            .append("token", new BsonInt64(7))
            .append("expires_at", new BsonDateTime(Instant.now().plusSeconds(3600).toEpochMilli()));
    BsonDocument same = new BsonDocument("_id", lease.get("_id"));
    world
        .collection(CollectionNames.API_LEASES)
        .replaceOne(same, lease, new ReplaceOptions().upsert(true));
    try {
      assertStatus(500, redeem(world.viewer, "GIFT43", "t"));
    } finally {
      world.collection(CollectionNames.API_LEASES).deleteOne(same);
    }
    assertStatus(200, redeem(world.viewer, "GIFT43", "t"));
  }

  @Test
  void trialCodesLeadToACheckoutAndComeBackWhenItFails() throws Exception {
    code("TRIAL7", new RedeemCode.SubscriptionEffect(PRODUCT, 7, false));
    stripe.answers.put("/v1/checkout/sessions", Map.of("id", "without url"));
    assertStatus(500, redeem(world.viewer, "TRIAL7", "t"));
    stripe.answers.remove("/v1/checkout/sessions");
    HttpResponse<String> opened = redeem(world.viewer, "TRIAL7", "t");
    assertThat(opened.body()).contains("https://checkout.example/cs_1");
    assertThat(stripe.calls.getLast().fields())
        .containsEntry("subscription_data[trial_period_days]", "7")
        .containsEntry("metadata[KIND]", "REDEEM");
  }
}
