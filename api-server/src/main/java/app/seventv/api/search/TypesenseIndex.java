package app.seventv.api.search;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.model.Id;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Typesense server over its HTTP interface. */
public final class TypesenseIndex implements SearchIndex {
  private static final Logger LOG = LoggerFactory.getLogger(TypesenseIndex.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http;
  private final URI base;
  private final String apiKey;

  public TypesenseIndex(HttpClient http, URI base, String apiKey) {
    this.http = http;
    this.base = base;
    this.apiKey = apiKey;
  }

  @Override
  public Hits search(Query query) {
    URI uri =
        base.resolve(
            "/collections/" + query.collection() + "/documents/search?" + parameters(query));
    HttpRequest request =
        HttpRequest.newBuilder(uri).timeout(TIMEOUT).header("x-typesense-api-key", apiKey).build();
    try {
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        LOG.warn(
            "search in {} answered {}: {}",
            query.collection(),
            response.statusCode(),
            new String(response.body(), StandardCharsets.UTF_8));
        throw failed(null);
      }
      return hits(JSON.readTree(response.body()));
    } catch (IOException | JacksonException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(e);
    }
  }

  private static ApiException failed(@Nullable Exception cause) {
    return cause == null
        ? new ApiException(500, ErrorCode.LOAD_ERROR, "failed to search")
        : ApiException.loadFailed("failed to search", cause);
  }

  private static String parameters(Query query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("q", query.text());
    parameters.put("query_by", query.queryBy());
    parameters.put("query_by_weights", query.weights());
    if (!query.filter().isEmpty()) {
      parameters.put("filter_by", query.filter());
    }
    parameters.put("sort_by", query.sort());
    parameters.put("page", Integer.toString(query.page()));
    parameters.put("per_page", Integer.toString(query.perPage()));
    parameters.put("include_fields", "id");
    parameters.put("highlight_fields", "false");
    parameters.put("exhaustive_search", "true");
    if (query.prioritizeExactMatch()) {
      parameters.put("prioritize_exact_match", "true");
    }
    return parameters.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static Hits hits(JsonNode answer) {
    List<Id> ids = new ArrayList<>();
    for (JsonNode hit : answer.path("hits")) {
      Id id = Id.parseOrNull(hit.path("document").path("id").asString(""));
      if (id != null) {
        ids.add(id);
      }
    }
    return new Hits(ids, answer.path("found").asLong(0));
  }
}
