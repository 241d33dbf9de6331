package app.seventv.model.bus;

import org.bson.BsonDocument;

/** What was done to an entity: an adjacently tagged choice on the bus and in the audit log. */
public interface Change {

  /** The tag, e.g. {@code add_emote}. */
  String kind();

  /** The details on the bus, with whole entities; empty if there are none. */
  default BsonDocument busData() {
    return new BsonDocument();
  }

  /** The details in the audit log, with ids only; empty if there are none (data-model.md §10). */
  default BsonDocument auditData() {
    return busData();
  }
}
