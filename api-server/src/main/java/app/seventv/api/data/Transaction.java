package app.seventv.api.data;

import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.model.Document;
import app.seventv.model.Id;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EventData;
import com.mongodb.client.ClientSession;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** An open transaction: its writes, and the events that become true when it commits. */
public final class Transaction {
  /** Most documents of one write that are named to what is kept in memory. */
  private static final int MAX_NAMED = 100;

  private final Store store;
  private final ClientSession session;
  private final Instant now;
  private final List<BusEvent> events = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();

  /**
   * A write, for what is kept in memory.
   *
   * @param id the document's {@code _id}; null if the filter does not tell
   * @param document its content, or what was set of it, if at hand
   */
  public record Change(
      String collection, @Nullable BsonValue id, @Nullable BsonDocument document) {}

  Transaction(Store store, ClientSession session, Instant now) {
    this.store = store;
    this.session = session;
    this.now = now;
  }

  /** For reads inside the transaction. */
  public ClientSession session() {
    return session;
  }

  /** Start of this run of the body, in milliseconds, as it is stored. */
  public Instant now() {
    return now;
  }

  public void insert(String collection, Document document) {
    BsonDocument bson = document.toBson();
    changes.add(new Change(collection, bson.get("_id"), bson));
    store.collection(collection).insertOne(session, bson);
  }

  /**
   * Changes one searchable document and marks it for the search index (data-model.md §11).
   *
   * @return the document after the change, or null if none matched
   */
  public @Nullable BsonDocument update(String collection, Bson filter, Bson... updates) {
    BsonDocument after =
        store
            .collection(collection)
            .findOneAndUpdate(
                session,
                filter,
                Updates.combine(touched(updates)),
                new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER));
    if (after != null) {
      changes.add(new Change(collection, after.get("_id"), after));
    }
    return after;
  }

  /** Like {@link #update} for all documents that match; returns how many there were. */
  public long updateMany(String collection, Bson filter, Bson... updates) {
    noteMatches(collection, filter, Updates.combine(updates));
    return store
        .collection(collection)
        .updateMany(session, filter, Updates.combine(touched(updates)))
        .getMatchedCount();
  }

  /** Few documents are named, so that readers do not forget all the others. */
  private void noteMatches(String collection, Bson filter, Bson update) {
    List<BsonValue> ids =
        store
            .collection(collection)
            .find(session, filter)
            .projection(new BsonDocument("_id", new BsonInt32(1)))
            .limit(MAX_NAMED + 1)
            .map(document -> document.get("_id"))
            .into(new ArrayList<>());
    if (ids.size() > MAX_NAMED) {
      changes.add(new Change(collection, null, null));
      return;
    }
    BsonDocument set = update.toBsonDocument().getDocument("$set", null);
    ids.forEach(id -> changes.add(new Change(collection, id, set)));
  }

  private List<Bson> touched(Bson... updates) {
    List<Bson> all = new ArrayList<>(List.of(updates));
    all.add(Updates.set("updated_at", new BsonDateTime(now.toEpochMilli())));
    all.add(Updates.set("search_updated_at", null));
    return all;
  }

  /** Deletes matching documents and returns how many there were. */
  public long delete(String collection, Bson filter) {
    changes.add(new Change(collection, idOf(filter), null));
    return store.collection(collection).deleteMany(session, filter).getDeletedCount();
  }

  /** The id if the filter is nothing but that. */
  private static @Nullable BsonValue idOf(Bson filter) {
    BsonDocument plain = filter.toBsonDocument();
    BsonValue id = plain.size() == 1 ? plain.get("_id") : null;
    boolean isOperator =
        id instanceof BsonDocument document
            && !document.isEmpty()
            && document.getFirstKey().startsWith("$");
    return isOperator ? null : id;
  }

  List<Change> changes() {
    return changes;
  }

  /**
   * Notes an event: stored in the audit log with the commit, published after it.
   *
   * @param actor who did it, null for the platform itself
   * @param sessionId the actor's login session
   */
  public void emit(@Nullable LoadedUser actor, @Nullable Id sessionId, EventData data) {
    events.add(new BusEvent(BusUsers.of(actor), sessionId, data, now));
  }

  /** Notes an event that the caller of an operation has caused. */
  public void emit(Caller caller, EventData data) {
    emit(caller.user(), caller.sessionId(), data);
  }

  List<BusEvent> events() {
    return events;
  }
}
