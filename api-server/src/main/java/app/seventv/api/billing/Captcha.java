package app.seventv.api.billing;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tells people from programs with reCAPTCHA v3; without a secret nobody passes. */
public final class Captcha {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final double MIN_SCORE = 0.5;

  private final HttpClient http;
  private final URI verifyUrl;
  private final String secret;

  public Captcha(HttpClient http, URI verifyUrl, String secret) {
    this.http = http;
    this.verifyUrl = verifyUrl;
    this.secret = secret;
  }

  /**
   * Checks a token.
   *
   * @throws ApiException 400 BAD_REQUEST for programs, 500 if the service fails
   */
  void verify(String token) {
    if (secret.isEmpty()) {
      throw new ApiException(500, ErrorCode.BAD_REQUEST, "captcha is not configured");
    }
    HttpRequest request =
        HttpRequest.newBuilder(verifyUrl)
            .timeout(TIMEOUT)
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "secret=" + encode(secret) + "&response=" + encode(token)))
            .build();
    JsonNode answer;
    try {
      answer = JSON.readTree(http.send(request, HttpResponse.BodyHandlers.ofByteArray()).body());
    } catch (IOException | JacksonException e) {
      throw ApiException.internal(ErrorCode.BAD_REQUEST, "failed to verify captcha", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.internal(ErrorCode.BAD_REQUEST, "failed to verify captcha", e);
    }
    if (!answer.path("success").asBoolean(false) || answer.path("score").asDouble(0) < MIN_SCORE) {
      throw ApiException.badRequest("bot activity detected");
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
