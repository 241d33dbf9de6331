package app.seventv.model;

import java.util.Set;
import org.bson.BsonDocument;

/**
 * A number of time units: {@code Days} or {@code Months} for durations of benefits, {@code Hours}
 * or {@code Days} for intervals of jobs (data-model.md §5, §7.2).
 */
public record UnitCount(String unit, int count) implements Document {

  /** The unit of one hour. */
  public static final String HOURS = "Hours";

  /** The unit of one day. */
  public static final String DAYS = "Days";

  /** The unit of one calendar-free month, 365.25/12 days. */
  public static final String MONTHS = "Months";

  private static final Set<String> UNITS = Set.of(HOURS, DAYS, MONTHS);

  /** Reads the stored form. */
  public static UnitCount read(DocumentReader in) {
    UnitCount value = new UnitCount(in.string("unit"), in.int32("count"));
    if (!UNITS.contains(value.unit)) {
      throw in.error("unit", "unknown unit \"" + value.unit + "\"");
    }
    in.rejectUnknown();
    return value;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter().string("unit", unit).int32("count", count).build();
  }
}
