package app.seventv.model;

import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * The rate limit of one resource (data-model.md §9.1).
 *
 * @param intervalSeconds length of the window; ≤ 0 = unlimited
 * @param requests tickets per window; ≤ 0 with a positive interval = always refused
 * @param overuseThreshold tickets per window that bring a punishment, null = none
 * @param overusePunishmentSeconds how long the resource stays refused then
 */
public record RateLimits(
    long intervalSeconds,
    long requests,
    @Nullable Long overuseThreshold,
    @Nullable Long overusePunishmentSeconds)
    implements Document {

  static RateLimits read(DocumentReader in) {
    RateLimits limits =
        new RateLimits(
            in.int64("interval_seconds", 0),
            in.int64("requests", 0),
            in.int64OrNull("overuse_threshold"),
            in.int64OrNull("overuse_punishment"));
    in.rejectUnknown();
    return limits;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .int64("interval_seconds", intervalSeconds)
        .int64("requests", requests)
        .int64("overuse_threshold", overuseThreshold)
        .int64("overuse_punishment", overusePunishmentSeconds)
        .build();
  }
}
