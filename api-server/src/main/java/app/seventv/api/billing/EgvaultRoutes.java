package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.data.EntitlementGraph;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Json;
import app.seventv.api.web.JsonBody;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.Subscription;
import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.SubscriptionProduct.VariantKind;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** The old billing API (api-v3.md §9). */
public final class EgvaultRoutes {
  private static final double YEARLY_DISCOUNT = 0.2;

  private final Store store;
  private final UserLoader users;
  private final EntitlementGraph graph;
  private final SubscriptionService subscriptions;
  private final Checkouts checkouts;
  private final RedeemService codes;
  private final InstantSource clock;

  public EgvaultRoutes(
      Store store,
      UserLoader users,
      SubscriptionService subscriptions,
      Checkouts checkouts,
      RedeemService codes,
      InstantSource clock) {
    this.codes = codes;
    this.store = store;
    this.users = users;
    this.graph = new EntitlementGraph(store);
    this.subscriptions = subscriptions;
    this.checkouts = checkouts;
    this.clock = clock;
  }

  /** Adds the routes. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    String base = "/egvault/v1";
    routes.get(base + "/products", pipeline.handler(0, this::products));
    routes.get(base + "/subscriptions/{target}", pipeline.handler(0, this::subscription));
    routes.post(base + "/subscriptions", pipeline.handler(JsonBody.MAX_BYTES, this::subscribe));
    routes.delete(base + "/subscriptions/{target}", pipeline.handler(0, this::cancel));
    routes.post(
        base + "/subscriptions/{target}/reactivate",
        pipeline.handler(JsonBody.MAX_BYTES, this::reactivate));
    routes.patch(
        base + "/subscriptions/{target}/payment-method",
        pipeline.handler(JsonBody.MAX_BYTES, this::paymentMethod));
    routes.post(base + "/redeem", pipeline.handler(JsonBody.MAX_BYTES, this::redeem));
  }

  // --- products -----------------------------------------------------------------------------

  @Operation("GET /egvault/v1/products")
  private Response products(ApiRequest request) {
    GlobalConfig config = store.globalConfig();
    String country = request.context().country();
    List<Object> plans = new ArrayList<>();
    List<SubscriptionProduct> products = store.subscriptionProducts().find(new BsonDocument());
    for (SubscriptionProduct product : products) {
      for (SubscriptionProduct.Variant variant : product.variants()) {
        Prices.Price price = Prices.of(config, country, product, variant);
        if (variant.active() && price != null) {
          plans.add(plan(variant.kind(), price));
        }
      }
    }
    Map<String, Object> product = new LinkedHashMap<>();
    product.put("name", "subscription");
    product.put("plans", plans);
    product.put("current_paints", currentPaints(products));
    return Json.response(200, List.of(product));
  }

  private static Map<String, Object> plan(VariantKind kind, Prices.Price price) {
    Map<String, Object> plan = new LinkedHashMap<>();
    boolean yearly = kind == VariantKind.YEARLY;
    plan.put("interval_unit", yearly ? "YEAR" : "MONTH");
    plan.put("interval", 1);
    plan.put("price", Math.max(0, price.amount()));
    if (yearly) {
      plan.put("discount", YEARLY_DISCOUNT);
    }
    plan.put("currency", price.currency());
    return plan;
  }

  /** Paints that people who subscribe now get. */
  private List<String> currentPaints(List<SubscriptionProduct> products) {
    Instant now = clock.instant();
    List<EntitlementNode> benefits = new ArrayList<>();
    for (SubscriptionProduct product : products) {
      for (SubscriptionProduct.Benefit benefit : product.benefits()) {
        if (benefit.condition() instanceof SubscriptionProduct.Within within
            && !now.isBefore(within.period().start())
            && !now.isAfter(within.period().end())) {
          benefits.add(EntitlementNode.of(Kind.SUBSCRIPTION_BENEFIT, benefit.id()));
        }
      }
    }
    return graph.reachableFrom(benefits).walk(benefits).stream()
        .map(EntitlementEdge::to)
        .filter(node -> node.kind() == Kind.PAINT)
        .map(node -> String.valueOf(node.id()))
        .distinct()
        .sorted()
        .toList();
  }

  // --- subscription -------------------------------------------------------------------------

  /** What others may see is whether somebody subscribes; the rest is for them and managers. */
  @Operation(
      value = "GET /egvault/v1/subscriptions/{target}",
      who = "anybody; details only of oneself or with User.ManageBilling")
  private Response subscription(ApiRequest request) {
    Caller caller = request.context().caller();
    Id target = target(request);
    Instant now = clock.instant();
    List<SubscriptionPeriod> periods = subscriptions.periods(target);
    SubscriptionPeriod active =
        periods.stream().filter(period -> period.isActive(now)).findFirst().orElse(null);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    if (active == null) {
      answer.put("active", false);
      answer.put("age", 0);
      answer.put("months", 0);
      answer.put("renew", false);
      answer.put("end_at", null);
      answer.put("subscription", null);
      return Json.response(200, answer);
    }
    List<SubscriptionPeriod> own =
        periods.stream()
            .filter(period -> period.subscriptionId().equals(active.subscriptionId()))
            .toList();
    SubscriptionAge age = SubscriptionAge.of(own, now);
    Subscription state = subscriptions.state(active.subscriptionId());
    boolean renews = state == null || state.state() != Subscription.State.CANCEL_AT_END;
    answer.put("active", true);
    answer.put("age", age.days());
    answer.put("months", age.months());
    answer.put("renew", renews);
    answer.put("end_at", age.end().toString());
    boolean mayKnow = caller.is(target) || caller.has(Permission.USER_MANAGE_BILLING);
    answer.put("subscription", mayKnow ? details(active, own, age, state, renews) : null);
    return Json.response(200, answer);
  }

  private Map<String, @Nullable Object> details(
      SubscriptionPeriod active,
      List<SubscriptionPeriod> periods,
      SubscriptionAge age,
      @Nullable Subscription state,
      boolean renews) {
    boolean ended = state != null && state.state() == Subscription.State.ENDED;
    Id subscriber = active.subscriptionId().userId();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", active.id().toString());
    json.put("provider", active.provider() == null ? null : active.provider().kind());
    json.put("product_id", active.subscriptionId().productId().toString());
    json.put("plan", active.productId());
    json.put("seats", 1);
    json.put("subscriber_id", subscriber.toString());
    json.put(
        "customer_id", (active.giftedBy() == null ? subscriber : active.giftedBy()).toString());
    json.put(
        "started_at",
        periods.stream()
            .map(SubscriptionPeriod::start)
            .min(Comparator.naturalOrder())
            .orElseThrow()
            .toString());
    json.put("ended_at", ended ? age.end().toString() : null);
    json.put("cycle", cycle(active, ended, renews));
    json.put("renew", renews);
    return json;
  }

  private Map<String, @Nullable Object> cycle(
      SubscriptionPeriod active, boolean ended, boolean renews) {
    Map<String, @Nullable Object> cycle = new LinkedHashMap<>();
    cycle.put("timestamp", active.end().toString());
    cycle.put("unit", unit(active));
    cycle.put("value", 1);
    cycle.put("status", ended ? "ENDED" : renews ? "ONGOING" : "CANCELED");
    cycle.put("internal", active.createdBy() instanceof SubscriptionPeriod.BySystem);
    cycle.put("pending", false);
    cycle.put("trial_end", active.trial() ? active.end().toString() : null);
    return cycle;
  }

  private @Nullable String unit(SubscriptionPeriod period) {
    SubscriptionProduct product =
        store.subscriptionProducts().byId(period.subscriptionId().productId());
    if (product == null) {
      return null;
    }
    return product.variants().stream()
        .filter(variant -> variant.id().equals(period.productId()))
        .map(variant -> variant.kind() == VariantKind.YEARLY ? "YEAR" : "MONTH")
        .findFirst()
        .orElse(null);
  }

  // --- changes ------------------------------------------------------------------------------

  @Operation(
      value = "POST /egvault/v1/subscriptions",
      needs = Permission.USER_BILLING,
      who = "oneself, or anybody as a gift")
  private Response subscribe(ApiRequest request) {
    String interval = query(request, "renew_interval");
    String method = query(request, "payment_method");
    checkNext(request);
    VariantKind kind =
        switch (interval) {
          case "monthly" -> VariantKind.MONTHLY;
          case "yearly" -> VariantKind.YEARLY;
          default -> throw ApiException.badRequest("invalid renew_interval");
        };
    String gift = request.head().queryParameter("gift_for");
    Id recipient = gift == null ? null : Id.parseOrNull(gift);
    if (gift != null && recipient == null) {
      throw ApiException.badRequest("invalid gift_for");
    }
    JsonBody prefill = JsonBody.read(request).object("prefill");
    prefill.text("first_name");
    prefill.text("last_name");
    prefill.text("email");
    Caller caller = request.context().caller();
    LoadedUser payer = caller.requireUser();
    if (!method.equals("stripe")) {
      throw ApiException.badRequest("invalid payment_method");
    }
    if (!caller.has(Permission.USER_BILLING)) {
      throw ApiException.forbidden("this user isn't allowed to use billing features");
    }
    request.context().charge(RateLimitResource.EGVAULT_SUBSCRIBE);
    boolean own = recipient == null || recipient.equals(payer.id());
    Id receiver = own ? payer.id() : Objects.requireNonNull(recipient);
    String url = checkouts.subscribe(payer.user(), receiver, kind, request.context().country());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("url", url);
    answer.put("user_id", receiver.toString());
    return Json.response(200, answer);
  }

  @Operation(
      value = "DELETE /egvault/v1/subscriptions/{target}",
      who = "oneself, or User.ManageBilling; the target needs User.Billing")
  private Response cancel(ApiRequest request) {
    LoadedUser target = billed(request);
    request.context().charge(RateLimitResource.EGVAULT_PAYMENT_METHOD);
    checkouts.cancel(target.id());
    return Response.of(200);
  }

  @Operation(
      value = "POST /egvault/v1/subscriptions/{target}/reactivate",
      who = "oneself, or User.ManageBilling; the target needs User.Billing")
  private Response reactivate(ApiRequest request) {
    LoadedUser target = billed(request);
    request.context().charge(RateLimitResource.EGVAULT_SUBSCRIBE);
    checkouts.reactivate(target.id());
    return Response.of(200);
  }

  @Operation(
      value = "PATCH /egvault/v1/subscriptions/{target}/payment-method",
      noConflict = "opens a page at Stripe",
      who = "oneself, or User.ManageBilling; the target needs User.Billing")
  private Response paymentMethod(ApiRequest request) {
    checkNext(request);
    LoadedUser target = billed(request);
    request.context().charge(RateLimitResource.EGVAULT_PAYMENT_METHOD);
    return Json.response(200, Map.of("url", checkouts.setup(target.user())));
  }

  private Response redeem(ApiRequest request) {
    JsonBody body = JsonBody.read(request);
    String code = body.text("code");
    String token = body.text("captcha_token", ""); // old clients leave it out: 400, not 422
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("authorize_url", codes.redeem(request.context(), code, token));
    return Json.response(200, answer);
  }

  /** The common check of the three writes, in its order. */
  private LoadedUser billed(ApiRequest request) {
    Caller caller = request.context().caller();
    caller.requireUser();
    LoadedUser target = ApiException.found(users.fullById(target(request)), "user not found");
    if (!target.permissions().has(Permission.USER_BILLING)) {
      throw ApiException.forbidden("this user isn't allowed to use billing features");
    }
    if (!caller.is(target.id()) && !caller.has(Permission.USER_MANAGE_BILLING)) {
      throw ApiException.forbidden("you are not allowed to manage billing");
    }
    return target;
  }

  private static Id target(ApiRequest request) {
    String target = request.head().pathParameter("target");
    if (target.equals("@me")) {
      return request.context().caller().requireUser().id();
    }
    Id id = Id.parseOrNull(target);
    if (id == null) {
      throw new ApiException(400, ErrorCode.BAD_REQUEST, "invalid id");
    }
    return id;
  }

  /** Asks for the new way of paying, which is the only one; still it has to be there. */
  private static void checkNext(ApiRequest request) {
    if (request.flag("next").isEmpty()) {
      throw ApiException.badRequest("missing next");
    }
  }

  private static String query(ApiRequest request, String name) {
    String value = request.head().queryParameter(name);
    if (value == null) {
      throw ApiException.badRequest("missing " + name);
    }
    return value;
  }
}
