package app.seventv.devstack.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Projections.include;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Updates.addToSet;
import static com.mongodb.client.model.Updates.bitwiseAnd;
import static com.mongodb.client.model.Updates.bitwiseOr;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.pull;
import static com.mongodb.client.model.Updates.push;
import static com.mongodb.client.model.Updates.set;
import static com.mongodb.client.model.Updates.setOnInsert;
import static com.mongodb.client.model.Updates.unset;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.result.UpdateResult;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.bson.BsonBinary;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

/** Single-document operations of the repositories. */
abstract class CrudContract extends MongoContract {

  CrudContract(MongoClient client) {
    super(client);
  }

  @Test
  void storesEveryTypeOfTheDataModel() {
    Document document =
        doc(
            "_id",
            UUID.randomUUID(),
            "text",
            "ünï",
            "i32",
            7,
            "i64",
            7L,
            "double",
            1.5,
            "flag",
            true,
            "nothing",
            null,
            "at",
            at(1_700_000_000_123L),
            "object",
            new ObjectId(),
            "bytes",
            new Binary(new byte[] {1, 2, 3}),
            "list",
            List.of(doc("b", 1, "a", 2), "x", List.of(1)));
    things().insertOne(document);
    Document read = only(things());
    assertThat(read).isEqualTo(document);
    assertThat(((Document) read.getList("list", Object.class).getFirst()).keySet())
        .containsExactly("b", "a");
  }

  @Test
  void nullInAFilterMatchesNullAndAbsent() {
    things().insertMany(List.of(doc("_id", 1, "at", null), doc("_id", 2), doc("_id", 3, "at", 1)));
    assertThat(things().find(eq("at", null)).map(d -> d.get("_id")))
        .containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void aDocumentMayHaveTheIdNull() {
    collection("global_config").insertOne(doc("_id", null, "limit", 5L));
    UpdateResult result = collection("global_config").updateOne(eq("_id", null), set("limit", 6L));
    assertThat(result.getMatchedCount()).isEqualTo(1);
    assertThat(collection("global_config").find(eq("_id", null)).first())
        .isEqualTo(doc("_id", null, "limit", 6L));
  }

  @Test
  void anUpsertKeepsTheIdNull() {
    UpdateOptions upsert = new UpdateOptions().upsert(true);
    collection("global_config").updateOne(eq("_id", null), set("limit", 1L), upsert);
    collection("global_config").updateOne(eq("_id", null), set("limit", 2L), upsert);
    assertThat(collection("global_config").find()).containsExactly(doc("_id", null, "limit", 2L));
  }

  @Test
  void edgesAreFoundByWholeDocuments() {
    Document user = doc("kind", "user", "user_id", UUID.randomUUID());
    Document role = doc("kind", "role", "role_id", UUID.randomUUID());
    Document manager = doc("kind", "subscription", "subscription_id", doc("user_id", 1));
    Document direct = doc("_id", doc("from", user, "to", role, "managed_by", null));
    Document managed = doc("_id", doc("from", user, "to", role, "managed_by", manager));
    Document other = doc("_id", doc("from", role, "to", user, "managed_by", null));
    collection("edges").insertMany(List.of(direct, managed, other));

    assertThat(collection("edges").find(eq("_id", direct.get("_id")))).containsExactly(direct);
    assertThat(collection("edges").find(in("_id.from", user, doc("kind", "none"))))
        .containsExactlyInAnyOrder(direct, managed);
    assertThat(collection("edges").find(in("_id", direct.get("_id"), other.get("_id"))))
        .containsExactlyInAnyOrder(direct, other);
    assertThatThrownBy(() -> collection("edges").insertOne(direct))
        .isInstanceOfSatisfying(
            MongoWriteException.class,
            e -> assertThat(e.getError().getCategory()).isEqualTo(ErrorCategory.DUPLICATE_KEY));
    assertThat(collection("edges").deleteOne(eq("_id", managed.get("_id"))).getDeletedCount())
        .isEqualTo(1);
    assertThat(collection("edges").countDocuments()).isEqualTo(2);
  }

  @Test
  void theFieldOrderOfEmbeddedDocumentsCounts() {
    things()
        .insertMany(
            List.of(
                doc("_id", doc("a", 1, "b", 2), "node", doc("a", 1, "b", 2)),
                doc("_id", doc("b", 2, "a", 1), "node", doc("b", 2, "a", 1))));
    assertThat(things().find(eq("_id", doc("b", 2, "a", 1)))).hasSize(1);
    assertThat(things().find(eq("node", doc("b", 2, "a", 1)))).hasSize(1);
    assertThat(things().find(in("node", doc("b", 2, "a", 1)))).hasSize(1);
  }

  @Test
  void arraysOfNodesAreMatchedByWholeNodes() {
    Document wanted = doc("kind", "badge", "badge_id", UUID.randomUUID());
    Document another = doc("kind", "badge", "badge_id", UUID.randomUUID());
    things()
        .insertMany(
            List.of(
                doc("_id", 1, "cached", doc("entitlements", List.of(another, wanted))),
                doc("_id", 2, "cached", doc("entitlements", List.of(another))),
                doc("_id", 3)));
    assertThat(things().find(eq("cached.entitlements", wanted)).map(d -> d.get("_id")))
        .containsExactly(1);
    assertThat(things().find(in("cached.entitlements", wanted, another)).map(d -> d.get("_id")))
        .containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void idsAreFoundInListsAndInNestedFields() {
    UUID owner = UUID.randomUUID();
    UUID emote = UUID.randomUUID();
    things()
        .insertMany(
            List.of(
                doc("_id", owner, "owner_id", owner, "emotes", List.of(doc("id", emote))),
                doc("_id", emote, "owner_id", emote, "emotes", List.of())));
    assertThat(things().find(in("_id", owner, emote, UUID.randomUUID()))).hasSize(2);
    assertThat(things().find(in("owner_id", owner))).hasSize(1);
    assertThat(things().find(eq("emotes.id", emote)).map(d -> d.get("_id"))).containsExactly(owner);
  }

  @Test
  void updateOperators() {
    things().insertOne(doc("_id", 1, "n", 1, "gone", 1, "tags", List.of("a", "b")));
    UpdateResult result =
        things()
            .updateOne(
                eq("_id", 1),
                combine(
                    set("at.deep", 5L),
                    unset("gone"),
                    inc("n", 2),
                    push("log", "x"),
                    pull("tags", "a")));
    assertThat(result.getModifiedCount()).isEqualTo(1);
    things().updateOne(eq("_id", 1), addToSet("tags", "c"));
    assertThat(things().find().first())
        .isEqualTo(
            doc(
                "_id", 1,
                "n", 3,
                "tags", List.of("b", "c"),
                "at", doc("deep", 5L),
                "log", List.of("x")));
    assertThat(things().updateOne(eq("_id", 1), set("n", 3)).getModifiedCount()).isZero();
    assertThat(things().updateOne(eq("_id", 9), set("n", 3)).getMatchedCount()).isZero();
  }

  @Test
  void bitwiseOperatorsKeepTheIntegerType() {
    things().insertOne(doc("_id", 1, "flags", 0b0101, "wide", 1L));
    things()
        .updateOne(eq("_id", 1), combine(bitwiseOr("flags", 0b0010), bitwiseOr("wide", 1L << 40)));
    things().updateOne(eq("_id", 1), combine(bitwiseAnd("flags", ~0b0001), set("done", true)));
    assertThat(things().find().first())
        .isEqualTo(doc("_id", 1, "flags", 0b0110, "wide", (1L << 40) | 1, "done", true));
    things().updateOne(eq("_id", 2), bitwiseOr("deep.flags", 4), new UpdateOptions().upsert(true));
    assertThat(things().find(eq("_id", 2)).first())
        .isEqualTo(doc("_id", 2, "deep", doc("flags", 4)));
  }

  @Test
  void compareAndSetChangesOnlyTheExpectedVersion() {
    UUID id = UUID.randomUUID();
    Date read = at(1000);
    things().insertOne(doc("_id", id, "updated_at", read, "search_updated_at", null));
    UpdateResult first =
        things()
            .updateOne(
                and(eq("_id", id), eq("updated_at", read)), set("search_updated_at", at(2000)));
    things().updateOne(eq("_id", id), set("updated_at", at(3000)));
    UpdateResult second =
        things()
            .updateOne(
                and(eq("_id", id), eq("updated_at", read)), set("search_updated_at", at(4000)));
    assertThat(first.getMatchedCount()).isEqualTo(1);
    assertThat(second.getMatchedCount()).isZero();
    assertThat(things().find().first())
        .containsEntry("search_updated_at", at(2000))
        .containsEntry("updated_at", at(3000));
  }

  @Test
  void arrayFiltersChangeOneElement() {
    UUID emote = UUID.randomUUID();
    things()
        .insertOne(
            doc(
                "_id",
                1,
                "emotes",
                List.of(
                    doc("id", emote, "alias", "A"), doc("id", UUID.randomUUID(), "alias", "B"))));
    UpdateResult result =
        things()
            .updateOne(
                eq("_id", 1),
                set("emotes.$[entry].alias", "C"),
                new UpdateOptions().arrayFilters(List.of(eq("entry.id", emote))));
    assertThat(result.getModifiedCount()).isEqualTo(1);
    assertThat(only(things()).getList("emotes", Document.class))
        .extracting(entry -> entry.get("alias"))
        .containsExactly("C", "B");
  }

  @Test
  void thePositionalOperatorChangesTheMatchedElement() {
    things().insertOne(doc("_id", 1, "list", List.of(doc("k", 1), doc("k", 2), doc("k", 3))));
    things().updateOne(and(eq("_id", 1), eq("list.k", 2)), set("list.$.v", "here"));
    assertThat(only(things()).getList("list", Document.class))
        .containsExactly(doc("k", 1), doc("k", 2, "v", "here"), doc("k", 3));
  }

  @Test
  void theQueueClaimsTheJobWithTheHighestPriority() {
    Date now = at(10_000);
    ObjectId worker = new ObjectId();
    things()
        .insertMany(
            List.of(
                doc("_id", 1, "priority", 1L, "hold_until", null, "task", new Binary(new byte[9])),
                doc("_id", 2, "priority", 9L, "hold_until", at(20_000)),
                doc("_id", 3, "priority", 5L, "hold_until", at(9_000))));
    List<Object> claimed = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Document job =
          things()
              .findOneAndUpdate(
                  or(eq("hold_until", null), lt("hold_until", now)),
                  combine(set("claimed_by_id", worker), set("hold_until", at(30_000))),
                  new FindOneAndUpdateOptions()
                      .sort(descending("priority"))
                      .returnDocument(ReturnDocument.AFTER));
      claimed.add(job == null ? "none" : job.get("_id"));
    }
    assertThat(claimed).containsExactly(3, 1, "none");
    assertThat(things().deleteOne(and(eq("_id", 3), eq("claimed_by_id", worker))))
        .extracting(result -> result.getDeletedCount())
        .isEqualTo(1L);
  }

  @Test
  void findOneAndReturnsTheStateThatWasAskedFor() {
    things().insertOne(doc("_id", 1, "n", 1, "more", "x"));
    FindOneAndUpdateOptions before =
        new FindOneAndUpdateOptions().projection(include("n")).upsert(true);
    assertThat(things().findOneAndUpdate(eq("_id", 1), inc("n", 1), before))
        .isEqualTo(doc("_id", 1, "n", 1));
    assertThat(things().findOneAndUpdate(eq("_id", 2), inc("n", 1), before)).isNull();
    assertThat(things().find(eq("_id", 2)).first()).isEqualTo(doc("_id", 2, "n", 1));
    assertThat(things().findOneAndReplace(eq("_id", 2), doc("r", 1)))
        .isEqualTo(doc("_id", 2, "n", 1));
    assertThat(things().findOneAndDelete(eq("_id", 2))).isEqualTo(doc("_id", 2, "r", 1));
    assertThat(things().findOneAndDelete(eq("_id", 2))).isNull();
  }

  @Test
  void upsertsSetFieldsOfFilterUpdateAndInsert() {
    UpdateOptions upsert = new UpdateOptions().upsert(true);
    UpdateResult created =
        things()
            .updateOne(
                and(eq("_id", "evt_1"), eq("kind", "k")),
                combine(set("n", 1), setOnInsert("first", true)),
                upsert);
    UpdateResult updated =
        things().updateOne(eq("_id", "evt_1"), combine(set("n", 2), setOnInsert("x", 1)), upsert);
    assertThat(created.getUpsertedId())
        .extracting(id -> id.asString().getValue())
        .isEqualTo("evt_1");
    assertThat(updated.getUpsertedId()).isNull();
    assertThat(things().find())
        .containsExactly(doc("_id", "evt_1", "kind", "k", "n", 2, "first", true));
    things().replaceOne(eq("_id", 5), doc("a", 1), new ReplaceOptions().upsert(true));
    assertThat(things().find(eq("_id", 5)).first()).isEqualTo(doc("_id", 5, "a", 1));
  }

  @Test
  void updateManyByIdsAndByNull() {
    things().insertMany(IntStream.range(0, 30).mapToObj(i -> doc("_id", i, "s", null)).toList());
    assertThat(things().updateMany(in("_id", 1, 2, 99), set("s", 1)).getModifiedCount())
        .isEqualTo(2);
    assertThat(things().updateMany(eq("s", null), set("u", 1)).getMatchedCount()).isEqualTo(28);
    assertThat(things().deleteMany(eq("u", 1)).getDeletedCount()).isEqualTo(28);
  }

  @Test
  void pipelineUpdatesSeeTheDocument() {
    things().insertOne(doc("_id", 1, "a", 2, "b", 3));
    things()
        .updateOne(
            eq("_id", 1),
            List.of(doc("$set", doc("sum", doc("$add", List.of("$a", "$b")))), doc("$unset", "b")));
    assertThat(things().find().first()).isEqualTo(doc("_id", 1, "a", 2, "sum", 5));
  }

  @Test
  void keysetPagesOverIdsAreCompleteAndInOrder() {
    List<Document> documents =
        IntStream.range(0, 250).mapToObj(i -> doc("_id", new UUID((i * 77L) << 20, i))).toList();
    things().insertMany(documents);
    List<Object> seen = new ArrayList<>();
    Document last = null;
    while (true) {
      var query = last == null ? new Document() : gt("_id", last.get("_id"));
      List<Document> page =
          things().find(query).sort(ascending("_id")).limit(40).into(new ArrayList<>());
      if (page.isEmpty()) {
        break;
      }
      page.forEach(d -> seen.add(d.get("_id")));
      last = page.getLast();
    }
    assertThat(seen).hasSize(250).doesNotHaveDuplicates();
    assertThat(things().find().batchSize(7)).hasSize(250);
    assertThat(new BsonBinary((UUID) seen.getFirst()).getType()).isEqualTo((byte) 4);
  }

  @Test
  void largeResultsArriveWholeWithoutABatchSize() {
    things().insertMany(IntStream.range(0, 2500).mapToObj(i -> doc("_id", i)).toList());
    assertThat(things().find()).hasSize(2500);
  }
}
