package app.seventv.searchindex;

import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.typesense.DevTypesense;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.ImageSet;
import app.seventv.model.User;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The servers around the worker, and what tests do with them. */
final class Servers implements AutoCloseable {
  static final String KEY = "test-key";
  static final Id OWNER = Id.parse("01HK153X000000000000000A01");

  final DevMongoServer mongoServer = DevMongoServer.inMemory(0);
  final MongoClient mongo = MongoClients.create(mongoServer.uri("7tv"));
  final DevNats nats;
  private final ChangePump pump;
  DevTypesense typesense;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;

  Servers(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    nats = DevNats.start(folder.resolve("nats"), 0, 0);
    typesense = DevTypesense.start(0, folder.resolve("typesense"), KEY);
    pump = new ChangePump(database(), nats.uri());
  }

  /** Sends a message as the publisher would. */
  void publish(String collection, String body) throws IOException, JetStreamApiException {
    pump.publish(collection, body.getBytes(StandardCharsets.UTF_8));
  }

  /** Messages that nobody has finished with. */
  long messagesLeft() throws IOException, JetStreamApiException {
    return pump.messagesLeft();
  }

  /** From now on changes get lost. */
  void losePublisher() throws InterruptedException {
    pump.stop();
  }

  /** Settings of the worker. */
  String toml() {
    return """
    database.uri = "%s"
    nats.servers = ["%s"]
    typesense.uri = "%s"
    typesense.api_key = "%s"
    """
        .formatted(mongoServer.uri("7tv"), nats.uri(), typesense.uri(), KEY);
  }

  /** Stops the search server and starts it again with its data. */
  void startTypesenseAgain(int port) throws IOException {
    typesense = DevTypesense.start(port, folder.resolve("typesense"), KEY);
  }

  MongoDatabase database() {
    return mongo.getDatabase("7tv");
  }

  MongoCollection<BsonDocument> collection(String name) {
    return database().getCollection(name, BsonDocument.class);
  }

  BsonDocument stored(String collection, Id id) {
    BsonDocument found = collection(collection).find(byId(id)).first();
    if (found == null) {
      throw new AssertionError("not there: " + collection + " " + id);
    }
    return found;
  }

  /** Changes a document as every writer does (data-model.md §11). */
  void update(String collection, Id id, String field, BsonValue value) {
    BsonDocument set =
        new BsonDocument(field, value)
            .append("updated_at", new BsonDateTime(System.currentTimeMillis()))
            .append("search_updated_at", BsonNull.VALUE);
    if (field.equals("emotes")) {
      set.append("emotes_changed_since_reindex", BsonBoolean.TRUE);
    }
    collection(collection).updateOne(byId(id), new BsonDocument("$set", set));
  }

  static BsonDocument byId(Id id) {
    return new BsonDocument("_id", id.toBson());
  }

  /** The index's answer to a search. */
  JsonNode search(String collection, String query, String fields)
      throws IOException, InterruptedException {
    return get(
        "/collections/%s/documents/search?q=%s&query_by=%s".formatted(collection, query, fields));
  }

  /** The index's document, or an error object. */
  JsonNode indexed(String collection, Id id) throws IOException, InterruptedException {
    return get("/collections/%s/documents/%s".formatted(collection, id));
  }

  boolean isIndexed(String collection, Id id) throws IOException, InterruptedException {
    return indexed(collection, id).has("id");
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(typesense.uri() + path))
            .header("X-TYPESENSE-API-KEY", KEY)
            .build();
    return new JsonMapper().readTree(http.send(request, BodyHandlers.ofString()).body());
  }

  static Emote emote(Id id, String name) {
    return new Emote(
        id,
        OWNER,
        name,
        List.of("dance"),
        new ImageSet(new ImageSet.Pending("task", "path", "image/gif", 1), List.of()),
        Emote.FLAG_PUBLIC_LISTED,
        1.0,
        List.of(),
        null,
        Emote.Scores.ZERO,
        false,
        Instant.now(),
        null);
  }

  static EmoteSet set(Id id, List<Id> emotes) {
    Instant now = Instant.now();
    return new EmoteSet(
        id,
        "set",
        null,
        List.of(),
        emotes.stream()
            .map(emote -> new EmoteSet.Entry(emote, "name" + emote, now, 0, null, null))
            .toList(),
        1000,
        OWNER,
        null,
        EmoteSet.Kind.NORMAL,
        true,
        now,
        null);
  }

  static User user(Id id) {
    return User.create(id, List.of(), Instant.now());
  }

  @Override
  public void close() throws IOException, InterruptedException {
    pump.close();
    http.shutdownNow();
    mongo.close();
    typesense.close();
    nats.close();
    mongoServer.close();
  }
}
