package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A set of emotes (data-model.md §7.5).
 *
 * @param emotes in order of insertion
 * @param capacity number of emotes, null = unlimited
 * @param ownerId null for global sets
 * @param emotesChangedSinceReindex set by every write that touches {@code emotes}
 */
public record EmoteSet(
    Id id,
    String name,
    @Nullable String description,
    List<String> tags,
    List<Entry> emotes,
    @Nullable Integer capacity,
    @Nullable Id ownerId,
    @Nullable OriginConfig originConfig,
    Kind kind,
    boolean emotesChangedSinceReindex,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the lists. */
  public EmoteSet {
    tags = List.copyOf(tags);
    emotes = List.copyOf(emotes);
  }

  /** The same set with other entries. */
  public EmoteSet withEmotes(List<Entry> entries) {
    return new EmoteSet(
        id,
        name,
        description,
        tags,
        entries,
        capacity,
        ownerId,
        originConfig,
        kind,
        emotesChangedSinceReindex,
        updatedAt,
        searchUpdatedAt);
  }

  /** What a set is for; stored as a number. */
  public enum Kind implements Codes.Coded {
    /** A channel's set. */
    NORMAL(0),
    /** The one personal set of a user. */
    PERSONAL(1),
    /** Everybody's set. */
    GLOBAL(2),
    /** A shared personal set, given by entitlement. */
    SPECIAL(3);

    private static final List<Kind> ALL = List.of(values());

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }

    static Kind read(DocumentReader in, String field) {
      return Codes.read(in, field, ALL);
    }
  }

  /**
   * An emote in a set.
   *
   * @param id of the emote
   * @param alias its name in this set
   * @param flags bits, see the {@code FLAG_} constants
   */
  public record Entry(
      Id id,
      String alias,
      Instant addedAt,
      int flags,
      @Nullable Id addedById,
      @Nullable Id originSetId)
      implements Document {

    /** Drawn over the emote before it. */
    public static final int FLAG_ZERO_WIDTH = 1;

    /** Wins over an emote of the same name from elsewhere. */
    public static final int FLAG_OVERRIDE_CONFLICTS = 2;

    /** Reads the stored form. */
    public static Entry read(DocumentReader in) {
      Entry entry =
          new Entry(
              in.id("id"),
              in.string("alias"),
              in.date("added_at"),
              in.int32("flags"),
              in.idOrNull("added_by_id"),
              in.idOrNull("origin_set_id"));
      in.rejectUnknown();
      return entry;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .id("id", id)
          .string("alias", alias)
          .date("added_at", addedAt)
          .int32("flags", flags)
          .idUnlessNull("added_by_id", addedById)
          .idUnlessNull("origin_set_id", originSetId)
          .build();
    }
  }

  /** Reads the stored form. */
  public static EmoteSet read(DocumentReader in) {
    EmoteSet set =
        new EmoteSet(
            in.id("_id"),
            in.string("name"),
            in.stringOrNull("description"),
            in.strings("tags"),
            in.documents("emotes", Entry::read),
            in.int32OrNull("capacity"),
            in.idOrNull("owner_id"),
            in.documentOrNull("origin_config", OriginConfig::read),
            Kind.read(in, "kind"),
            in.bool("emotes_changed_since_reindex"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return set;
  }

  /** Reads a document of the collection. */
  public static EmoteSet fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.EMOTE_SETS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("name", name)
        .string("description", description)
        .strings("tags", tags)
        .documents("emotes", emotes)
        .int32("capacity", capacity)
        .id("owner_id", ownerId)
        .document("origin_config", originConfig)
        .int32("kind", kind.code())
        .bool("emotes_changed_since_reindex", emotesChangedSinceReindex)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
