package app.seventv.searchindex;

import app.seventv.model.search.SearchSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The part of Typesense's HTTP interface that the worker uses (backing-services.md §5.2). Blocking;
 * every request has a deadline. Failures are {@link IOException}s and worth another attempt, unless
 * said otherwise.
 */
final class TypesenseClient implements AutoCloseable {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
  private static final Duration HEALTH_LIMIT = Duration.ofSeconds(2);
  private static final Duration EXPORT_LIMIT = Duration.ofMinutes(30);

  /** How much of an error's text is kept. */
  private static final int MAX_ERROR_CHARS = 300;

  private final JsonMapper json = new JsonMapper();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_LIMIT)
          .build();
  private final String base;
  private final String apiKey;

  TypesenseClient(URI base, String apiKey) {
    String text = base.toString();
    this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.apiKey = apiKey;
  }

  /**
   * What became of one document of an import.
   *
   * @param code 200, or the status of its failure
   * @param error what is wrong with it, empty if nothing
   */
  record LineResult(int code, String error) {
    static final LineResult OK = new LineResult(200, "");

    boolean isSuccess() {
      return code == 200;
    }

    /** True if the document itself is refused. */
    boolean isPermanent() {
      return code >= 400 && code < 500 && code != 408 && code != 429;
    }
  }

  /** Returns if the server can do its work. */
  void checkHealth() throws IOException, InterruptedException {
    HttpResponse<String> response = send(request("/health").timeout(HEALTH_LIMIT).GET());
    if (response.statusCode() != 200 || !tree(response.body()).path("ok").asBoolean(false)) {
      throw failure("health", response);
    }
  }

  /** Whether there is a collection or an alias of that name. */
  boolean exists(String collection) throws IOException, InterruptedException {
    HttpResponse<String> response = send(request("/collections/" + encode(collection)).GET());
    return switch (response.statusCode()) {
      case 200 -> true;
      case 404 -> false;
      default -> throw failure("look at collection " + collection, response);
    };
  }

  /**
   * Creates a collection under a name of its own and lets the schema's name stand for it, so that a
   * later version can take its place without a gap.
   */
  void create(SearchSchema schema, String physicalName) throws IOException, InterruptedException {
    String body = json.writeValueAsString(schema.toJson().put("name", physicalName));
    HttpResponse<String> response =
        send(request("/collections").POST(BodyPublishers.ofString(body)));
    if (response.statusCode() != 201 && response.statusCode() != 409) { // 409: another was first
      throw failure("create collection " + physicalName, response);
    }
    String target =
        JsonNodeFactory.instance.objectNode().put("collection_name", physicalName).toString();
    HttpResponse<String> alias =
        send(request("/aliases/" + encode(schema.name())).PUT(BodyPublishers.ofString(target)));
    if (alias.statusCode() != 200 && alias.statusCode() != 201) {
      throw failure("set alias " + schema.name(), alias);
    }
  }

  /**
   * Creates or replaces documents.
   *
   * @param documents one JSON object each
   * @return what became of the n-th document
   */
  List<LineResult> upsert(String collection, List<byte[]> documents)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        send(
            request("/collections/" + encode(collection) + "/documents/import?action=upsert")
                .header("Content-Type", "text/plain")
                .POST(lines(documents)));
    if (response.statusCode() != 200) {
      throw failure("import into " + collection, response);
    }
    List<LineResult> results = new ArrayList<>(documents.size());
    response.body().lines().forEach(line -> results.add(lineResult(line)));
    if (results.size() != documents.size()) {
      throw new IOException(
          "import into %s: %d answers to %d documents"
              .formatted(collection, results.size(), documents.size()));
    }
    return results;
  }

  private static BodyPublisher lines(List<byte[]> documents) {
    List<byte[]> parts = new ArrayList<>(2 * documents.size());
    byte[] lineEnd = {'\n'};
    for (byte[] document : documents) {
      parts.add(document);
      parts.add(lineEnd);
    }
    return BodyPublishers.ofByteArrays(parts);
  }

  private LineResult lineResult(String line) {
    try {
      JsonNode result = json.readTree(line);
      if (result.path("success").asBoolean(false)) {
        return LineResult.OK;
      }
      return new LineResult(result.path("code").asInt(500), result.path("error").asString(""));
    } catch (JacksonException e) {
      return new LineResult(500, "unreadable answer");
    }
  }

  /** Deletes a document; it is no failure if there is none. */
  void delete(String collection, String id) throws IOException, InterruptedException {
    HttpResponse<String> response =
        send(request("/collections/" + encode(collection) + "/documents/" + encode(id)).DELETE());
    if (response.statusCode() != 200 && response.statusCode() != 404) {
      throw failure("delete from " + collection, response);
    }
  }

  /** Reads the ids of all documents. */
  void exportIds(String collection, Consumer<String> consumer)
      throws IOException, InterruptedException {
    HttpRequest request =
        request("/collections/" + encode(collection) + "/documents/export?include_fields=id")
            .timeout(EXPORT_LIMIT)
            .GET()
            .build();
    HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
    try (Stream<String> lines = response.body()) {
      if (response.statusCode() != 200) {
        throw new IOException("export of " + collection + " answered " + response.statusCode());
      }
      lines
          .filter(line -> !line.isBlank())
          .forEach(line -> consumer.accept(json.readTree(line).path("id").asString("")));
    } catch (UncheckedIOException | JacksonException e) {
      throw new IOException("export of " + collection + " broke off", e);
    }
  }

  private HttpRequest.Builder request(String pathAndQuery) {
    return HttpRequest.newBuilder(URI.create(base + pathAndQuery))
        .timeout(REQUEST_LIMIT)
        .header("X-TYPESENSE-API-KEY", apiKey);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private JsonNode tree(String text) throws IOException {
    try {
      return json.readTree(text);
    } catch (JacksonException e) {
      throw new IOException("no JSON: " + shorten(text), e);
    }
  }

  private static IOException failure(String what, HttpResponse<String> response) {
    return new IOException(
        "search index: cannot %s: %d %s"
            .formatted(what, response.statusCode(), shorten(response.body())));
  }

  private static String shorten(String text) {
    return text.length() <= MAX_ERROR_CHARS ? text : text.substring(0, MAX_ERROR_CHARS) + "…";
  }

  private static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
