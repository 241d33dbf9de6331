package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.Operation;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Json;
import app.seventv.api.web.JsonBody;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.SubscriptionId;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Deliveries of PayPal (api-v3.md §10.2): signed, each handled once. */
public final class PayPalWebhooks {
  private final Mutations mutations;
  private final SubscriptionService subscriptions;
  private final PayPalEvents events;
  private final PayPalSignature signature;
  private final WebhookLog log;
  private final InstantSource clock;

  /** What the configuration says; see {@link PayPalSignature}. */
  public record Settings(HttpClient http, URI certificateBase, String webhookId) {}

  public PayPalWebhooks(
      Store store,
      Mutations mutations,
      SubscriptionService subscriptions,
      PayPalEvents events,
      Settings settings,
      InstantSource clock) {
    this.mutations = mutations;
    this.subscriptions = subscriptions;
    this.events = events;
    this.signature =
        new PayPalSignature(
            settings.http(), settings.certificateBase(), settings.webhookId(), clock);
    this.log = new WebhookLog(store);
    this.clock = clock;
  }

  /** Adds the route. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.post("/internal/webhook/paypal", pipeline.handler(JsonBody.MAX_BYTES, this::deliver));
  }

  @Operation(value = "POST /internal/webhook/paypal", who = "PayPal, by signature")
  private Response deliver(ApiRequest request) {
    signature.require(request.head(), request.body());
    JsonNode event = parse(request.body());
    StripeEvents.Effect effect;
    try {
      effect = events.prepare(event.path("event_type").asString(), event.path("resource"));
    } catch (Stripe.Refused e) {
      throw e.toApi("failed to mirror the payment");
    }
    if (effect == null) {
      return Response.of(200);
    }
    String id = event.path("id").asString();
    Set<SubscriptionId> affected = new HashSet<>();
    mutations.hold(
        "mutex:internal:webhook:paypal:" + event.path("resource").path("id").asString(id),
        transaction -> {
          affected.clear();
          if (log.isNew(transaction, id, clock.instant())) {
            affected.addAll(effect.apply(transaction));
          }
          return true;
        });
    affected.forEach(subscriptions::refresh);
    return Response.of(200);
  }

  private static JsonNode parse(byte[] body) {
    try {
      JsonNode event = Json.mapper().readTree(body);
      if (event.path("id").isString() && event.path("event_type").isString()) {
        return event;
      }
    } catch (JacksonException e) {
      // refused below
    }
    throw new ApiException(400, ErrorCode.PAYPAL_ERROR, "invalid event");
  }
}
