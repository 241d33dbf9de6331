package app.seventv.devstack.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.push;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;

/** Unique, sparse, partial and expiring indexes. */
abstract class IndexContract extends MongoContract {

  /** A real server sweeps once a minute. */
  private static final Duration SWEEP_LIMIT = Duration.ofSeconds(130);

  private static final IndexOptions UNIQUE = new IndexOptions().unique(true);

  IndexContract(MongoClient client) {
    super(client);
  }

  private static void assertDuplicate(ThrowingCallable write) {
    assertThatThrownBy(write)
        .isInstanceOfSatisfying(
            MongoException.class, e -> assertThat(e.getCode()).isEqualTo(11000));
  }

  @Test
  void aUniqueFieldRefusesASecondValue() {
    things().createIndex(Indexes.ascending("code"), UNIQUE);
    things().insertMany(List.of(doc("_id", 1, "code", "A"), doc("_id", 2, "code", "B")));
    assertDuplicate(() -> things().insertOne(doc("_id", 3, "code", "A")));
    assertDuplicate(() -> things().updateOne(eq("_id", 2), set("code", "A")));
    assertDuplicate(() -> things().findOneAndUpdate(eq("_id", 2), set("code", "A")));
    things().deleteOne(eq("_id", 1));
    things().updateOne(eq("_id", 2), set("code", "A"));
    assertThat(only(things())).containsEntry("code", "A");
  }

  private void assertConflict(int code, String field, IndexOptions options) {
    assertThatThrownBy(() -> things().createIndex(Indexes.ascending(field), options))
        .isInstanceOfSatisfying(
            MongoCommandException.class, e -> assertThat(e.getErrorCode()).isEqualTo(code));
  }

  @Test
  void anIndexThatExistsOtherwiseIsAConflict() {
    IndexOptions hour = new IndexOptions().expireAfter(3600L, TimeUnit.SECONDS);
    IndexOptions day = new IndexOptions().expireAfter(86_400L, TimeUnit.SECONDS);
    things().createIndex(Indexes.ascending("code"));
    things().createIndex(Indexes.ascending("code")); // equal ones are left alone
    things().createIndex(Indexes.ascending("until"), hour);
    things().createIndex(Indexes.ascending("until"), hour);
    assertConflict(86, "code", UNIQUE);
    assertConflict(86, "other", new IndexOptions().name("code_1"));
    assertConflict(85, "code", new IndexOptions().name("another_name"));
    assertConflict(85, "until", day);
    assertThat(things().listIndexes()).hasSize(3);
  }

  @Test
  void aCompoundUniqueIndexLooksAtAllItsFields() {
    things().createIndex(Indexes.ascending("kind", "emote_id"), UNIQUE);
    things().insertMany(List.of(doc("kind", 0, "emote_id", "e"), doc("kind", 1, "emote_id", "e")));
    assertDuplicate(() -> things().insertOne(doc("kind", 1, "emote_id", "e")));
  }

  @Test
  void aConnectionBelongsToOneUserAndUsersWithoutOneDoNotCollide() {
    MongoCollection<Document> users = collection("users");
    users.createIndex(
        Indexes.ascending("connections.platform", "connections.platform_id"),
        new IndexOptions().unique(true).sparse(true));
    users.insertMany(
        List.of(
            doc("_id", 1, "connections", List.of(connection("TWITCH", "1"))),
            doc("_id", 2, "connections", List.of(connection("TWITCH", "2"))),
            doc("_id", 3),
            doc("_id", 4)));
    assertDuplicate(
        () -> users.insertOne(doc("_id", 5, "connections", List.of(connection("TWITCH", "1")))));
    assertDuplicate(
        () -> users.updateOne(eq("_id", 2), push("connections", connection("TWITCH", "1"))));
    users.updateOne(eq("_id", 2), push("connections", connection("KICK", "1")));
    users.updateOne(eq("_id", 3), set("connections", List.of(connection("DISCORD", "1"))));
    assertThat(users.find(eq("connections.platform_id", "1")).map(d -> d.get("_id")))
        .containsExactlyInAnyOrder(1, 2, 3);
  }

  private static Document connection(String platform, String id) {
    return doc("platform", platform, "platform_id", id, "display", "x");
  }

  @Test
  void aPartialUniqueIndexBindsOnlyItsSubset() {
    things()
        .createIndex(
            Indexes.ascending("name"),
            new IndexOptions().unique(true).partialFilterExpression(eq("active", true)));
    things()
        .insertMany(
            List.of(
                doc("_id", 1, "name", "n", "active", true),
                doc("_id", 2, "name", "n", "active", false),
                doc("_id", 3, "name", "n")));
    assertDuplicate(() -> things().insertOne(doc("_id", 4, "name", "n", "active", true)));
    assertDuplicate(() -> things().updateOne(eq("_id", 2), set("active", true)));
    assertThat(things().countDocuments()).isEqualTo(3);
    assertThat(things().find(eq("_id", 2)).first()).containsEntry("active", false);
    things().updateOne(eq("_id", 1), set("active", false));
    assertThat(things().updateOne(eq("_id", 2), set("active", true)).getModifiedCount())
        .isEqualTo(1);
  }

  @Test
  void anIndexIsNotBuiltOverDuplicates() {
    things().insertMany(List.of(doc("n", 1, "a", 1), doc("n", 1, "a", 1)));
    assertDuplicate(() -> things().createIndex(Indexes.ascending("n"), UNIQUE));
    assertDuplicate(() ->
        things()
            .createIndex(
                Indexes.ascending("n"),
                new IndexOptions().unique(true).partialFilterExpression(eq("a", 1))));
  }

  @Test
  void creatingAnIndexAgainIsHarmlessAndADifferentOneConflicts() {
    IndexOptions expiry = new IndexOptions().expireAfter(5L, TimeUnit.SECONDS);
    for (int i = 0; i < 2; i++) {
      things().createIndex(Indexes.ascending("at"), expiry);
      things().createIndex(Indexes.ascending("code"), new IndexOptions().unique(true).name("c"));
    }
    assertThatThrownBy(
            () -> things().createIndex(Indexes.ascending("other"), new IndexOptions().name("c")))
        .isInstanceOfSatisfying(
            MongoCommandException.class, e -> assertThat(e.getErrorCode()).isEqualTo(86));
    assertThat(things().listIndexes().map(index -> index.get("name")))
        .containsExactlyInAnyOrder("_id_", "at_1", "c");
    things().dropIndex("at_1");
    assertThat(things().listIndexes()).hasSize(2);
  }

  @Test
  void expiredDocumentsDisappearAndNoOthers() {
    things()
        .createIndex(
            Indexes.ascending("expires_at"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS));
    long now = Instant.now().toEpochMilli();
    things()
        .insertMany(
            List.of(
                doc("_id", "past", "expires_at", at(now - 5_000)),
                doc("_id", "future", "expires_at", at(now + 3_600_000)),
                doc("_id", "null", "expires_at", null),
                doc("_id", "text", "expires_at", "2020")));
    Awaitility.await()
        .atMost(SWEEP_LIMIT)
        .until(() -> things().find(eq("_id", "past")).first() == null);
    assertThat(things().countDocuments()).isEqualTo(3);
  }
}
