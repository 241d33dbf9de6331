package app.seventv.devstack.typesense;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.lucene.search.Query;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations of backing-services.md §5.2 by method and path. */
final class Routes {
  /** The version whose behaviour is followed, as {@code /debug} tells it. */
  private static final String VERSION = "27.1";

  private final CollectionStore store;

  Routes(CollectionStore store) {
    this.store = store;
  }

  /** Answers one request; refusals are {@link ApiException}. */
  Reply route(ApiRequest request) {
    List<String> path = request.segments();
    return switch (path.getFirst()) {
      case "health" -> get(request, 1, Json.object().put("ok", true));
      case "debug" -> get(request, 1, Json.object().put("state", 1).put("version", VERSION));
      case "metrics.json" -> get(request, 1, ServerMetrics.read());
      case "multi_search" -> {
        requireMethod(request, "POST", 1);
        yield Reply.ok(new MultiSearch(store).search(request));
      }
      case "aliases" -> aliases(request);
      case "collections" ->
          switch (path.size()) {
            case 1 -> collections(request);
            case 2 -> collection(request, path.get(1));
            default -> belowCollection(request, store.get(path.get(1)));
          };
      case "keys", "stats.json", "operations", "analytics", "stopwords", "presets" ->
          throw notServed(path.getFirst());
      default -> throw notFound();
    };
  }

  private static Reply get(ApiRequest request, int pathLength, ObjectNode reply) {
    requireMethod(request, "GET", pathLength);
    return Reply.ok(reply);
  }

  private static void requireMethod(ApiRequest request, String method, int pathLength) {
    if (!request.method().equals(method) || request.segments().size() != pathLength) {
      throw notFound();
    }
  }

  private static ApiException notFound() {
    return ApiException.notFound("Not Found");
  }

  private static ApiException notServed(String what) {
    return new ApiException(501, "The development search server does not have `" + what + "`.");
  }

  private Reply aliases(ApiRequest request) {
    if (request.segments().size() == 1) {
      ObjectNode all = Json.object();
      ArrayNode array = all.putArray("aliases");
      store.aliases().forEach((name, collection) -> array.add(aliasJson(name, collection)));
      return get(request, 1, all);
    }
    if (request.segments().size() != 2) {
      throw notFound();
    }
    String alias = request.segments().get(1);
    return switch (request.method()) {
      case "PUT" -> {
        String collection = request.jsonBody().path("collection_name").asString("");
        if (collection.isBlank()) {
          throw ApiException.badRequest("Parameter `collection_name` is required.");
        }
        store.putAlias(alias, collection);
        yield Reply.ok(aliasJson(alias, collection));
      }
      case "GET" -> Reply.ok(aliasJson(alias, store.alias(alias)));
      case "DELETE" -> {
        ObjectNode deleted = aliasJson(alias, store.alias(alias));
        store.deleteAlias(alias);
        yield Reply.ok(deleted);
      }
      default -> throw notFound();
    };
  }

  private static ObjectNode aliasJson(String name, String collection) {
    return Json.object().put("collection_name", collection).put("name", name);
  }

  private Reply collections(ApiRequest request) {
    return switch (request.method()) {
      case "POST" -> Reply.json(201, store.create(request.jsonBody()).describe());
      case "GET" -> {
        ArrayNode all = Json.array();
        store.all().forEach(collection -> all.add(collection.describe()));
        yield Reply.ok(all);
      }
      default -> throw notFound();
    };
  }

  private Reply collection(ApiRequest request, String name) {
    return switch (request.method()) {
      case "GET" -> Reply.ok(store.get(name).describe());
      case "PATCH" -> {
        ObjectNode body = request.jsonBody();
        if (!(body.path("fields") instanceof ArrayNode changes) || changes.isEmpty()) {
          throw ApiException.badRequest("The `fields` value should be an array of objects.");
        }
        store.get(name).alter(changes);
        yield Reply.ok(Json.object().set("fields", changes));
      }
      case "DELETE" -> Reply.ok(store.drop(name));
      default -> throw notFound();
    };
  }

  private static Reply belowCollection(ApiRequest request, Collection collection) {
    List<String> path = request.segments();
    if (!path.get(2).equals("documents")) {
      throw List.of("synonyms", "overrides").contains(path.get(2))
          ? notServed(path.get(2))
          : notFound();
    }
    return switch (path.size()) {
      case 3 -> documents(request, collection);
      case 4 -> namedDocument(request, collection, path.get(3));
      default -> throw notFound();
    };
  }

  private static Reply documents(ApiRequest request, Collection collection) {
    Schema schema = collection.schema();
    DirtyValues dirtyValues = DirtyValues.parse(request.parameter("dirty_values"), schema);
    return switch (request.method()) {
      case "POST" -> {
        Collection.Action action = request.action(Collection.Action.CREATE);
        yield Reply.json(201, collection.write(request.jsonBody(), action, dirtyValues).source());
      }
      case "PATCH" -> {
        Query query = FilterQuery.of(request.required("filter_by"), schema);
        int updated = collection.updateMatching(query, request.jsonBody(), dirtyValues);
        yield Reply.ok(Json.object().put("num_updated", updated));
      }
      case "DELETE" -> {
        Query query = FilterQuery.of(request.required("filter_by"), schema);
        yield Reply.ok(Json.object().put("num_deleted", collection.deleteMatching(query)));
      }
      default -> throw notFound();
    };
  }

  private static Reply namedDocument(ApiRequest request, Collection collection, String name) {
    String operation = request.method() + " " + name;
    return switch (operation) {
      case "POST import" -> new ImportHandler(collection, request).importLines(request.body());
      case "GET search" -> {
        SearchParams params = new SearchParams(request.parameters());
        yield Reply.ok(new SearchExecutor(collection, params).search());
      }
      case "GET export" -> export(request, collection);
      default -> document(request, collection, name);
    };
  }

  private static Reply document(ApiRequest request, Collection collection, String id) {
    return switch (request.method()) {
      case "GET" -> {
        Projection projection = projection(request);
        yield Reply.ok(projection.apply(collection.get(id).source()));
      }
      case "PATCH" -> {
        ObjectNode update = request.jsonBody().put(Schema.ID, id);
        DirtyValues dirtyValues =
            DirtyValues.parse(request.parameter("dirty_values"), collection.schema());
        yield Reply.ok(collection.write(update, Collection.Action.UPDATE, dirtyValues).source());
      }
      case "DELETE" -> Reply.ok(collection.delete(id).source());
      default -> throw notFound();
    };
  }

  private static Reply export(ApiRequest request, Collection collection) {
    Query query = FilterQuery.of(request.parameter("filter_by"), collection.schema());
    Projection projection = projection(request);
    byte[] lineEnd = "\n".getBytes(StandardCharsets.UTF_8);
    return Reply.streamedLines(out -> {
      boolean[] first = {true};
      collection.read(searcher -> {
        DocumentReader.forEach(
            searcher,
            query,
            document -> {
              if (!first[0]) {
                out.write(lineEnd);
              }
              first[0] = false;
              out.write(Json.bytes(projection.apply(document.source())));
            });
        return true;
      });
    });
  }

  private static Projection projection(ApiRequest request) {
    return Projection.of(request.parameter("include_fields"), request.parameter("exclude_fields"));
  }
}
