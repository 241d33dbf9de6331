package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A scheduled job of the api (data-model.md §7.2).
 *
 * @param id {@link #EMOTE_SCORES} or {@link #SUBSCRIPTION_REFRESH}
 * @param currentlyRunningBy lease id of one run
 * @param heldUntil expiry of the lease
 */
public record CronJob(
    int id,
    String name,
    @Nullable String description,
    List<String> tags,
    @Nullable Instant lastRun,
    Instant nextRun,
    UnitCount interval,
    boolean enabled,
    @Nullable Id currentlyRunningBy,
    Instant heldUntil,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Id of the job that recomputes emote scores. */
  public static final int EMOTE_SCORES = 0;

  /** Id of the job that recomputes time-based subscription benefits. */
  public static final int SUBSCRIPTION_REFRESH = 1;

  /** Copies the list. */
  public CronJob {
    tags = List.copyOf(tags);
  }

  /** Reads a document of the collection. */
  public static CronJob fromBson(BsonDocument document) {
    DocumentReader in = DocumentReader.stored(CollectionNames.CRON_JOBS, document);
    CronJob job =
        new CronJob(
            in.int32("_id"),
            in.string("name"),
            in.stringOrNull("description"),
            in.strings("tags"),
            in.dateOrNull("last_run"),
            in.date("next_run"),
            in.document("interval", UnitCount::read),
            in.bool("enabled"),
            in.idOrNull("currently_running_by"),
            in.date("held_until"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return job;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .int32("_id", id)
        .string("name", name)
        .string("description", description)
        .strings("tags", tags)
        .date("last_run", lastRun)
        .date("next_run", nextRun)
        .document("interval", interval)
        .bool("enabled", enabled)
        .id("currently_running_by", currentlyRunningBy)
        .date("held_until", heldUntil)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
