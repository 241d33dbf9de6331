package app.seventv.model.bus;

import app.seventv.model.Document;
import app.seventv.model.DocumentWriter;
import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;

/** All events of one transaction: one message on the bus (event-api.md §15.1). */
public record BusBatch(List<BusEvent> events, Instant timestamp) implements Document {

  /** The one subject of the bus. */
  public static final String SUBJECT = "api.v4.events";

  /** Copies the list. */
  public BusBatch {
    events = List.copyOf(events);
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .documents("events", events)
        .timestamp("timestamp", timestamp)
        .build();
  }
}
