package app.seventv.model;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with the moderators, for example a report of an emote (data-model.md §7.19).
 *
 * @param countryCode from the author's address
 */
public record Ticket(
    Id id,
    Priority priority,
    List<Member> members,
    String title,
    List<String> tags,
    @Nullable String countryCode,
    Kind kind,
    List<Target> targets,
    Id authorId,
    boolean open,
    boolean locked,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the lists. */
  public Ticket {
    members = List.copyOf(members);
    tags = List.copyOf(tags);
    targets = List.copyOf(targets);
  }

  /** How soon it should be looked at. */
  public enum Priority implements Codes.Coded {
    /** Low. */
    LOW(0),
    /** The default. */
    MEDIUM(1),
    /** High. */
    HIGH(2),
    /** Urgent. */
    URGENT(3);

    private static final List<Priority> ALL = List.of(values());

    private final int code;

    Priority(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** What it is about. */
  public enum Kind implements Codes.Coded {
    /** A report of something. */
    ABUSE(0),
    /** Payments. */
    BILLING(1),
    /** Anything else. */
    GENERIC(2);

    private static final List<Kind> ALL = List.of(values());

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** The part somebody takes in a ticket. */
  public enum MemberKind implements Codes.Coded {
    /** Takes part. */
    MEMBER(0),
    /** Has to solve it. */
    ASSIGNED(1),
    /** Only reads. */
    WATCHER(2);

    private static final List<MemberKind> ALL = List.of(values());

    private final int code;

    MemberKind(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /**
   * Somebody who takes part.
   *
   * @param lastRead the last message seen
   */
  public record Member(Id userId, MemberKind kind, boolean notifications, @Nullable Id lastRead)
      implements Document {

    static Member read(DocumentReader in) {
      Member member =
          new Member(
              in.id("user_id"),
              Codes.read(in, "kind", MemberKind.ALL),
              in.bool("notifications"),
              in.idOrNull("last_read"));
      in.rejectUnknown();
      return member;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .id("user_id", userId)
          .int32("kind", kind.code())
          .bool("notifications", notifications)
          .id("last_read", lastRead)
          .build();
    }
  }

  /** Kinds of things that a ticket can be about. */
  public enum TargetKind {
    /** A user. */
    USER,
    /** An emote. */
    EMOTE,
    /** An emote set. */
    EMOTE_SET;

    /** The stored text. */
    public String tag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a ticket is about. */
  public record Target(TargetKind kind, Id id) implements Document {

    static Target read(DocumentReader in) {
      String tag = in.string("kind");
      for (TargetKind kind : TargetKind.values()) {
        if (kind.tag().equals(tag)) {
          Target target = new Target(kind, in.id("id"));
          in.rejectUnknown();
          return target;
        }
      }
      throw in.error("kind", "unknown kind of target \"" + tag + "\"");
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().string("kind", kind.tag()).id("id", id).build();
    }
  }

  /** Reads the stored form. */
  public static Ticket read(DocumentReader in) {
    Ticket ticket =
        new Ticket(
            in.id("_id"),
            Codes.read(in, "priority", Priority.ALL),
            in.documents("members", Member::read),
            in.string("title"),
            in.strings("tags"),
            in.stringOrNull("country_code"),
            Codes.read(in, "kind", Kind.ALL),
            in.documents("targets", Target::read),
            in.id("author_id"),
            in.bool("open"),
            in.bool("locked"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return ticket;
  }

  /** Reads a document of the collection. */
  public static Ticket fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.TICKETS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .int32("priority", priority.code())
        .documents("members", members)
        .string("title", title)
        .strings("tags", tags)
        .string("country_code", countryCode)
        .int32("kind", kind.code())
        .documents("targets", targets)
        .id("author_id", authorId)
        .bool("open", open)
        .bool("locked", locked)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
