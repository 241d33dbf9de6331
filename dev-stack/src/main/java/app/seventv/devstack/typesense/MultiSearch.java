package app.seventv.devstack.typesense;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /multi_search}: several searches, each with a result or an error of its own. */
final class MultiSearch {
  private final CollectionStore store;

  MultiSearch(CollectionStore store) {
    this.store = store;
  }

  ObjectNode search(ApiRequest request) {
    if (!(request.jsonBody().path("searches") instanceof ArrayNode searches)) {
      throw ApiException.badRequest("Missing `searches` array.");
    }
    if (searches.size() > Limits.MAX_SEARCHES) {
      throw ApiException.unprocessable(
          "Number of multi searches exceeds `%d`.".formatted(Limits.MAX_SEARCHES));
    }
    ObjectNode reply = Json.object();
    ArrayNode results = reply.putArray("results");
    for (JsonNode search : searches) {
      results.add(result(search, request.parameters()));
    }
    return reply;
  }

  private ObjectNode result(JsonNode search, Map<String, String> common) {
    try {
      if (!(search instanceof ObjectNode own)) {
        throw ApiException.badRequest("The value of `searches` must be an array of objects.");
      }
      Map<String, String> parameters = new LinkedHashMap<>(common);
      own.properties().stream()
          .filter(parameter -> parameter.getValue().isValueNode())
          .forEach(
              parameter -> parameters.put(parameter.getKey(), parameter.getValue().asString()));
      Collection collection = store.get(parameters.getOrDefault("collection", ""));
      return new SearchExecutor(collection, new SearchParams(parameters)).search();
    } catch (ApiException e) {
      return Json.object().put("code", e.status()).put("error", e.text());
    }
  }
}
