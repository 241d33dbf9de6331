package app.seventv.searchindex;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.service.ServiceRuntime;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permissions;
import app.seventv.model.Role;
import app.seventv.model.User;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The worker between an embedded MongoDB, a real NATS server and an embedded search server. */
class SearchIndexWorkerTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final Random random = new Random(7);
  private Servers servers;

  @BeforeEach
  void start() throws Exception {
    servers = new Servers(folder);
  }

  @AfterEach
  void stop() throws Exception {
    servers.close();
  }

  @Test
  void findsAnEmoteByNameOnceItIsInserted() throws Exception {
    Id id = newId();
    try (ServiceRuntime _ = worker()) {
      insert("emotes", Servers.emote(id, "catJAM").toBson());
      await(() -> servers.search("emotes", "catjam", "default_name").path("found").asInt() == 1);
      JsonNode document = servers.indexed("emotes", id);
      assertThat(document.path("default_name").asString("")).isEqualTo("catJAM");
      assertThat(document.path("deleted").asBoolean(true)).isFalse();
      awaitNoMessages();
      assertThat(isMarked("emotes", id)).isTrue();
    }
  }

  @Test
  void followsChangesAndDeletions() throws Exception {
    Id id = newId();
    try (ServiceRuntime _ = worker()) {
      insert("emotes", Servers.emote(id, "before").toBson());
      await(() -> servers.isIndexed("emotes", id));
      servers.update("emotes", id, "default_name", new BsonString("after"));
      await(() -> name("emotes", id).equals("after"));
      servers.update("emotes", id, "deleted", BsonBoolean.TRUE);
      await(() -> servers.indexed("emotes", id).path("deleted").asBoolean(false));
      servers.collection("emotes").deleteOne(Servers.byId(id));
      await(() -> !servers.isIndexed("emotes", id));
      awaitNoMessages();
    }
  }

  @Test
  void aNewSetReachesTheUsersWhoShowIt() throws Exception {
    Id emote = newId();
    Id set = newId();
    Id user = newId();
    try (ServiceRuntime _ = worker()) {
      insert("users", Servers.user(user).toBson());
      insert("emote_sets", Servers.set(set, List.of()).toBson());
      await(() -> servers.isIndexed("users", user) && servers.isIndexed("emote_sets", set));
      servers.update("users", user, "style.active_emote_set_id", set.toBson());
      await(() -> set.toString().equals(text("users", user, "active_emote_set_id")));

      BsonArray entries = Servers.set(set, List.of(emote)).toBson().getArray("emotes");
      servers.update("emote_sets", set, "emotes", entries);
      await(() -> servers.indexed("emote_sets", set).path("emotes").size() == 1);
      await(() -> servers.indexed("users", user).path("emotes").size() == 1);
      awaitNoMessages();
      User stored = User.fromBson(servers.stored("users", user));
      assertThat(stored.cached().activeEmotes()).containsExactly(emote);
      assertThat(stored.cached().emoteSetId()).isEqualTo(set);
      assertThat(EmoteSet.fromBson(servers.stored("emote_sets", set)).emotesChangedSinceReindex())
          .isFalse();

      servers.collection("emote_sets").deleteOne(Servers.byId(set));
      await(() -> servers.indexed("users", user).path("emotes").isEmpty());
    }
  }

  @Test
  void grantsReachTheUser() throws Exception {
    Id user = newId();
    Id role = newId();
    EntitlementEdge edge =
        new EntitlementEdge(EntitlementNode.user(user), EntitlementNode.role(role), null);
    try (ServiceRuntime _ = worker()) {
      insert("users", Servers.user(user).toBson());
      insert("roles", role(role, 10).toBson());
      await(() -> servers.isIndexed("users", user));
      insert("entitlement_edges", edge.toBson());
      await(() -> servers.indexed("users", user).path("role_rank").asInt() == 10);
      awaitNoMessages();
      User stored = User.fromBson(servers.stored("users", user));
      assertThat(stored.cached().entitlements()).containsExactly(EntitlementNode.role(role));
      assertThat(stored.cached().roleHoistRank()).isEqualTo(10);

      servers.update("roles", role, "rank", new BsonInt32(20));
      await(() -> servers.indexed("users", user).path("role_rank").asInt() == 20);
      servers.collection("entitlement_edges").deleteOne(new BsonDocument("_id", edge.idToBson()));
      await(() -> servers.indexed("users", user).path("role_rank").asInt() == 0);
      awaitNoMessages();
    }
  }

  @Test
  void losesNothingWhileItIsDown() throws Exception {
    Id first = newId();
    Id second = newId();
    try (ServiceRuntime worker = worker()) {
      insert("emotes", Servers.emote(first, "first").toBson());
      await(() -> servers.isIndexed("emotes", first));
      worker.stop(LIMIT);
    }
    insert("emotes", Servers.emote(second, "second").toBson());
    servers.collection("emotes").deleteOne(Servers.byId(first));
    try (ServiceRuntime _ = worker()) {
      await(() -> servers.isIndexed("emotes", second) && !servers.isIndexed("emotes", first));
      awaitNoMessages();
    }
  }

  @Test
  void losesNothingWhileTheSearchServerIsDown() throws Exception {
    Id first = newId();
    Id second = newId();
    try (ServiceRuntime worker = worker()) {
      insert("emotes", Servers.emote(first, "first").toBson());
      await(() -> servers.isIndexed("emotes", first));
      awaitNoMessages();
      int port = servers.typesense.port();
      servers.typesense.close();
      insert("emotes", Servers.emote(second, "second").toBson());
      servers.collection("emotes").deleteOne(Servers.byId(first));
      patience().until(() -> !worker.health().report().join().isReady());
      assertThat(isMarked("emotes", second)).isFalse();
      servers.startTypesenseAgain(port);
      await(() -> servers.isIndexed("emotes", second) && !servers.isIndexed("emotes", first));
      awaitNoMessages();
      assertThat(isMarked("emotes", second)).isTrue();
    }
  }

  @Test
  void badMessagesAndDocumentsHoldNothingUp() throws Exception {
    Id good = newId();
    Id bad = newId();
    try (ServiceRuntime _ = worker()) {
      servers.publish("emotes", "no json");
      servers.publish("emotes", "{\"operationType\":\"update\",\"documentKey\":{\"_id\":7}}");
      servers.publish("no_such_collection", "{}");
      servers.publish("emotes", "{\"operationType\":\"drop\"}");
      BsonDocument broken = Servers.emote(bad, "bad").toBson();
      broken.remove("owner_id");
      insert("emotes", broken);
      insert("emotes", Servers.emote(good, "good").toBson());
      await(() -> servers.isIndexed("emotes", good));
      awaitNoMessages();
      assertThat(servers.isIndexed("emotes", bad)).isFalse();
      assertThat(isMarked("emotes", bad)).isFalse();
    }
  }

  @Test
  void ignoresChangesOfCollectionsThatAreNotIndexed() throws Exception {
    try (ServiceRuntime _ = worker()) {
      insert("user_sessions", new BsonDocument("_id", newId().toBson()));
      insert("tickets", new BsonDocument("_id", newId().toBson()));
      awaitNoMessages();
    }
  }

  @Test
  void deletesEntriesWithoutDocumentWhenEventsWereMissed() throws Exception {
    Id ghost = newId();
    Id kept = newId();
    try (ServiceRuntime _ = worker()) {
      insert("emotes", Servers.emote(ghost, "ghost").toBson());
      insert("emotes", Servers.emote(kept, "kept").toBson());
      await(() -> servers.isIndexed("emotes", ghost) && servers.isIndexed("emotes", kept));
      servers.losePublisher();
      servers.collection("emotes").deleteOne(Servers.byId(ghost));
      servers.publish("emotes", "{\"operationType\":\"invalidate\"}");
      await(() -> !servers.isIndexed("emotes", ghost));
      assertThat(servers.isIndexed("emotes", kept)).isTrue();
      awaitNoMessages();
    }
  }

  @Test
  void catchesUpOnChangesNobodyToldOf() throws Exception {
    Id id = newId();
    servers.losePublisher();
    BsonDocument old = Servers.emote(id, "old").toBson();
    old.put("updated_at", new BsonDateTime(System.currentTimeMillis() - 60_000));
    insert("emotes", old);
    try (ServiceRuntime _ = worker()) {
      await(() -> servers.isIndexed("emotes", id) && isMarked("emotes", id));
      assertThat(servers.stored("emotes", id).get("updated_at")).isEqualTo(old.get("updated_at"));
    }
  }

  @Test
  void indexesEverythingAgainInAnEmptySearchServer() throws Exception {
    Id id = newId();
    servers.losePublisher();
    BsonDocument marked = Servers.emote(id, "marked").toBson();
    long hourAgo = System.currentTimeMillis() - 3_600_000;
    marked.put("updated_at", new BsonDateTime(hourAgo));
    marked.put("search_updated_at", new BsonDateTime(hourAgo + 1));
    insert("emotes", marked);
    try (ServiceRuntime _ = worker()) {
      await(() -> servers.isIndexed("emotes", id));
    }
  }

  private ServiceRuntime worker() throws Exception {
    return ServiceRuntime.start(
        SearchIndexWorker.DEFINITION, SearchIndexWorker.DEFINITION.config(servers.toml()));
  }

  private void insert(String collection, BsonDocument document) {
    servers.collection(collection).insertOne(document);
  }

  private Id newId() {
    return Id.generate(System.currentTimeMillis(), random);
  }

  private static Role role(Id id, int rank) {
    return new Role(
        id,
        "role",
        null,
        List.of(),
        Servers.OWNER,
        Permissions.NONE,
        true,
        null,
        rank,
        null,
        Instant.now(),
        null);
  }

  private String name(String collection, Id id) throws Exception {
    return text(collection, id, "default_name");
  }

  private String text(String collection, Id id, String field) throws Exception {
    return servers.indexed(collection, id).path(field).asString("");
  }

  private boolean isMarked(String collection, Id id) {
    BsonDocument document = servers.stored(collection, id);
    return !document.get("search_updated_at", BsonNull.VALUE).isNull();
  }

  /** All handled: the bus keeps a message until it is acknowledged. */
  private void awaitNoMessages() {
    await(() -> servers.messagesLeft() == 0);
  }

  private static void await(Callable<Boolean> condition) {
    patience().until(condition);
  }

  private static ConditionFactory patience() {
    return Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).ignoreExceptions();
  }
}
