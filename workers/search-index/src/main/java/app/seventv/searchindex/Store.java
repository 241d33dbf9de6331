package app.seventv.searchindex;

import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOneModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;

/**
 * The database as the worker uses it: reads and conditional updates in batches (workers.md §4.7).
 */
final class Store {
  private static final String ID = "_id";
  private static final String UPDATED_AT = "updated_at";
  private static final String SEARCH_UPDATED_AT = "search_updated_at";
  private static final Batcher.Limits READS =
      new Batcher.Limits(1000, Integer.MAX_VALUE, Duration.ofMillis(5), 16, Duration.ofSeconds(10));
  private static final Batcher.Limits UPDATES =
      new Batcher.Limits(500, Integer.MAX_VALUE, Duration.ofMillis(20), 16, Duration.ofSeconds(20));

  private final MongoDatabase database;
  private final Map<String, Batcher<BsonValue, Optional<BsonDocument>>> reads =
      new ConcurrentHashMap<>();
  private final Map<String, Batcher<UpdateOneModel<BsonDocument>, Boolean>> updates =
      new ConcurrentHashMap<>();
  private final Batcher<EntitlementNode, List<EntitlementEdge>> edges =
      new Batcher<>(READS, this::readEdges);

  Store(MongoDatabase database) {
    this.database = database;
  }

  /** The document with that id as it is now. */
  Optional<BsonDocument> read(String collection, BsonValue id) throws Exception {
    return reader(collection).call(id);
  }

  /** The documents with those ids, without those that do not exist. */
  List<BsonDocument> readAll(String collection, Collection<? extends BsonValue> ids)
      throws Exception {
    return reader(collection).callAll(List.copyOf(ids)).stream().flatMap(Optional::stream).toList();
  }

  private Batcher<BsonValue, Optional<BsonDocument>> reader(String collection) {
    return reads.computeIfAbsent(
        collection, name -> new Batcher<>(READS, ids -> readByIds(name, ids)));
  }

  private List<Optional<BsonDocument>> readByIds(String collection, List<BsonValue> ids) {
    Map<BsonValue, BsonDocument> found = new HashMap<>();
    for (BsonDocument document : collection(collection).find(in(ID, new LinkedHashSet<>(ids)))) {
      found.put(document.get(ID), document);
    }
    return ids.stream().map(id -> Optional.ofNullable(found.get(id))).toList();
  }

  /** All edges that leave one of the nodes. */
  List<EntitlementEdge> edgesFrom(Collection<EntitlementNode> nodes) throws Exception {
    return edges.callAll(nodes).stream().flatMap(List::stream).toList();
  }

  private List<List<EntitlementEdge>> readEdges(List<EntitlementNode> nodes) {
    Map<EntitlementNode, List<EntitlementEdge>> found = new HashMap<>();
    Set<BsonDocument> keys = new LinkedHashSet<>();
    nodes.forEach(node -> keys.add(node.toBson()));
    for (BsonDocument document :
        collection(CollectionNames.ENTITLEMENT_EDGES).find(in("_id.from", keys))) {
      EntitlementEdge edge = EntitlementEdge.fromBson(document);
      found.computeIfAbsent(edge.from(), from -> new ArrayList<>()).add(edge);
    }
    return nodes.stream().map(node -> found.getOrDefault(node, List.of())).toList();
  }

  /**
   * Marks a document as indexed, unless it was written since it was read (data-model.md §11).
   *
   * @param updatedAt its {@code updated_at} as read
   * @param changes further fields to set
   */
  void mark(String collection, BsonValue id, Instant updatedAt, Instant mark, BsonDocument changes)
      throws Exception {
    BsonDocument filter = new BsonDocument(ID, id).append(UPDATED_AT, date(updatedAt));
    BsonDocument set = changes.clone().append(SEARCH_UPDATED_AT, date(mark));
    updates
        .computeIfAbsent(collection, name -> new Batcher<>(UPDATES, all -> updateAll(name, all)))
        .call(new UpdateOneModel<>(filter, new BsonDocument("$set", set)));
  }

  private List<Boolean> updateAll(String collection, List<UpdateOneModel<BsonDocument>> all) {
    collection(collection).bulkWrite(all, new BulkWriteOptions().ordered(false));
    return all.stream().map(update -> true).toList();
  }

  /** Makes documents be indexed again by a change that produces events (workers.md §5.2). */
  void touch(Touch touch, Instant now) {
    BsonDocument set =
        touch
            .changes()
            .clone()
            .append(UPDATED_AT, date(now))
            .append(SEARCH_UPDATED_AT, BsonNull.VALUE);
    BsonDocument update = new BsonDocument("$set", set);
    if (touch.one()) {
      collection(touch.collection()).updateOne(touch.filter(), update);
    } else {
      collection(touch.collection()).updateMany(touch.filter(), update);
    }
  }

  /** Ids of documents that were changed before a time and not indexed since, oldest first. */
  List<BsonValue> unindexed(
      String collection, Instant changedBefore, Collection<BsonValue> except, int limit) {
    BsonDocument filter =
        new BsonDocument(SEARCH_UPDATED_AT, BsonNull.VALUE)
            .append(UPDATED_AT, new BsonDocument("$lt", date(changedBefore)));
    if (!except.isEmpty()) {
      filter.append(ID, new BsonDocument("$nin", new BsonArray(List.copyOf(except))));
    }
    List<BsonValue> ids = new ArrayList<>();
    collection(collection)
        .find(filter)
        .sort(Sorts.ascending(UPDATED_AT))
        .limit(limit)
        .projection(Projections.include(ID))
        .forEach(document -> ids.add(document.get(ID)));
    return ids;
  }

  /** Takes the marks off all documents, so that all are indexed again. */
  void clearMarks(String collection) {
    collection(collection)
        .updateMany(
            new BsonDocument(SEARCH_UPDATED_AT, new BsonDocument("$ne", BsonNull.VALUE)),
            new BsonDocument("$set", new BsonDocument(SEARCH_UPDATED_AT, BsonNull.VALUE)));
  }

  /** Those of the ids for which there is a document. */
  Set<BsonValue> existing(String collection, Collection<? extends BsonValue> ids) {
    Set<BsonValue> found = new HashSet<>();
    collection(collection)
        .find(in(ID, ids))
        .projection(Projections.include(ID))
        .forEach(document -> found.add(document.get(ID)));
    return found;
  }

  private MongoCollection<BsonDocument> collection(String name) {
    return database.getCollection(name, BsonDocument.class);
  }

  private static BsonDocument in(String field, Collection<? extends BsonValue> values) {
    return new BsonDocument(field, new BsonDocument("$in", new BsonArray(new ArrayList<>(values))));
  }

  private static BsonDateTime date(Instant time) {
    return new BsonDateTime(time.toEpochMilli());
  }
}
