package app.seventv.api;

import app.seventv.api.billing.Captcha;
import app.seventv.api.billing.CheckoutEvents;
import app.seventv.api.billing.Checkouts;
import app.seventv.api.billing.EgvaultRoutes;
import app.seventv.api.billing.PayPal;
import app.seventv.api.billing.PayPalEvents;
import app.seventv.api.billing.PayPalWebhooks;
import app.seventv.api.billing.RedeemService;
import app.seventv.api.billing.Stripe;
import app.seventv.api.billing.StripeEvents;
import app.seventv.api.billing.StripeWebhooks;
import app.seventv.api.billing.SubscriptionService;
import app.seventv.api.data.Edges;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.web.Pipeline;
import app.seventv.core.config.Config;
import app.seventv.core.http.Router;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Puts the parts together that take money: checkouts, codes, and what Stripe and PayPal tell. */
final class Billing {
  private final Config config;
  private final Store store;
  private final Edges edges;
  private final Mutations mutations;
  private final SubscriptionService subscriptions;
  private final Stripe stripe;
  private final HttpClient http;
  private final InstantSource clock;
  private final SecureRandom random;

  Billing(
      Config config,
      Store store,
      Edges edges,
      Mutations mutations,
      SubscriptionService subscriptions,
      Stripe stripe,
      HttpClient http,
      InstantSource clock,
      SecureRandom random) {
    this.config = config;
    this.store = store;
    this.edges = edges;
    this.mutations = mutations;
    this.subscriptions = subscriptions;
    this.stripe = stripe;
    this.http = http;
    this.clock = clock;
    this.random = random;
  }

  /** Adds the routes. */
  void register(Router.Builder routes, Pipeline pipeline, UserLoader users) {
    PayPal paypal =
        new PayPal(
            http,
            config.get(ApiConfig.PAYPAL_API_BASE),
            config.get(ApiConfig.PAYPAL_CLIENT_ID),
            config.get(ApiConfig.PAYPAL_CLIENT_SECRET).reveal());
    Checkouts checkouts =
        new Checkouts(
            store,
            subscriptions,
            mutations,
            stripe,
            paypal,
            config.get(ApiConfig.OLD_WEBSITE_ORIGIN),
            clock);
    RedeemService codes =
        new RedeemService(
            store,
            edges,
            mutations,
            subscriptions,
            checkouts,
            new Captcha(
                http,
                config.get(ApiConfig.RECAPTCHA_URL),
                config.get(ApiConfig.RECAPTCHA_SECRET).reveal()),
            clock);
    new EgvaultRoutes(store, users, subscriptions, checkouts, codes, clock)
        .register(routes, pipeline);
    new StripeWebhooks(
            store,
            mutations,
            subscriptions,
            new StripeEvents(
                store,
                stripe,
                new CheckoutEvents(
                    store, edges, stripe, codes, config.get(ApiConfig.SUBSCRIPTION_PRODUCT)),
                random),
            config.get(ApiConfig.STRIPE_WEBHOOK_SECRET).reveal(),
            config.get(ApiConfig.STRIPE_WEBHOOK_ADDRESSES),
            clock)
        .register(routes, pipeline);
    new PayPalWebhooks(
            store,
            mutations,
            subscriptions,
            new PayPalEvents(store, paypal, stripe, checkouts, random),
            new PayPalWebhooks.Settings(
                http,
                config.get(ApiConfig.PAYPAL_CERTIFICATE_BASE),
                config.get(ApiConfig.PAYPAL_WEBHOOK_ID)),
            clock)
        .register(routes, pipeline);
  }
}
