package app.seventv.model;

import java.time.Instant;
import org.bson.BsonDocument;

/** A span of time (data-model.md §5). */
public record TimePeriod(Instant start, Instant end) implements Document {

  /** Reads the stored form. */
  public static TimePeriod read(DocumentReader in) {
    TimePeriod period = new TimePeriod(in.date("start"), in.date("end"));
    in.rejectUnknown();
    return period;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter().date("start", start).date("end", end).build();
  }
}
