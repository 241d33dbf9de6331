package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * An emote (data-model.md §7.3).
 *
 * @param flags bits, see the {@code FLAG_} constants
 * @param aspectRatio input width / height; {@link #UNKNOWN_ASPECT_RATIO} until processed
 * @param attribution people credited beside the owner
 * @param merged non-null once the emote was merged into another
 * @param deleted soft delete
 * @param updatedAt time of the last touch
 * @param searchUpdatedAt time of the last index write, null when the index is behind
 */
public record Emote(
    Id id,
    Id ownerId,
    String defaultName,
    List<String> tags,
    ImageSet imageSet,
    int flags,
    double aspectRatio,
    List<Attribution> attribution,
    @Nullable Merged merged,
    Scores scores,
    boolean deleted,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Listed publicly. */
  public static final int FLAG_PUBLIC_LISTED = 1;

  /** Visible to the owner and editors only. */
  public static final int FLAG_PRIVATE = 2;

  /** Not safe for work. */
  public static final int FLAG_NSFW = 4;

  /** Drawn over the emote before it, unless a set says otherwise. */
  public static final int FLAG_DEFAULT_ZERO_WIDTH = 8;

  /** Approved for personal emote sets. */
  public static final int FLAG_APPROVED_PERSONAL = 16;

  /** Denied for personal emote sets. */
  public static final int FLAG_DENIED_PERSONAL = 32;

  /** More than one frame. */
  public static final int FLAG_ANIMATED = 64;

  /** The aspect ratio of an emote that is not processed yet. */
  public static final double UNKNOWN_ASPECT_RATIO = -1.0;

  /** Copies the lists. */
  public Emote {
    tags = List.copyOf(tags);
    attribution = List.copyOf(attribution);
  }

  /** True if all the bits are set. */
  public boolean hasFlags(int bits) {
    return (flags & bits) == bits;
  }

  /** A person credited for the emote. */
  public record Attribution(Id userId, Instant addedAt) implements Document {

    static Attribution read(DocumentReader in) {
      Attribution attribution = new Attribution(in.id("user_id"), in.date("added_at"));
      in.rejectUnknown();
      return attribution;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().id("user_id", userId).date("added_at", addedAt).build();
    }
  }

  /** The emote this one was merged into, and when. */
  public record Merged(Id targetId, Instant at) implements Document {

    static Merged read(DocumentReader in) {
      Merged merged = new Merged(in.id("target_id"), in.date("at"));
      in.rejectUnknown();
      return merged;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().id("target_id", targetId).date("at", at).build();
    }
  }

  /** Popularity scores, written by the daily job. */
  public record Scores(
      int trendingDay,
      int trendingWeek,
      int trendingMonth,
      int topDaily,
      int topWeekly,
      int topMonthly,
      int topAllTime)
      implements Document {

    /** The scores of a new emote. */
    public static final Scores ZERO = new Scores(0, 0, 0, 0, 0, 0, 0);

    static Scores read(DocumentReader in) {
      Scores scores =
          new Scores(
              in.int32("trending_day"),
              in.int32("trending_week"),
              in.int32("trending_month"),
              in.int32("top_daily"),
              in.int32("top_weekly"),
              in.int32("top_monthly"),
              in.int32("top_all_time"));
      in.rejectUnknown();
      return scores;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .int32("trending_day", trendingDay)
          .int32("trending_week", trendingWeek)
          .int32("trending_month", trendingMonth)
          .int32("top_daily", topDaily)
          .int32("top_weekly", topWeekly)
          .int32("top_monthly", topMonthly)
          .int32("top_all_time", topAllTime)
          .build();
    }
  }

  /** Reads the stored form. */
  public static Emote read(DocumentReader in) {
    Emote emote =
        new Emote(
            in.id("_id"),
            in.id("owner_id"),
            in.string("default_name"),
            in.strings("tags"),
            in.document("image_set", ImageSet::read),
            in.int32("flags"),
            in.float64("aspect_ratio"),
            in.documents("attribution", Attribution::read),
            in.documentOrNull("merged", Merged::read),
            in.document("scores", Scores::read),
            in.bool("deleted"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return emote;
  }

  /** Reads a document of the collection. */
  public static Emote fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.EMOTES, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .id("owner_id", ownerId)
        .string("default_name", defaultName)
        .strings("tags", tags)
        .document("image_set", imageSet)
        .int32("flags", flags)
        .float64("aspect_ratio", aspectRatio)
        .documents("attribution", attribution)
        .document("merged", merged)
        .document("scores", scores)
        .bool("deleted", deleted)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
