package app.seventv.website;

import app.seventv.core.trace.Trace;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks one GraphQL endpoint of the API as an anonymous caller. */
final class GraphqlApi {
  /** Answers to our queries are a few KiB; anything near this is not one of them. */
  static final int MAX_ANSWER_BYTES = 256 << 10;

  private final HttpClient client;
  private final URI endpoint;
  private final Duration timeout;
  private final JsonMapper json = JsonMapper.shared();

  /**
   * @param timeout of one call, from connecting to the last byte
   */
  GraphqlApi(HttpClient client, URI endpoint, Duration timeout) {
    this.client = client;
    this.endpoint = endpoint;
    this.timeout = timeout;
  }

  /** Runs a query and gives its {@code data}; fails on any status but 200 and on errors. */
  CompletableFuture<JsonNode> query(String query, Map<String, String> variables) {
    byte[] body = json.writeValueAsBytes(Map.of("query", query, "variables", variables));
    HttpRequest request =
        Trace.inject(HttpRequest.newBuilder(endpoint))
            .timeout(timeout)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    return client
        .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES))
        .thenApply(this::dataOf);
  }

  private JsonNode dataOf(HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      throw failure("the API answered " + response.statusCode());
    }
    try {
      JsonNode answer = json.readTree(response.body());
      if (!answer.path("errors").isEmpty()) {
        throw failure(
            "the API refused: " + answer.path("errors").path(0).path("message").asString(""));
      }
      return answer.path("data");
    } catch (JacksonException e) {
      throw new CompletionException(e);
    }
  }

  private static CompletionException failure(String message) {
    return new CompletionException(new IOException(message));
  }
}
