package app.seventv.searchindex;

import app.seventv.model.search.SearchSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import tools.jackson.databind.node.ObjectNode;

/** The search index as the worker uses it: documents are written in batches. */
final class SearchIndex {
  private static final int MAX_IMPORT_BYTES = 4 * 1024 * 1024;
  private static final Batcher.Limits IMPORTS =
      new Batcher.Limits(
          10_000, MAX_IMPORT_BYTES, Duration.ofMillis(50), 8, Duration.ofSeconds(60));

  /** Version of all schemas; part of the collections' own names. */
  private static final int SCHEMA_VERSION = 1;

  private final TypesenseClient client;
  private final Map<String, Batcher<byte[], TypesenseClient.LineResult>> imports =
      new ConcurrentHashMap<>();

  SearchIndex(TypesenseClient client) {
    this.client = client;
  }

  /**
   * Makes sure that a collection exists.
   *
   * @param beforeCreation run first if it does not
   */
  void ensure(SearchSchema schema, Runnable beforeCreation)
      throws IOException, InterruptedException {
    if (!client.exists(schema.name())) {
      beforeCreation.run();
      client.create(schema, physicalName(schema));
    }
  }

  /** The collection's own name: {@code <name>_v<N>_<hash of the schema>} (workers.md §16). */
  static String physicalName(SearchSchema schema) {
    CRC32 hash = new CRC32();
    hash.update(schema.toJson().toString().getBytes(StandardCharsets.UTF_8));
    return "%s_v%d_%s"
        .formatted(
            schema.name(), SCHEMA_VERSION, HexFormat.of().toHexDigits((int) hash.getValue()));
  }

  /**
   * Creates or replaces a document; it is in the index when this returns.
   *
   * @throws PermanentFailure if the index refuses the document
   */
  void upsert(String collection, ObjectNode document) throws Exception {
    TypesenseClient.LineResult result =
        imports
            .computeIfAbsent(collection, this::importer)
            .call(document.toString().getBytes(StandardCharsets.UTF_8));
    if (result.isSuccess()) {
      return;
    }
    String message = "the search index refuses it: " + result.code() + " " + result.error();
    throw result.isPermanent() ? new PermanentFailure(message) : new IOException(message);
  }

  private Batcher<byte[], TypesenseClient.LineResult> importer(String collection) {
    return new Batcher<>(
        IMPORTS, bytes -> bytes.length + 1, documents -> client.upsert(collection, documents));
  }

  /** Deletes a document if it is there. */
  void delete(String collection, String id) throws IOException, InterruptedException {
    client.delete(collection, id);
  }

  /** Reads all ids, handing them on in groups of at most {@code size}. */
  void forEachIds(String collection, int size, IdsConsumer consumer)
      throws IOException, InterruptedException {
    List<String> ids = new ArrayList<>(size);
    client.exportIds(
        collection,
        id -> {
          ids.add(id);
          if (ids.size() == size) {
            consumer.accept(List.copyOf(ids));
            ids.clear();
          }
        });
    if (!ids.isEmpty()) {
      consumer.accept(ids);
    }
  }

  /** Takes a group of ids. */
  @FunctionalInterface
  interface IdsConsumer {
    /** Handles the ids. */
    void accept(List<String> ids);
  }
}
