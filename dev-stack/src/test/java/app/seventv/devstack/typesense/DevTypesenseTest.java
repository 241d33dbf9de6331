package app.seventv.devstack.typesense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What only the embedded server promises: keys, limits, restarts, readers beside writers. */
class DevTypesenseTest {
  private static final String SCHEMA =
      """
      {"name":"emotes","default_sorting_field":"score","fields":[
        {"name":"default_name","type":"string"},
        {"name":"score","type":"int32"},
        {"name":".*_auto","type":"auto"}]}\
      """;

  @TempDir private Path folder;

  @Test
  void requestsWithoutTheKeyAreRefused() throws Exception {
    try (SearchServer server = SearchServer.embedded()) {
      for (String key : new String[] {null, "", "wrong"}) {
        HttpResponse<String> reply = server.send("GET", "/collections", null, key);
        assertThat(reply.statusCode()).isEqualTo(401);
        assertThat(reply.body())
            .isEqualTo(
                "{\"message\":\"Forbidden - a valid `x-typesense-api-key` header must be sent.\"}");
      }
      assertThat(server.send("GET", "/health", null, null).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void badRequestsGetExactAnswers() throws Exception {
    try (SearchServer server = SearchServer.embedded()) {
      server.send("POST", "/collections", SCHEMA);
      String documents = "/collections/emotes/documents";

      assertThat(server.send("GET", "/nowhere", null).statusCode()).isEqualTo(404);
      assertThat(server.send("GET", "/", null).statusCode()).isEqualTo(404);
      assertThat(server.send("PUT", "/collections", "{}").statusCode()).isEqualTo(404);
      assertThat(server.send("POST", documents, "{\"id\":").body()).contains("Bad JSON: ");
      assertThat(server.send("POST", documents, "[]").body()).contains("not a JSON object");
      assertThat(server.send("POST", documents, "{\"id\":7}").body())
          .contains("Document's `id` field should be a non-empty string.");
      assertThat(server.send("DELETE", documents, null).body())
          .contains("Parameter `filter_by` must be provided.");
      assertThat(server.send("GET", documents + "/search?query_by=default_name", null).body())
          .contains("Parameter `q` is required.");
      assertThat(server.send("GET", documents + "/search?q=a", null).body())
          .contains("No search fields specified for the query.");
      assertThat(server.send("GET", documents + "/search?q=" + "a".repeat(4_000), null).body())
          .contains("Query string exceeds max allowed length of 4000.");
      assertThat(server.send("GET", documents + "/search?q=*&page=101&per_page=250", null).body())
          .contains("Only upto 25000 hits can be fetched.");
      assertThat(server.send("POST", documents + "/import?action=replace", "{}").statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void portInUseIsTold() throws Exception {
    try (DevTypesense first = DevTypesense.start(0, null, "key")) {
      assertThatThrownBy(() -> DevTypesense.start(first.port(), null, "key"))
          .isInstanceOf(IOException.class)
          .hasMessage("the search server cannot listen on port " + first.port());
    }
  }

  @Test
  void dataSurviveARestart() throws Exception {
    try (CollectionStore store = new CollectionStore(folder, Clock.systemUTC())) {
      Collection emotes = store.create(Json.parseObject(SCHEMA));
      store.putAlias("current", "emotes");
      write(emotes, 1);
      emotes.write(document(2).put("size_auto", 9), Collection.Action.CREATE, DirtyValues.REJECT);
      ObjectNode odd = Json.parseObject(SCHEMA).put("name", "../odd name");
      store.create(odd);
    }

    try (CollectionStore store = new CollectionStore(folder, Clock.systemUTC())) {
      Collection emotes = store.get("current");
      assertThat(emotes.get("2").source().path("size_auto").intValue()).isEqualTo(9);
      assertThat(emotes.get("2").sequence()).isEqualTo(1);
      assertThat(emotes.schema().field("size_auto")).isNotNull();
      assertThat(emotes.describe().path("num_documents").intValue()).isEqualTo(2);
      write(emotes, 3);
      assertThat(emotes.get("3").sequence()).isEqualTo(2);
      assertThat(store.get("../odd name").schema().name()).isEqualTo("../odd name");
      store.drop("../odd name");
    }

    try (CollectionStore store = new CollectionStore(folder, Clock.systemUTC())) {
      assertThat(store.all()).hasSize(1);
      assertThat(store.get("emotes").get("3").id()).isEqualTo("3");
    }
  }

  /** A copy of the folder of a running server stands for what a killed one leaves behind. */
  @Test
  void writesAreDurableWithoutAClose() throws Exception {
    try (DevTypesense server = DevTypesense.start(0, folder.resolve("live"), "key")) {
      HttpResponse<String> created = send(server, "POST", "/collections", SCHEMA);
      assertThat(created.statusCode()).isEqualTo(201);
      String line = Json.write(document(1));
      send(server, "POST", "/collections/emotes/documents", line);

      await().atMost(5, TimeUnit.SECONDS).ignoreExceptions().until(() -> documentsInCopy() == 1);
    }
  }

  private int documentsInCopy() throws IOException {
    Path copy = Files.createTempDirectory(folder, "copy");
    try (Stream<Path> files = Files.walk(folder.resolve("live"))) {
      for (Path file : files.toList()) {
        Path target = copy.resolve(folder.resolve("live").relativize(file));
        if (!file.getFileName().toString().equals("write.lock") && !target.equals(copy)) {
          Files.copy(file, target);
        }
      }
    }
    try (CollectionStore store = new CollectionStore(copy, Clock.systemUTC())) {
      return store.get("emotes").describe().path("num_documents").intValue();
    }
  }

  private static HttpResponse<String> send(
      DevTypesense server, String method, String target, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(server.uri().resolve(target))
            .header("X-TYPESENSE-API-KEY", "key")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  /** While two writers import, every search sees whole documents and a number that only grows. */
  @Test
  void searchesGoOnDuringImports() throws Exception {
    int batches = 20;
    int batchSize = 100;
    try (SearchServer server = SearchServer.embedded();
        ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      server.send("POST", "/collections", SCHEMA);
      List<Callable<Integer>> writers = new ArrayList<>();
      for (int writer = 0; writer < 2; writer++) {
        int first = writer * batches * batchSize;
        writers.add(() -> importBatches(server, first, batches, batchSize));
      }
      List<Future<Integer>> writing = writers.stream().map(tasks::submit).toList();

      int seen = 0;
      while (writing.stream().anyMatch(future -> !future.isDone())) {
        int found = found(server, "emote");
        assertThat(found).isGreaterThanOrEqualTo(seen);
        seen = found;
      }
      for (Future<Integer> future : writing) {
        assertThat(future.get()).isEqualTo(batches * batchSize);
      }
      assertThat(found(server, "emote")).isEqualTo(2 * batches * batchSize);
      assertThat(found(server, "emote1999")).isPositive();
    }
  }

  private static int importBatches(SearchServer server, int first, int batches, int batchSize)
      throws Exception {
    int succeeded = 0;
    for (int batch = 0; batch < batches; batch++) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < batchSize; i++) {
        lines.append(Json.write(document(first + batch * batchSize + i))).append('\n');
      }
      String results =
          server
              .send("POST", "/collections/emotes/documents/import?action=upsert", lines.toString())
              .body();
      succeeded += (int) results.lines().filter("{\"success\":true}"::equals).count();
    }
    return succeeded;
  }

  private static int found(SearchServer server, String query) throws Exception {
    String target =
        "/collections/emotes/documents/search?query_by=default_name&q="
            + URLEncoder.encode(query, StandardCharsets.UTF_8);
    return Json.parseObject(server.send("GET", target, null).body()).path("found").intValue();
  }

  private static void write(Collection collection, int number) {
    collection.write(document(number), Collection.Action.CREATE, DirtyValues.REJECT);
  }

  private static ObjectNode document(int number) {
    return Json.object()
        .put("id", Integer.toString(number))
        .put("default_name", "emote" + number)
        .put("score", number);
  }
}
