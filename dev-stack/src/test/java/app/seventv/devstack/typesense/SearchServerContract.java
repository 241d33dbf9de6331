package app.seventv.devstack.typesense;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.typesense.api.Client;
import org.typesense.api.Documents;
import org.typesense.model.CollectionSchema;
import org.typesense.model.Field;
import org.typesense.model.SearchParameters;
import org.typesense.model.SearchResult;

/** Base of the tests that hold for the embedded and a real server alike. */
abstract class SearchServerContract {
  private static final AtomicInteger NAMES = new AtomicInteger();

  final SearchServer server;
  final Client client;
  private final List<String> created = new ArrayList<>();

  SearchServerContract(SearchServer server) {
    this.server = server;
    this.client = server.client();
  }

  @AfterEach
  void dropCollections() throws Exception {
    for (String name : created) {
      client.collections(name).delete();
    }
  }

  static String uniqueName(String purpose) {
    return "test_%s_%d_%d".formatted(purpose, System.nanoTime(), NAMES.incrementAndGet());
  }

  /** Creates a collection that is dropped after the test, and returns its name. */
  String create(CollectionSchema schema) throws Exception {
    client.collections().create(schema);
    created.add(schema.getName());
    return schema.getName();
  }

  /** A collection like the platform's emotes, with facets and infix search added. */
  String createEmotes() throws Exception {
    return create(
        new CollectionSchema()
            .name(uniqueName("emotes"))
            .addFieldsItem(new Field().name("default_name").type("string").infix(true))
            .addFieldsItem(new Field().name("tags").type("string[]").optional(true).facet(true))
            .addFieldsItem(new Field().name("owner_id").type("string"))
            .addFieldsItem(new Field().name("flag_private").type("bool").facet(true))
            .addFieldsItem(new Field().name("aspect_ratio").type("float"))
            .addFieldsItem(new Field().name("merged_at").type("int64").optional(true))
            .addFieldsItem(new Field().name("score").type("int32").facet(true))
            .defaultSortingField("score"));
  }

  static Map<String, Object> emote(String id, String name, List<String> tags, int score) {
    return Map.of(
        "id", id,
        "default_name", name,
        "tags", tags,
        "owner_id", "OWNER" + score % 2,
        "flag_private", score % 2 == 1,
        "aspect_ratio", 1.5,
        "score", score);
  }

  /** Five emotes: PepeHappy, PepeSad, CatJAM, happy cat, Ünïcode. */
  String createSampleEmotes() throws Exception {
    String name = createEmotes();
    Documents documents = client.collections(name).documents();
    documents.create(emote("1", "PepeHappy", List.of("pepe", "frog"), 10));
    documents.create(emote("2", "PepeSad", List.of("pepe", "sad face"), 20));
    documents.create(emote("3", "CatJAM", List.of("cat"), 31));
    documents.create(emote("4", "happy cat", List.of("cat", "frog"), 40));
    documents.create(emote("5", "Ünïcode", List.of(), 51));
    return name;
  }

  SearchResult search(String collection, SearchParameters parameters) throws Exception {
    return client.collections(collection).documents().search(parameters);
  }

  static List<String> ids(SearchResult result) {
    return result.getHits().stream().map(hit -> (String) hit.getDocument().get("id")).toList();
  }

  /** Ids that a filter leaves, in order of insertion (by score, ascending). */
  List<String> filtered(String collection, String filter) throws Exception {
    return ids(
        search(
            collection,
            new SearchParameters()
                .q("*")
                .queryBy("default_name")
                .filterBy(filter)
                .sortBy("score:asc")));
  }
}
