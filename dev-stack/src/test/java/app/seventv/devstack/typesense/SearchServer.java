package app.seventv.devstack.typesense;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.typesense.api.Client;
import org.typesense.api.Configuration;
import org.typesense.resources.Node;

/** The server a test talks to: an embedded one of its own, or the real one at TYPESENSE_URL. */
final class SearchServer implements AutoCloseable {
  static final String API_KEY = "dev-typesense-key";

  private final URI uri;
  private final String apiKey;
  private final @Nullable DevTypesense embedded;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Client client;

  private SearchServer(URI uri, String apiKey, @Nullable DevTypesense embedded) {
    this.uri = uri;
    this.apiKey = apiKey;
    this.embedded = embedded;
    Node node = new Node(uri.getScheme(), uri.getHost(), Integer.toString(uri.getPort()));
    Configuration configuration = new Configuration(List.of(node), Duration.ofSeconds(10), apiKey);
    configuration.numRetries = 1; // the client counts the first attempt too
    this.client = new Client(configuration);
  }

  static SearchServer embedded() throws IOException {
    DevTypesense server = DevTypesense.start(0, null, API_KEY);
    return new SearchServer(server.uri(), API_KEY, server);
  }

  /** The server of the environment variables TYPESENSE_URL and TYPESENSE_API_KEY. */
  static SearchServer real() {
    String url = Objects.requireNonNull(System.getenv("TYPESENSE_URL"), "TYPESENSE_URL is not set");
    String key = Objects.requireNonNullElse(System.getenv("TYPESENSE_API_KEY"), API_KEY);
    return new SearchServer(URI.create(url), key, null);
  }

  Client client() {
    return client;
  }

  /** Sends a request as it is; the target is path and query, already percent-encoded. */
  HttpResponse<String> send(String method, String target, @Nullable String body)
      throws IOException, InterruptedException {
    return send(method, target, body, apiKey);
  }

  HttpResponse<String> send(
      String method, String target, @Nullable String body, @Nullable String key)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(uri + target))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .timeout(Duration.ofSeconds(30));
    if (key != null) {
      request.header("X-TYPESENSE-API-KEY", key);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @Override
  public void close() throws IOException {
    http.close();
    if (embedded != null) {
      embedded.close();
    }
  }
}
