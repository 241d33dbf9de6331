package app.seventv.searchindex;

import app.seventv.model.DocumentException;
import app.seventv.model.Id;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Brings the search index in line with one document of a collection (workers.md §5). It does not
 * matter what happened to the document: what is stored now is indexed, what is gone is deleted.
 *
 * @param <T> the documents
 */
final class DocumentIndexer<T> implements Indexer {
  private final IndexedCollection<T> collection;
  private final Store store;
  private final SearchIndex index;
  private final Clock clock;

  DocumentIndexer(IndexedCollection<T> collection, Store store, SearchIndex index, Clock clock) {
    this.collection = collection;
    this.store = store;
    this.index = index;
    this.clock = clock;
  }

  @Override
  public void index(BsonValue id) throws Exception {
    Optional<BsonDocument> stored = store.read(collection.name(), id);
    if (stored.isEmpty()) {
      index.delete(collection.name(), textId(id));
      collection.touchesOnDelete().apply(id).forEach(touch -> store.touch(touch, clock.instant()));
      return;
    }
    BsonDocument document = stored.get();
    Instant updatedAt = date(document, "updated_at");
    if (updatedAt == null) {
      throw new PermanentFailure("updated_at is missing");
    }
    Instant mark = date(document, "search_updated_at");
    if (mark == null || !mark.isAfter(updatedAt)) {
      index(id, document, updatedAt);
    }
  }

  private void index(BsonValue id, BsonDocument stored, Instant updatedAt) throws Exception {
    Instant now = clock.instant();
    // Later than the change even where the writer's clock is ahead: else it never counts as done.
    Instant mark = now.isAfter(updatedAt) ? now : updatedAt.plusMillis(1);
    IndexPlan plan;
    try {
      plan = collection.planner().plan(collection.reader().apply(stored), mark);
    } catch (DocumentException e) {
      throw new PermanentFailure(String.valueOf(e.getMessage()), e);
    }
    index.upsert(collection.name(), plan.document());
    // Before the mark: a crash in between must leave the document to be done again.
    plan.touches().forEach(touch -> store.touch(touch, now));
    store.mark(collection.name(), id, updatedAt, mark, plan.changes());
  }

  private static @Nullable Instant date(BsonDocument document, String field) {
    return document.get(field) instanceof BsonDateTime time
        ? Instant.ofEpochMilli(time.getValue())
        : null;
  }

  /**
   * The id as the index knows it; composite ids are joined by colons.
   *
   * @throws PermanentFailure if it is no id of the platform
   */
  static String textId(BsonValue id) throws PermanentFailure {
    if (id instanceof BsonBinary binary && binary.getData().length == Id.BYTES) {
      return Id.fromBytes(binary.getData()).toString();
    }
    if (id instanceof BsonDocument composite
        && composite.values().stream().allMatch(part -> part instanceof BsonBinary)) {
      return composite.values().stream()
          .map(part -> Id.fromBytes(part.asBinary().getData()).toString())
          .collect(Collectors.joining(":"));
    }
    throw new PermanentFailure("the document's id is of type " + id.getBsonType());
  }
}
