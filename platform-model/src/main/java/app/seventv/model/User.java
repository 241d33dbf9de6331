package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A user account (data-model.md §7.21). Holds private data: never log it, never send it to a client
 * as it is.
 *
 * @param hasBans bans are only looked up when true
 * @param allCosmetics grants every badge, paint and special set at read time
 * @param mergedIntoId non-null once the account was merged away
 * @param cached entitlements as last computed; written by the search worker only
 */
public record User(
    Id id,
    @Nullable String email,
    boolean emailVerified,
    boolean hasBans,
    boolean allCosmetics,
    @Nullable Id mergedIntoId,
    Settings settings,
    @Nullable TwoFactor twoFactor,
    Style style,
    List<Connection> connections,
    @Nullable String stripeCustomerId,
    Cached cached,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the list. */
  public User {
    connections = List.copyOf(connections);
  }

  /** A new account with nothing but its connections, to be indexed. */
  public static User create(Id id, List<Connection> connections, Instant now) {
    return new User(
        id,
        null,
        false,
        false,
        false,
        null,
        Settings.EMPTY,
        null,
        Style.NONE,
        connections,
        null,
        Cached.EMPTY,
        now,
        null);
  }

  /** The connection to a platform, or null. */
  public @Nullable Connection connection(Platform platform) {
    for (Connection connection : connections) {
      if (connection.platform == platform) {
        return connection;
      }
    }
    return null;
  }

  /** The same user with other cached entitlements. */
  public User withCached(Cached other) {
    return new User(
        id,
        email,
        emailVerified,
        hasBans,
        allCosmetics,
        mergedIntoId,
        settings,
        twoFactor,
        style,
        connections,
        stripeCustomerId,
        other,
        updatedAt,
        searchUpdatedAt);
  }

  /** Hides everything but the id, so that private data cannot reach a log by accident. */
  @Override
  public String toString() {
    return "User[" + id + "]";
  }

  /** Seven documents that nobody fills yet; kept as they are. */
  public record Settings(BsonDocument fields) implements Document {

    private static final List<String> NAMES =
        List.of("notifications", "messages", "editor", "privacy", "login", "site", "extension");

    /** The settings of a new account. */
    public static final Settings EMPTY = new Settings(empty());

    private static BsonDocument empty() {
      BsonDocument fields = new BsonDocument();
      NAMES.forEach(name -> fields.append(name, new BsonDocument()));
      return fields;
    }

    @Override
    public BsonDocument toBson() {
      return fields.clone();
    }
  }

  /** Two-factor state; unused. */
  public record TwoFactor(int flags, List<Integer> secret, List<Integer> recoveryCodes)
      implements Document {

    /** Copies the lists. */
    public TwoFactor {
      secret = List.copyOf(secret);
      recoveryCodes = List.copyOf(recoveryCodes);
    }

    static TwoFactor read(DocumentReader in) {
      TwoFactor twoFactor =
          new TwoFactor(in.int32("flags"), in.int32s("secret"), in.int32s("recovery_codes"));
      in.rejectUnknown();
      return twoFactor;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .int32("flags", flags)
          .int32s("secret", secret)
          .int32s("recovery_codes", recoveryCodes)
          .build();
    }

    /** Hides the secrets. */
    @Override
    public String toString() {
      return "TwoFactor[…]";
    }
  }

  /** What the user chose to show. */
  public record Style(
      @Nullable Id activeBadgeId,
      @Nullable Id activePaintId,
      @Nullable Id activeEmoteSetId,
      @Nullable Id activeProfilePicture,
      @Nullable Id pendingProfilePicture,
      @Nullable Id personalEmoteSetId)
      implements Document {

    /** Nothing chosen. */
    public static final Style NONE = new Style(null, null, null, null, null, null);

    static Style read(DocumentReader in) {
      Style style =
          new Style(
              in.idOrNull("active_badge_id"),
              in.idOrNull("active_paint_id"),
              in.idOrNull("active_emote_set_id"),
              in.idOrNull("active_profile_picture"),
              in.idOrNull("pending_profile_picture"),
              in.idOrNull("personal_emote_set_id"));
      in.rejectUnknown();
      return style;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .id("active_badge_id", activeBadgeId)
          .id("active_paint_id", activePaintId)
          .id("active_emote_set_id", activeEmoteSetId)
          .id("active_profile_picture", activeProfilePicture)
          .id("pending_profile_picture", pendingProfilePicture)
          .id("personal_emote_set_id", personalEmoteSetId)
          .build();
    }
  }

  /** A linked platform account. */
  public record Connection(
      Platform platform,
      String platformId,
      String platformUsername,
      String platformDisplayName,
      @Nullable String platformAvatarUrl,
      Instant updatedAt,
      Instant linkedAt,
      boolean allowLogin)
      implements Document {

    /** The same account as if it were linked at a time. */
    public Connection linkedAt(Instant now) {
      return new Connection(
          platform,
          platformId,
          platformUsername,
          platformDisplayName,
          platformAvatarUrl,
          now,
          now,
          allowLogin);
    }

    /** Reads the stored form. */
    public static Connection read(DocumentReader in) {
      Connection connection =
          new Connection(
              Platform.read(in, "platform"),
              in.string("platform_id"),
              in.string("platform_username"),
              in.string("platform_display_name"),
              in.stringOrNull("platform_avatar_url"),
              in.date("updated_at"),
              in.date("linked_at"),
              in.bool("allow_login"));
      in.rejectUnknown();
      return connection;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .int32("platform", platform.code())
          .string("platform_id", platformId)
          .string("platform_username", platformUsername)
          .string("platform_display_name", platformDisplayName)
          .string("platform_avatar_url", platformAvatarUrl)
          .date("updated_at", updatedAt)
          .date("linked_at", linkedAt)
          .bool("allow_login", allowLogin)
          .build();
    }
  }

  /**
   * Entitlements as last computed by the search worker.
   *
   * @param entitlements every node reachable from the user and the global group, sorted
   * @param activeEmotes emotes of the active set, sorted
   * @param roleRank highest rank of the roles, 0 if none
   * @param roleHoistRank the same over hoisted roles
   */
  public record Cached(
      List<EntitlementNode> entitlements,
      List<Id> activeEmotes,
      @Nullable Id emoteSetId,
      int roleRank,
      int roleHoistRank)
      implements Document {

    /** The initial value of a new account. */
    public static final Cached EMPTY = new Cached(List.of(), List.of(), null, 0, 0);

    /** Copies the lists. */
    public Cached {
      entitlements = List.copyOf(entitlements);
      activeEmotes = List.copyOf(activeEmotes);
    }

    static Cached read(DocumentReader in) {
      Cached cached =
          new Cached(
              in.documentsOrEmpty("entitlements", EntitlementNode::read),
              in.idsOrEmpty("active_emotes"),
              in.idOrNull("emote_set_id"),
              in.int32("role_rank"),
              in.int32("role_hoist_rank"));
      in.rejectUnknown();
      return cached;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .documents("entitlements", entitlements)
          .ids("active_emotes", activeEmotes)
          .id("emote_set_id", emoteSetId)
          .int32("role_rank", roleRank)
          .int32("role_hoist_rank", roleHoistRank)
          .build();
    }
  }

  /** Reads the stored form; unknown fields are ignored. */
  public static User read(DocumentReader in) {
    return new User(
        in.id("_id"),
        in.stringOrNull("email"),
        in.bool("email_verified"),
        in.bool("has_bans"),
        in.bool("all_cosmetics", false),
        in.idOrNull("merged_into_id"),
        in.document("settings", settings -> new Settings(settings.source())),
        in.documentOrNull("two_fa", TwoFactor::read),
        in.document("style", Style::read),
        in.documents("connections", Connection::read),
        in.stringOrNull("stripe_customer_id"),
        in.document("cached", Cached::read),
        in.date("updated_at"),
        in.dateOrNull("search_updated_at"));
  }

  /** Reads a document of the collection. */
  public static User fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.USERS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("email", email)
        .bool("email_verified", emailVerified)
        .bool("has_bans", hasBans)
        .bool("all_cosmetics", allCosmetics)
        .id("merged_into_id", mergedIntoId)
        .document("settings", settings)
        .document("two_fa", twoFactor)
        .document("style", style)
        .documents("connections", connections)
        .string("stripe_customer_id", stripeCustomerId)
        .document("cached", cached)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
