package app.seventv.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.json.JsonMapper;

/** Stripe's answers to the few requests that the API makes, and a record of them. */
final class StripeDouble implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /** One request: {@code POST /v1/…} and its fields. */
  record Call(String what, Map<String, String> fields) {}

  final List<Call> calls = new CopyOnWriteArrayList<>();

  /** Answers that replace the usual ones, by path. */
  final Map<String, Object> answers = new ConcurrentHashMap<>();

  volatile boolean declines;
  private final HttpServer server;

  StripeDouble() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Also stands in for reCAPTCHA. */
  String settings() {
    String base = "http://127.0.0.1:" + server.getAddress().getPort();
    return "recaptcha_secret_key = \"captcha\"\nrecaptcha_url = \""
        + base
        + "/captcha\"\n[stripe]\napi_base = \"http://127.0.0.1:"
        + server.getAddress().getPort()
        + "\"\napi_key = \"sk_test_double\"\nwebhook_secret = \"whsec_test\"\n";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body = exchange.getRequestBody().readAllBytes();
      boolean known =
          path.equals("/captcha")
              || "Bearer sk_test_double"
                  .equals(exchange.getRequestHeaders().getFirst("authorization"));
      calls.add(
          new Call(
              exchange.getRequestMethod() + " " + path,
              form(new String(body, StandardCharsets.UTF_8))));
      boolean refused = path.endsWith("/pay") && declines;
      Object answer =
          !known
              ? Map.of("error", Map.of("type", "invalid_request_error", "message", "no key"))
              : refused
                  ? Map.of("error", Map.of("type", "card_error", "message", "declined"))
                  : answers.containsKey(path) ? answers.get(path) : result(path);
      byte[] json = JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(!known ? 401 : refused ? 402 : 200, json.length);
      exchange.getResponseBody().write(json);
    }
  }

  private static Object result(String path) {
    return switch (path) {
      case "/v1/customers/search" -> Map.of("data", List.of());
      case "/v1/customers" -> Map.of("id", "cus_new");
      case "/v1/checkout/sessions" -> Map.of("id", "cs_1", "url", "https://checkout.example/cs_1");
      case "/captcha" -> Map.of("success", true, "score", 0.9);
      case "/v1/invoices" -> Map.of("id", "in_sold");
      default ->
          path.startsWith("/v1/customers/")
              ? Map.of("invoice_settings", Map.of("default_payment_method", "pm_1"))
              : Map.of("id", path.substring(path.lastIndexOf('/') + 1));
    };
  }

  private static Map<String, String> form(String body) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String pair : body.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        fields.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
      }
    }
    return fields;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
