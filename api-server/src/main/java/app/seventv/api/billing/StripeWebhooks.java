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
import app.seventv.core.config.CidrBlock;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.SubscriptionId;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Deliveries of Stripe (api-v3.md §10.1): signed, from Stripe's addresses, each handled once. Types
 * that concern nobody here are answered with 200, or Stripe would send them again and again.
 */
public final class StripeWebhooks {
  private final WebhookLog log;
  private final Mutations mutations;
  private final SubscriptionService subscriptions;
  private final StripeEvents events;
  private final StripeSignature signature;
  private final List<CidrBlock> addresses;

  /**
   * @param addresses networks that deliveries come from, beside this machine
   */
  public StripeWebhooks(
      Store store,
      Mutations mutations,
      SubscriptionService subscriptions,
      StripeEvents events,
      String secret,
      List<CidrBlock> addresses,
      InstantSource clock) {
    this.log = new WebhookLog(store);
    this.mutations = mutations;
    this.subscriptions = subscriptions;
    this.events = events;
    this.signature = new StripeSignature(secret, clock);
    this.addresses = List.copyOf(addresses);
  }

  /** Adds the route. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.post("/internal/webhook/stripe", pipeline.handler(JsonBody.MAX_BYTES, this::deliver));
  }

  @Operation(value = "POST /internal/webhook/stripe", who = "Stripe, by signature and address")
  private Response deliver(ApiRequest request) {
    String header = request.head().header("stripe-signature");
    if (header == null) {
      throw ApiException.badRequest("missing stripe-signature header");
    }
    if (!signature.matches(header, request.body())) {
      throw new ApiException(400, ErrorCode.STRIPE_ERROR, "invalid signature");
    }
    InetAddress ip = request.context().caller().ip();
    if (!ip.isLoopbackAddress() && addresses.stream().noneMatch(block -> block.contains(ip))) {
      throw ApiException.badRequest("invalid ip");
    }
    handle(parse(request.body()));
    return Response.of(200);
  }

  private static JsonNode parse(byte[] body) {
    try {
      JsonNode event = Json.mapper().readTree(body);
      if (event.path("id").isString() && event.path("type").isString()) {
        return event;
      }
    } catch (JacksonException e) {
      // refused below
    }
    throw new ApiException(400, ErrorCode.STRIPE_ERROR, "invalid event");
  }

  private void handle(JsonNode event) {
    String type = event.path("type").asString();
    JsonNode object = event.path("data").path("object");
    StripeEvents.Effect effect;
    try {
      effect = events.prepare(type, event); // asks Stripe, so outside the transaction
    } catch (Stripe.Refused e) {
      throw e.toApi("failed to read from stripe");
    }
    if (effect == null) {
      return;
    }
    Instant created = Instant.ofEpochSecond(event.path("created").asLong(0));
    Set<SubscriptionId> affected = new HashSet<>();
    String kind = type.substring(0, type.lastIndexOf('.')).replace('.', '_');
    mutations.hold(
        "mutex:internal:webook:stripe:" + kind + ":" + object.path("id").asString(""),
        transaction -> {
          affected.clear();
          if (log.isNew(transaction, event.path("id").asString(), created)) {
            affected.addAll(effect.apply(transaction));
          }
          return true;
        });
    affected.forEach(subscriptions::refresh);
  }
}
