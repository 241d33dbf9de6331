package app.seventv.api.data;

import app.seventv.model.AuditEvent;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

/** Reads of the audit log, newest first. */
public final class AuditLog {
  private static final String TARGET = "data.target_id";

  private final MongoCollection<BsonDocument> events;

  public AuditLog(Store store) {
    this.events = store.collection(CollectionNames.EVENTS);
  }

  /** What happened to one object. */
  public List<AuditEvent> of(Id target, int limit) {
    return find(Filters.eq(TARGET, target.toBson()), limit);
  }

  /** What happened to a user, to the list of editors, and to the sets. */
  public List<AuditEvent> ofUser(Id userId, List<Id> sets, int limit) {
    List<BsonValue> targets = new ArrayList<>();
    targets.add(userId.toBson());
    sets.forEach(set -> targets.add(set.toBson()));
    return find(
        Filters.or(Filters.in(TARGET, targets), Filters.eq(TARGET + ".user_id", userId.toBson())),
        limit);
  }

  private List<AuditEvent> find(Bson filter, int limit) {
    if (limit == 0) {
      return List.of();
    }
    return events
        .find(filter)
        .sort(Sorts.descending("_id"))
        .limit(limit)
        .map(AuditEvent::fromBson)
        .into(new ArrayList<>());
  }
}
