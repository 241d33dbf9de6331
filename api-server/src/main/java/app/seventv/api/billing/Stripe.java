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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Stripe's HTTP interface: forms in, JSON out. */
public final class Stripe {
  private static final Logger LOG = LoggerFactory.getLogger(Stripe.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final HttpClient http;
  private final URI base;
  private final String apiKey;
  private final Semaphore slots;

  /**
   * @param base address of the service, without path
   * @param concurrentRequests most requests at a time
   */
  public Stripe(HttpClient http, URI base, String apiKey, int concurrentRequests) {
    this.http = http;
    this.base = base;
    this.apiKey = apiKey;
    this.slots = new Semaphore(concurrentRequests);
  }

  /** A refusal that Stripe explains. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final String type;

    Refused(String type, String message) {
      super(message, null, false, false);
      this.type = type;
    }

    /** True if the customer's bank declined the payment. */
    public boolean isCardError() {
      return type.equals("card_error");
    }

    /** The answer for the client. */
    public ApiException toApi(String text) {
      return new ApiException(500, ErrorCode.STRIPE_ERROR, text);
    }
  }

  /** Form fields, in order. */
  public static final class Form {
    private final List<String> fields = new ArrayList<>();

    /** Adds a field; null leaves it out. */
    public Form with(String name, @Nullable Object value) {
      if (value != null) {
        fields.add(encode(name) + "=" + encode(value.toString()));
      }
      return this;
    }

    /** Adds metadata under a prefix such as {@code metadata}. */
    public Form metadata(String prefix, Map<String, String> metadata) {
      metadata.forEach((key, value) -> with(prefix + "[" + key + "]", value));
      return this;
    }

    String encoded() {
      return String.join("&", fields);
    }

    private static String encode(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
  }

  /** Reads an object or a list, e.g. {@code /v1/customers/search}. */
  public JsonNode get(String path, Form query) throws Refused {
    String suffix = query.encoded();
    return send(request(suffix.isEmpty() ? path : path + "?" + suffix).GET());
  }

  /**
   * Creates or changes an object.
   *
   * @param idempotencyKey the same for repetitions of one wish, null for none
   */
  public JsonNode post(String path, Form form, @Nullable String idempotencyKey) throws Refused {
    HttpRequest.Builder request =
        request(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form.encoded()));
    if (idempotencyKey != null) {
      request.header("idempotency-key", idempotencyKey);
    }
    return send(request);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path))
        .timeout(TIMEOUT)
        .header("authorization", "Bearer " + apiKey);
  }

  private JsonNode send(HttpRequest.Builder request) throws Refused {
    try {
      slots.acquire();
      try {
        HttpResponse<byte[]> response =
            http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        JsonNode body = JSON.readTree(response.body());
        if (response.statusCode() / 100 != 2) {
          JsonNode error = body.path("error");
          String message = error.path("message").asString("");
          LOG.warn("stripe answered {}: {}", response.statusCode(), message);
          throw new Refused(error.path("type").asString(""), message);
        }
        return body;
      } finally {
        slots.release();
      }
    } catch (IOException | JacksonException e) {
      throw ApiException.internal(ErrorCode.STRIPE_ERROR, "stripe is not reachable", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.internal(ErrorCode.STRIPE_ERROR, "stripe is not reachable", e);
    }
  }
}
