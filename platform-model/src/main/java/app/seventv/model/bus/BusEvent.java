package app.seventv.model.bus;

import app.seventv.model.AuditEvent;
import app.seventv.model.Document;
import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Id;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * One event (event-api.md §15.3).
 *
 * @param actor who did it
 * @param sessionId the actor's login session
 * @param timestamp to the nanosecond
 */
public record BusEvent(
    @Nullable FullUser actor, @Nullable Id sessionId, EventData data, Instant timestamp)
    implements Document {

  /**
   * The row of the audit log, null for events that are not audited.
   *
   * @param random source of the row's id
   */
  public @Nullable AuditEvent toAudit(RandomGenerator random) {
    return switch (data) {
      case UserPresence presence -> null;
      case EntityEvent event ->
          new AuditEvent(
              Id.generate(timestamp.toEpochMilli(), random),
              actor == null ? null : actor.user().id(),
              sessionId,
              event.toAudit(),
              timestamp,
              null);
    };
  }

  /** Reads the bus form; null for a kind of event that this version does not know. */
  static @Nullable BusEvent read(DocumentReader in) {
    EventData data = EventData.read(in.nested("data"));
    if (data == null) {
      return null;
    }
    return new BusEvent(
        in.documentOrNull("actor", FullUser::read),
        in.idOrNull("session_id"),
        data,
        in.timestamp("timestamp"));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .document("actor", actor)
        .id("session_id", sessionId)
        .document("data", data)
        .timestamp("timestamp", timestamp)
        .build();
  }
}
