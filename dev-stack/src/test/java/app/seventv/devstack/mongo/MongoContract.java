package app.seventv.devstack.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.bson.Document;
import org.bson.UuidRepresentation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the data layer relies on, written once and run against the embedded server in every build
 * and against a real replica set when {@code MONGODB_URI} is set. Each test has its own database.
 */
abstract class MongoContract {

  private final MongoClient client;
  private final MongoDatabase database;

  MongoContract(MongoClient client) {
    this.client = client;
    this.database = client.getDatabase("contract_" + UUID.randomUUID().toString().replace("-", ""));
  }

  static MongoClient connect(String uri) {
    return MongoClients.create(settings(uri).build());
  }

  static MongoClientSettings.Builder settings(String uri) {
    return MongoClientSettings.builder()
        .applyConnectionString(new ConnectionString(uri))
        .uuidRepresentation(UuidRepresentation.STANDARD);
  }

  MongoClient client() {
    return client;
  }

  MongoDatabase database() {
    return database;
  }

  MongoCollection<Document> collection(String name) {
    return database.getCollection(name);
  }

  @BeforeEach
  void createCollections() {
    database.createCollection("things");
  }

  @AfterEach
  void dropDatabase() {
    database.drop();
  }

  MongoCollection<Document> things() {
    return collection("things");
  }

  static Document doc(@Nullable Object... keysAndValues) {
    Document document = new Document();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      document.append(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
    }
    return document;
  }

  /** A point in time as the driver reads dates. */
  static Date at(long epochMs) {
    return Date.from(Instant.ofEpochMilli(epochMs));
  }

  /** The only document of the collection. */
  static Document only(MongoCollection<Document> collection) {
    List<Document> all = collection.find().into(new ArrayList<>());
    assertThat(all).hasSize(1);
    return all.getFirst();
  }
}
