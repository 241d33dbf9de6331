package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Invoice;
import app.seventv.model.SubscriptionId;
import app.seventv.model.SubscriptionPeriod;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Subscriptions that PayPal still renews (api-v3.md §9, §10.2). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PayPalTest {
  private static final String OPERATION = "POST /internal/webhook/paypal";
  private static final Id PRODUCT = Id.parse("01FEVKBBTGRAT7FCY276TNTJ4A");
  private final Instant now = Instant.now();

  @TempDir static Path folder;
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private X509Bundle certificate;
  private HttpServer paypal;
  private StripeDouble stripe;
  private World world;
  private Id viewer;

  @BeforeAll
  void start() throws Exception {
    certificate = bundle(Instant.now().plus(Duration.ofDays(1)));
    paypal = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    paypal.createContext("/", this::answer);
    paypal.start();
    stripe = new StripeDouble();
    world =
        new World(
            folder,
            stripe.settings()
                + """
                [paypal]
                api_base = "%s"
                certificate_base = "%s"
                webhook_id = "WH-1"
                """
                    .formatted(base(), base()));
    viewer = world.idOf(DevUser.VIEWER);
  }

  private static X509Bundle bundle(Instant end) throws Exception {
    return new CertificateBuilder()
        .algorithm(CertificateBuilder.Algorithm.rsa2048)
        .subject("CN=messageverificationcerts.paypal.com")
        .setIsCertificateAuthority(true)
        .notBefore(end.minus(Duration.ofDays(30)))
        .notAfter(end)
        .buildSelfSigned();
  }

  private String base() {
    return "http://127.0.0.1:" + paypal.getAddress().getPort() + "/";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      calls.add(exchange.getRequestMethod() + " " + path);
      String body =
          switch (path) {
            case "/v1/oauth2/token" -> "{\"access_token\":\"a\"}";
            case "/cert" -> certificate.getCertificatePEM();
            case "/v1/billing/subscriptions/I-1" ->
                "{\"plan_id\":\"P-1\",\"billing_info\":{\"next_billing_time\":\""
                    + now.plus(Duration.ofDays(30))
                    + "\"}}";
            default -> "{}";
          };
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @AfterAll
  void stop() throws Exception {
    world.close();
    stripe.close();
    paypal.stop(0);
  }

  @BeforeEach
  void clear() {
    for (String name : List.of(CollectionNames.SUBSCRIPTION_PERIODS, CollectionNames.INVOICES)) {
      world.collection(name).deleteMany(new BsonDocument());
    }
    world.put(
        CollectionNames.SUBSCRIPTION_PERIODS,
        new SubscriptionPeriod(
            world.newId(),
            new SubscriptionId(viewer, PRODUCT),
            new SubscriptionPeriod.Provider(SubscriptionPeriod.Provider.PAYPAL, "I-1"),
            "price_dev_monthly",
            now.minus(Duration.ofDays(29)),
            now.plus(Duration.ofDays(1)),
            false,
            true,
            null,
            new SubscriptionPeriod.ByInvoice("in_1"),
            now,
            null));
  }

  private List<SubscriptionPeriod> periods() {
    return world
        .collection(CollectionNames.SUBSCRIPTION_PERIODS)
        .find(Filters.eq("subscription_id.user_id", viewer.toBson()))
        .sort(Sorts.ascending("start"))
        .map(SubscriptionPeriod::fromBson)
        .into(new ArrayList<>());
  }

  private Invoice invoice() {
    return Invoice.fromBson(
        Objects.requireNonNull(world.collection(CollectionNames.INVOICES).find().first()));
  }

  private static byte[] event(String id, String type, Map<String, ?> resource) {
    return TestApi.JSON.writeValueAsBytes(
        Map.of("id", id, "event_type", type, "resource", resource));
  }

  private String sign(X509Bundle signer, byte[] body) throws Exception {
    CRC32 checksum = new CRC32();
    checksum.update(body);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(signer.getKeyPair().getPrivate());
    signature.update(("T-1|now|WH-1|" + checksum.getValue()).getBytes(StandardCharsets.UTF_8));
    return Base64.getEncoder().encodeToString(signature.sign());
  }

  private HttpResponse<String> send(byte[] body, String address, String signature)
      throws Exception {
    return world.api.send(
        HttpRequest.newBuilder(world.api.uri("/internal/webhook/paypal"))
            .header("paypal-cert-url", address)
            .header("paypal-transmission-sig", signature)
            .header("paypal-transmission-id", "T-1")
            .header("paypal-transmission-time", "now")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private int deliver(byte[] body) throws Exception {
    return send(body, base() + "cert", sign(certificate, body)).statusCode();
  }

  private Map<String, ?> sale(String id) {
    return Map.of(
        "id",
        id,
        "billing_agreement_id",
        "I-1",
        "create_time",
        now.toString(),
        "amount",
        Map.of("total", "3.99", "currency", "USD"));
  }

  @Test
  @Covers(
      value = OPERATION,
      outcomes = {SUCCESS, CONFLICT})
  void aSaleMakesAPeriodAndAVoidInvoiceOnce() throws Exception {
    byte[] sold = event("WH-E-1", "PAYMENT.SALE.COMPLETED", sale("S-1"));
    assertThat(deliver(sold)).isEqualTo(200);
    assertThat(deliver(sold)).isEqualTo(200); // again: nothing more
    assertThat(periods()).hasSize(2);
    SubscriptionPeriod bought = periods().getLast();
    assertThat(Duration.between(bought.start(), bought.end()).toDays()).isEqualTo(30);
    assertThat(bought.autoRenew()).isTrue();
    assertThat(invoice().paypalPaymentId()).isEqualTo("S-1");
    assertThat(stripe.calls)
        .extracting(StripeDouble.Call::what)
        .contains("POST /v1/invoiceitems", "POST /v1/invoices/in_sold/void");
    assertThat(deliver(event("WH-E-2", "PAYMENT.SALE.REFUNDED", Map.of("sale_id", "S-1"))))
        .isEqualTo(200);
    assertThat(invoice().refunded()).isTrue();
    Map<String, ?> dispute =
        Map.of("disputed_transactions", List.of(Map.of("seller_transaction_id", "S-1")));
    assertThat(deliver(event("WH-E-3", "CUSTOMER.DISPUTE.RESOLVED", dispute))).isEqualTo(200);
    assertThat(invoice().disputed()).isEqualTo(Invoice.Dispute.RESOLVED);
  }

  @Test
  @Covers(value = OPERATION, outcomes = SUCCESS)
  void aCancelledSubscriptionRunsOut() throws Exception {
    assertThat(deliver(event("WH-E-4", "BILLING.SUBSCRIPTION.CANCELLED", Map.of("id", "I-1"))))
        .isEqualTo(200);
    assertThat(periods().getFirst().autoRenew()).isFalse();
    assertThat(deliver(event("WH-E-5", "BILLING.SUBSCRIPTION.EXPIRED", Map.of("id", "I-1"))))
        .isEqualTo(200);
  }

  @Test
  @Covers(value = OPERATION, outcomes = PERMISSION)
  void forgedDeliveriesAreRefused() throws Exception {
    byte[] body = event("WH-E-6", "BILLING.SUBSCRIPTION.CANCELLED", Map.of("id", "I-1"));
    X509Bundle stranger = bundle(Instant.now().plus(Duration.ofDays(1)));
    assertThat(send(body, base() + "cert", sign(stranger, body)).statusCode()).isEqualTo(400);
    assertThat(send(body, base() + "cert", "no base64!").statusCode()).isEqualTo(400);
    calls.clear();
    String foreign = "http://127.0.0.1.evil.example/cert";
    assertThat(send(body, foreign, sign(certificate, body)).statusCode()).isEqualTo(400);
    assertThat(calls).isEmpty();
    assertThat(periods().getFirst().autoRenew()).isTrue();
  }

  @Test
  @Covers(value = OPERATION, outcomes = BAD_INPUT)
  void oddDeliveriesAreRefused() throws Exception {
    HttpResponse<String> unsigned =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/internal/webhook/paypal"))
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
    assertThat(unsigned.statusCode()).isEqualTo(400);
    assertThat(deliver("{".getBytes(StandardCharsets.UTF_8))).isEqualTo(400);
    assertThat(deliver(event("WH-E-7", "MOON.LANDED", Map.of()))).isEqualTo(400);
    assertThat(deliver(event("WH-E-8", "PAYMENT.SALE.REVERSED", Map.of("id", "none"))))
        .isEqualTo(400);
  }

  @Test
  void subscriptionsAreCancelledAtPayPal() throws Exception {
    calls.clear();
    HttpResponse<String> response =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/egvault/v1/subscriptions/@me"))
                .header("authorization", "Bearer " + world.viewer)
                .DELETE());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(calls).contains("POST /v1/billing/subscriptions/I-1/cancel");
    assertThat(periods().getFirst().autoRenew()).isFalse();
  }
}
