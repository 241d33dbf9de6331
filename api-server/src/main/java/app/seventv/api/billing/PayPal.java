package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.web.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What is left of PayPal: old subscriptions are read and cancelled (api-v3.md §9, §10.2). */
public final class PayPal {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final HttpClient http;
  private final URI base;
  private final String credentials;

  /**
   * @param base address of the service, without path
   */
  public PayPal(HttpClient http, URI base, String clientId, String clientSecret) {
    this.http = http;
    this.base = base;
    String pair = clientId + ":" + clientSecret;
    this.credentials = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads a subscription.
   *
   * @throws ApiException 500 PAYPAL_ERROR
   */
  JsonNode subscription(String id) {
    return send(authorized(path(id, "")).GET());
  }

  /**
   * Lets a subscription run out.
   *
   * @throws ApiException 500 PAYPAL_ERROR
   */
  void cancel(String id) {
    String reason = Json.mapper().writeValueAsString(Map.of("reason", "cancelled by the user"));
    send(
        authorized(path(id, "/cancel"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(reason)));
  }

  private static String path(String id, String action) {
    return "/v1/billing/subscriptions/" + URLEncoder.encode(id, StandardCharsets.UTF_8) + action;
  }

  private HttpRequest.Builder authorized(String path) {
    HttpRequest.Builder token =
        HttpRequest.newBuilder(base.resolve("/v1/oauth2/token"))
            .timeout(TIMEOUT)
            .header("authorization", "Basic " + credentials)
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials"));
    String access = send(token).path("access_token").asString("");
    return HttpRequest.newBuilder(base.resolve(path))
        .timeout(TIMEOUT)
        .header("authorization", "Bearer " + access);
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() / 100 != 2) {
        throw new ApiException(500, ErrorCode.PAYPAL_ERROR, "paypal refused the request");
      }
      byte[] body = response.body();
      return body.length == 0 ? Json.mapper().createObjectNode() : Json.mapper().readTree(body);
    } catch (IOException | JacksonException e) {
      throw ApiException.internal(ErrorCode.PAYPAL_ERROR, "paypal is not reachable", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.internal(ErrorCode.PAYPAL_ERROR, "paypal is not reachable", e);
    }
  }
}
