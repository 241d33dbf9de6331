package app.seventv.devstack.typesense;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/**
 * Replays the client's captured requests in their order. The replies in the capture are a
 * recorder's, so what is expected here follows from the state the requests before have built.
 */
class ClientTrafficTest {
  /** One captured request; the target is decoded, as the capture shows it. */
  private record Captured(String title, String method, String target, String body) {}

  /** Status, and a part of the body, by title. */
  private record Expected(int status, String part) {}

  private static final Map<String, Expected> EXPECTED =
      Map.ofEntries(
          Map.entry("health", new Expected(200, "{\"ok\":true}")),
          Map.entry("create collection", new Expected(201, "\"num_documents\":0")),
          Map.entry("retrieve collection", new Expected(200, "\"name\":\"emotes_v1\"")),
          Map.entry("list collections", new Expected(200, "[{\"name\":\"emotes_v1\"")),
          Map.entry("update collection (add field)", new Expected(200, "\"name\":\"x\"")),
          Map.entry("alias upsert", new Expected(200, "\"collection_name\":\"emotes_v1\"")),
          Map.entry("alias retrieve", new Expected(200, "\"name\":\"emotes\"")),
          Map.entry("alias list", new Expected(200, "{\"aliases\":[{")),
          Map.entry("alias delete", new Expected(200, "\"name\":\"emotes\"")),
          Map.entry("document create", new Expected(201, "\"name\":\"PepeHappy\"")),
          Map.entry("document upsert", new Expected(201, "\"uses\":10")),
          Map.entry("document retrieve", new Expected(200, "\"tags\":[\"pepe\"]")),
          Map.entry("document update", new Expected(200, "\"uses\":11")),
          Map.entry("document delete", new Expected(200, "\"id\":\"1\"")),
          Map.entry(
              "document id with special characters",
              new Expected(404, "Could not find a document with id: a/b c%")),
          Map.entry(
              "import list action=create", new Expected(200, "{\"success\":true}\n{\"code\"")),
          Map.entry(
              "import list action=update", new Expected(200, "{\"success\":true}\n{\"code\"")),
          Map.entry(
              "import list action=upsert", new Expected(200, "{\"success\":true}\n{\"code\"")),
          Map.entry("import list action=emplace", new Expected(200, "{\"success\":true}\n{")),
          Map.entry(
              "import raw JSONL with dirty_values/return flags",
              new Expected(200, "has been declared in the schema, but is not found")),
          Map.entry("delete by filter", new Expected(200, "{\"num_deleted\":0}")),
          Map.entry("update by filter", new Expected(200, "{\"num_updated\":0}")),
          Map.entry("export", new Expected(200, "{\"id\":\"1\"}")),
          Map.entry("search all parameters", new Expected(200, "\"request_params\":{")),
          Map.entry("search wildcard", new Expected(200, "\"found\":1")),
          Map.entry("search with special characters (encoding)", new Expected(200, "\"found\":0")),
          Map.entry("multi_search", new Expected(200, "{\"results\":[{\"facet_counts\"")),
          Map.entry("synonyms upsert", new Expected(501, "synonyms")),
          Map.entry("drop collection", new Expected(200, "\"name\":\"emotes_v1\"")),
          Map.entry("key create", new Expected(501, "keys")),
          Map.entry("stats/metrics/debug", new Expected(200, "typesense_memory_active_bytes")));

  private final List<Captured> traffic = read();

  @Test
  void everyCapturedRequestIsAnswered() throws Exception {
    assertThat(traffic).hasSize(EXPECTED.size());
    try (SearchServer server = SearchServer.embedded()) {
      replay(server);
    }
  }

  private void replay(SearchServer server) throws Exception {
    for (Captured request : traffic) {
      HttpResponse<String> reply =
          server.send(
              request.method(),
              encoded(request.target()),
              request.body().isEmpty() ? null : request.body());

      Expected expected = Objects.requireNonNull(EXPECTED.get(request.title()), request.title());
      assertThat(reply.statusCode())
          .as(request.title() + reply.body())
          .isEqualTo(expected.status());
      assertThat(reply.body()).as(request.title()).contains(expected.part());
      if (request.title().equals("alias delete")) {
        prepareDocuments(server);
      }
    }
  }

  /** The capture goes on with the alias it deleted, and filters by a field it never declared. */
  private static void prepareDocuments(SearchServer server) throws Exception {
    server.send("PUT", "/aliases/emotes", "{\"collection_name\":\"emotes_v1\"}");
    HttpResponse<String> added =
        server.send(
            "PATCH",
            "/collections/emotes",
            "{\"fields\":[{\"name\":\"owner\",\"type\":\"string\",\"optional\":true}]}");
    assertThat(added.statusCode()).isEqualTo(200);
  }

  /** All requests but the forced errors, which tell of the client only. */
  private static List<Captured> read() {
    List<Captured> requests = new ArrayList<>();
    for (String block : resource().split("(?m)^### ", -1)) {
      List<String> lines = block.lines().toList();
      if (lines.size() < 3 || lines.getFirst().startsWith("error mapping")) {
        continue;
      }
      int space = lines.get(1).indexOf(' ');
      StringJoiner body = new StringJoiner("\n");
      lines.stream().skip(3).takeWhile(line -> !line.startsWith("-> ")).forEach(body::add);
      requests.add(
          new Captured(
              lines.getFirst(),
              lines.get(1).substring(0, space),
              lines.get(1).substring(space + 1),
              body.toString()));
    }
    return requests;
  }

  private static String resource() {
    try (InputStream in =
        Objects.requireNonNull(
            ClientTrafficTest.class.getResourceAsStream("/typesense/client-traffic.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Encodes as the client does: the capture shows decoded targets. */
  private static String encoded(String target) {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    String documents = "/collections/emotes/documents/";
    if (path.startsWith(documents + "a")) {
      path = documents + encodedPart(path.substring(documents.length()));
    }
    if (mark < 0) {
      return path;
    }
    StringJoiner query = new StringJoiner("&");
    for (String pair : target.substring(mark + 1).split("&(?=[a-z_0-9]+=)", -1)) {
      int equals = pair.indexOf('=');
      query.add(pair.substring(0, equals + 1) + encodedPart(pair.substring(equals + 1)));
    }
    return path + "?" + query;
  }

  private static String encodedPart(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
