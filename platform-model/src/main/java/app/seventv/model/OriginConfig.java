package app.seventv.model;

import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * How an emote set draws its emotes from other sets: an unfinished feature whose data is kept as it
 * is (data-model.md §7.5).
 *
 * @param limit number of emotes taken in all
 * @param purge emotes never taken
 */
public record OriginConfig(
    List<Origin> origins,
    long limit,
    List<EmoteRef> purge,
    boolean autoResync,
    boolean needsResync,
    @Nullable Problem error)
    implements Document {

  /** Copies the lists. */
  public OriginConfig {
    origins = List.copyOf(origins);
    purge = List.copyOf(purge);
  }

  /**
   * A set that emotes are drawn from.
   *
   * @param id of the set
   * @param limitCount number of emotes taken from it, null = all
   */
  public record Origin(Id id, @Nullable Long limitCount, List<Transformation> transformations)
      implements Document {

    /** Copies the list. */
    public Origin {
      transformations = List.copyOf(transformations);
    }

    static Origin read(DocumentReader in) {
      Origin origin =
          new Origin(
              in.id("id"),
              in.documentOrNull("limit", Origin::readLimit),
              in.documents("transformations", Transformation::read));
      in.rejectUnknown();
      return origin;
    }

    private static Long readLimit(DocumentReader in) {
      long count = in.int64("count");
      in.rejectUnknown();
      return count;
    }

    @Override
    public BsonDocument toBson() {
      BsonDocument limit =
          limitCount == null ? null : new DocumentWriter().int64("count", limitCount).build();
      return new DocumentWriter()
          .id("id", id)
          .value("limit", limit)
          .documents("transformations", transformations)
          .build();
    }
  }

  /** A reference to an emote by its name in the set or by id; exactly one is given. */
  public record EmoteRef(@Nullable String alias, @Nullable Id id) implements Document {

    static EmoteRef read(DocumentReader in) {
      String type = in.string("type");
      EmoteRef reference =
          switch (type) {
            case "Alias" -> new EmoteRef(in.string("value"), null);
            case "Id" -> new EmoteRef(null, in.id("value"));
            default -> throw in.error("type", "unknown emote reference \"" + type + "\"");
          };
      in.rejectUnknown();
      return reference;
    }

    @Override
    public BsonDocument toBson() {
      return alias != null
          ? new DocumentWriter().string("type", "Alias").string("value", alias).build()
          : new DocumentWriter().string("type", "Id").id("value", id).build();
    }
  }

  /** A change made to what an origin gives. */
  public sealed interface Transformation extends Document {

    private static Transformation read(DocumentReader in) {
      String type = in.string("type");
      Transformation transformation =
          switch (type) {
            case "exclude" -> new Exclude(in.document("emote", EmoteRef::read));
            case "rename" -> new Rename(in.string("old_alias"), in.string("new_alias"));
            default -> throw in.error("type", "unknown transformation \"" + type + "\"");
          };
      in.rejectUnknown();
      return transformation;
    }
  }

  /** Leaves an emote out. */
  public record Exclude(EmoteRef emote) implements Transformation {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().string("type", "exclude").document("emote", emote).build();
    }
  }

  /** Gives an emote another name. */
  public record Rename(String oldAlias, String newAlias) implements Transformation {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("type", "rename")
          .string("old_alias", oldAlias)
          .string("new_alias", newAlias)
          .build();
    }
  }

  /** Why the last resync failed: {@code CycleDetected} or {@code MaxDepthExceeded}. */
  public record Problem(String type, String value) implements Document {

    static Problem read(DocumentReader in) {
      Problem problem = new Problem(in.string("type"), in.string("value"));
      in.rejectUnknown();
      return problem;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().string("type", type).string("value", value).build();
    }
  }

  static OriginConfig read(DocumentReader in) {
    OriginConfig config =
        new OriginConfig(
            in.documents("origins", Origin::read),
            in.int64("limit"),
            in.documents("purge", EmoteRef::read),
            in.bool("auto_resync"),
            in.bool("needs_resync"),
            in.documentOrNull("error", Problem::read));
    in.rejectUnknown();
    return config;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .documents("origins", origins)
        .int64("limit", limit)
        .documents("purge", purge)
        .bool("auto_resync", autoResync)
        .bool("needs_resync", needsResync)
        .document("error", error)
        .build();
  }
}
