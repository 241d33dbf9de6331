package app.seventv.devstack.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import java.util.List;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The aggregation stages that the data layer may use (backing-services.md §2.2). */
abstract class AggregationContract extends MongoContract {

  AggregationContract(MongoClient client) {
    super(client);
  }

  @BeforeEach
  void insertSets() {
    things()
        .insertMany(
            List.of(
                doc("_id", 1, "owner", "a", "size", 3, "tags", List.of("x", "y")),
                doc("_id", 2, "owner", "a", "size", 4, "tags", List.of("x")),
                doc("_id", 3, "owner", "b", "size", 5, "tags", List.of())));
    collection("owners").insertMany(List.of(doc("_id", "a", "name", "A"), doc("_id", "b")));
  }

  private Iterable<Document> aggregate(Document... stages) {
    return things().aggregate(List.of(stages));
  }

  @Test
  void matchSortSkipLimitProject() {
    assertThat(
            aggregate(
                doc("$match", doc("size", doc("$gte", 3))),
                doc("$sort", doc("size", -1)),
                doc("$skip", 1),
                doc("$limit", 1),
                doc("$project", doc("size", 1))))
        .containsExactly(doc("_id", 2, "size", 4));
  }

  @Test
  void groupSums() {
    assertThat(
            aggregate(
                doc(
                    "$group",
                    doc("_id", "$owner", "sum", doc("$sum", "$size"), "n", doc("$sum", 1)))))
        .containsExactlyInAnyOrder(
            doc("_id", "a", "sum", 7, "n", 2), doc("_id", "b", "sum", 5, "n", 1));
  }

  @Test
  void unwindAndCountByValue() {
    assertThat(aggregate(doc("$unwind", "$tags"), doc("$sortByCount", "$tags")))
        .containsExactly(doc("_id", "x", "count", 2), doc("_id", "y", "count", 1));
  }

  @Test
  void lookupJoinsOnTheId() {
    assertThat(
            aggregate(
                doc("$match", doc("_id", 1)),
                doc(
                    "$lookup",
                    doc(
                        "from", "owners",
                        "localField", "owner",
                        "foreignField", "_id",
                        "as", "owners")),
                doc("$project", doc("owners", 1))))
        .containsExactly(doc("_id", 1, "owners", List.of(doc("_id", "a", "name", "A"))));
  }

  @Test
  void setAndReplaceWithAreKnown() {
    assertThat(
            aggregate(
                doc("$match", doc("_id", 3)),
                doc("$set", doc("double", doc("$multiply", List.of("$size", 2)))),
                doc("$replaceWith", doc("d", "$double"))))
        .containsExactly(doc("d", 10));
  }

  @Test
  void facetsRunSeveralPipelines() {
    assertThat(
            aggregate(
                doc(
                    "$facet",
                    doc(
                        "count", List.of(doc("$count", "n")),
                        "first",
                            List.of(
                                doc("$set", doc("s", 1)),
                                doc("$limit", 1),
                                doc("$project", doc("s", 1)))))))
        .containsExactly(
            doc("count", List.of(doc("n", 3)), "first", List.of(doc("_id", 1, "s", 1))));
  }

  @Test
  void countsAndDistinctValues() {
    assertThat(things().countDocuments(doc("owner", "a"))).isEqualTo(2);
    assertThat(things().estimatedDocumentCount()).isEqualTo(3);
    assertThat(things().distinct("owner", String.class)).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void manyResultsArriveWhole() {
    collection("many").insertMany(IntStream.range(0, 2500).mapToObj(i -> doc("_id", i)).toList());
    assertThat(
            collection("many")
                .aggregate(List.of(doc("$match", doc("_id", doc("$gte", 0)))))
                .batchSize(100))
        .hasSize(2500);
  }
}
