package app.seventv.api.billing;

import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.time.Instant;
import org.bson.BsonDateTime;

/** Remembers deliveries, so that each is handled once (api-v3.md §10). */
final class WebhookLog {
  private static final Duration REMEMBERED = Duration.ofDays(7);

  private final Store store;

  WebhookLog(Store store) {
    this.store = store;
  }

  /** The row that was not there before makes a delivery the first. */
  boolean isNew(Transaction transaction, String eventId, Instant created) {
    Instant expires = created.plus(REMEMBERED);
    return store
            .collection(CollectionNames.WEBHOOK_EVENTS)
            .updateOne(
                transaction.session(),
                Filters.eq("_id", eventId),
                Updates.combine(
                    Updates.inc("received_count", 1),
                    Updates.setOnInsert("expires_at", new BsonDateTime(expires.toEpochMilli()))),
                new UpdateOptions().upsert(true))
            .getUpsertedId()
        != null;
  }
}
