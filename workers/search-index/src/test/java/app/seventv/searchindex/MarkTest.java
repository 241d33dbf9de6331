package app.seventv.searchindex;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.devstack.typesense.DevTypesense;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import app.seventv.model.search.EmoteSearchDocument;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a document counts as indexed (data-model.md §11). */
class MarkTest {
  private static final Id ID = Id.parse("01HK153X000000000000000E01");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private DevMongoServer mongoServer;
  private MongoClient mongo;
  private DevTypesense typesense;
  private TypesenseClient client;
  private Runnable meanwhile = () -> {};

  @BeforeEach
  void start() throws Exception {
    mongoServer = DevMongoServer.inMemory(0);
    mongo = MongoClients.create(mongoServer.uri("7tv"));
    typesense = DevTypesense.start(0, null, Servers.KEY);
    client = new TypesenseClient(typesense.uri(), Servers.KEY);
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    typesense.close();
    mongo.close();
    mongoServer.close();
  }

  @Test
  void marksWhatIsIndexed() throws Exception {
    store(NOW.minusSeconds(5));
    index(NOW);
    assertThat(mark()).isEqualTo(new BsonDateTime(NOW.toEpochMilli()));
  }

  @Test
  void leavesUnmarkedWhatChangedMeanwhile() throws Exception {
    store(NOW.minusSeconds(5));
    meanwhile = () -> change(NOW.minusSeconds(1));
    index(NOW);
    assertThat(mark()).isEqualTo(BsonNull.VALUE);

    meanwhile = () -> {};
    index(NOW);
    assertThat(mark()).isEqualTo(new BsonDateTime(NOW.toEpochMilli()));
  }

  @Test
  void marksLaterThanTheChangeWhateverTheClocks() throws Exception {
    Instant ahead = NOW.plusSeconds(90);
    store(ahead);
    index(NOW);
    assertThat(mark()).isEqualTo(new BsonDateTime(ahead.toEpochMilli() + 1));
  }

  @Test
  void doesNothingWhereTheMarkIsLaterThanTheChange() throws Exception {
    store(NOW.minusSeconds(5));
    index(NOW);
    meanwhile =
        () -> {
          throw new AssertionError("indexed again");
        };
    index(NOW.plusSeconds(60));
    assertThat(mark()).isEqualTo(new BsonDateTime(NOW.toEpochMilli()));
  }

  @Test
  void deletesWhatIsGoneAsOftenAsAsked() throws Exception {
    store(NOW.minusSeconds(5));
    index(NOW);
    emotes().deleteOne(Servers.byId(ID));
    index(NOW);
    index(NOW);
    assertThat(ids()).isEmpty();
  }

  @Test
  void keepsToOneCollectionBehindItsName() throws Exception {
    SearchIndex index = new SearchIndex(client);
    index.ensure(EmoteSearchDocument.SCHEMA, () -> {});
    index.ensure(
        EmoteSearchDocument.SCHEMA,
        () -> {
          throw new AssertionError("created again");
        });
    assertThat(SearchIndex.physicalName(EmoteSearchDocument.SCHEMA))
        .matches("emotes_v1_[0-9a-f]{8}");
    assertThat(client.exists(SearchIndex.physicalName(EmoteSearchDocument.SCHEMA))).isTrue();
  }

  private void index(Instant now) throws Exception {
    SearchIndex index = new SearchIndex(client);
    index.ensure(EmoteSearchDocument.SCHEMA, () -> {});
    IndexedCollection<Emote> collection =
        IndexedCollection.plain(
            EmoteSearchDocument.SCHEMA,
            Emote::fromBson,
            (emote, mark) -> {
              meanwhile.run();
              return EmoteSearchDocument.of(emote, mark);
            });
    new DocumentIndexer<>(
            collection,
            new Store(mongo.getDatabase("7tv")),
            index,
            Clock.fixed(now, ZoneOffset.UTC))
        .index(ID.toBson());
  }

  private List<String> ids() throws Exception {
    List<String> ids = new ArrayList<>();
    client.exportIds("emotes", ids::add);
    return ids;
  }

  private void store(Instant updatedAt) {
    BsonDocument document = Servers.emote(ID, "name").toBson();
    document.put("updated_at", new BsonDateTime(updatedAt.toEpochMilli()));
    emotes().insertOne(document);
  }

  private void change(Instant at) {
    emotes()
        .updateOne(
            Servers.byId(ID),
            new BsonDocument(
                "$set",
                new BsonDocument("default_name", new BsonString("other"))
                    .append("updated_at", new BsonDateTime(at.toEpochMilli()))
                    .append("search_updated_at", BsonNull.VALUE)));
  }

  private BsonValue mark() {
    BsonDocument stored = emotes().find(Servers.byId(ID)).first();
    return stored == null ? BsonNull.VALUE : stored.get("search_updated_at");
  }

  private MongoCollection<BsonDocument> emotes() {
    return mongo.getDatabase("7tv").getCollection("emotes", BsonDocument.class);
  }
}
