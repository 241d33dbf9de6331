package app.seventv.api.v3rest;

import app.seventv.api.common.LoadedUser;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.Permissions.Limit;
import app.seventv.model.Platform;
import app.seventv.model.User;
import app.seventv.model.UserProfilePicture;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Old shapes of the new documents (api-v3.md §8, §13). Members come in the published order; what
 * the tables call "omitted" is left out, everything else is present.
 */
public final class V3Models {
  /** How the REST API says "unlimited". */
  private static final int UNLIMITED = Integer.MAX_VALUE;

  private final V3Images images;

  /**
   * @param cdnOrigin base of image addresses
   */
  public V3Models(URI cdnOrigin) {
    this.images = new V3Images(cdnOrigin);
  }

  /** A JSON object under construction. */
  static final class JsonObject extends LinkedHashMap<String, @Nullable Object> {
    private static final long serialVersionUID = 1L;

    JsonObject with(String name, @Nullable Object value) {
      put(name, value);
      return this;
    }

    /** Leaves the member out when the value is null, 0, "" or an empty list. */
    JsonObject unlessEmpty(String name, @Nullable Object value) {
      boolean empty =
          switch (value) {
            case null -> true;
            case String text -> text.isEmpty();
            case Number number -> number.longValue() == 0;
            case List<?> list -> list.isEmpty();
            default -> false;
          };
      return empty ? this : with(name, value);
    }
  }

  /** The image part, which GraphQL fields use piecewise. */
  public V3Images images() {
    return images;
  }

  /** {@code UserPartial}. */
  JsonObject userPartial(LoadedUser user) {
    List<Object> connections = new ArrayList<>();
    user.user().connections().forEach(each -> connections.add(connectionPartial(user, each)));
    return new JsonObject()
        .with("id", user.id().toString())
        .with("username", username(user))
        .with("display_name", displayName(user))
        .unlessEmpty("avatar_url", avatarUrl(user))
        .with("style", style(user))
        .unlessEmpty("role_ids", roleIds(user))
        .unlessEmpty("connections", connections);
  }

  /** {@code ConnectionPartial}. */
  JsonObject connectionPartial(LoadedUser user, User.Connection connection) {
    Id active = user.user().style().activeEmoteSetId();
    Integer capacity = user.permissions().limit(Limit.EMOTE_SET_CAPACITY);
    return new JsonObject()
        .with("id", connection.platformId())
        .with("platform", platform(connection.platform()))
        .with("username", connection.platformUsername())
        .with("display_name", connection.platformDisplayName())
        .with("linked_at", connection.linkedAt().toEpochMilli())
        .with("emote_capacity", capacity == null ? 0 : Math.max(0, capacity))
        .with("emote_set_id", text(active));
  }

  /** {@code Style}. */
  static JsonObject style(LoadedUser user) {
    Integer color = user.highestRoleColor();
    return new JsonObject()
        .unlessEmpty("color", color)
        .unlessEmpty("paint_id", text(user.user().style().activePaintId()))
        .unlessEmpty("badge_id", text(user.user().style().activeBadgeId()));
  }

  /** Name of a platform in the old API. */
  public static String platform(Platform platform) {
    return platform == Platform.GOOGLE ? "YOUTUBE" : platform.name();
  }

  /** First connection's name, or "". */
  public static String username(LoadedUser user) {
    List<User.Connection> connections = user.user().connections();
    return connections.isEmpty() ? "" : connections.getFirst().platformUsername();
  }

  /** First connection's display name, or "". */
  public static String displayName(LoadedUser user) {
    List<User.Connection> connections = user.user().connections();
    return connections.isEmpty() ? "" : connections.getFirst().platformDisplayName();
  }

  /** Custom picture, first connection's avatar, or "". */
  public String avatarUrl(LoadedUser user) {
    UserProfilePicture picture = user.profilePicture();
    Image largest = picture == null ? null : largest(picture.imageSet());
    if (largest != null) {
      return images.withoutScheme(largest.path());
    }
    List<User.Connection> connections = user.user().connections();
    String avatar = connections.isEmpty() ? null : connections.getFirst().platformAvatarUrl();
    return avatar == null ? "" : avatar;
  }

  /** The output with the greatest height, last of equals (api-v3.md §13.1). */
  private static @Nullable Image largest(ImageSet set) {
    Image found = null;
    for (Image image : set.outputs()) {
      if (found == null || image.height() >= found.height()) {
        found = image;
      }
    }
    return found;
  }

  /** Ids of held roles, highest rank first. */
  public static List<String> roleIds(LoadedUser user) {
    return user.roleIds().reversed().stream().map(Id::toString).toList();
  }

  /** Old bits: immutable 1, privileged 2, personal 4, commercial 8. */
  public static int setFlags(EmoteSet set) {
    return switch (set.kind()) {
      case NORMAL -> 0;
      case GLOBAL -> 2;
      case PERSONAL -> 4;
      case SPECIAL -> 11;
    };
  }

  static int capacity(EmoteSet set) {
    Integer capacity = set.capacity();
    return capacity == null ? UNLIMITED : capacity;
  }

  /** Old bits: zero width 1; override conflicts sets the three provider bits. */
  public static int entryFlags(EmoteSet.Entry entry) {
    int flags = 0;
    if ((entry.flags() & EmoteSet.Entry.FLAG_ZERO_WIDTH) != 0) {
      flags |= 1;
    }
    if ((entry.flags() & EmoteSet.Entry.FLAG_OVERRIDE_CONFLICTS) != 0) {
      flags |= 65536 | 131072 | 262144;
    }
    return flags;
  }

  /** {@code EmotePartial}. */
  JsonObject emotePartial(Emote emote, @Nullable LoadedUser owner) {
    return new JsonObject()
        .with("id", emote.id().toString())
        .with("name", emote.defaultName())
        .with("flags", emoteFlags(emote))
        .unlessEmpty("tags", emote.tags())
        .with("lifecycle", lifecycle(emote))
        .with("state", state(emote))
        .with("listed", emote.hasFlags(Emote.FLAG_PUBLIC_LISTED))
        .with("animated", emote.hasFlags(Emote.FLAG_ANIMATED))
        .unlessEmpty("owner", owner == null ? null : userPartial(owner))
        .with("host", images.host(emote.imageSet()));
  }

  /** Old bits: private 1, zero width 256, not safe for work 65536. */
  public static int emoteFlags(Emote emote) {
    return emoteFlags(emote.flags());
  }

  /** The same for bare flags. */
  public static int emoteFlags(int flags) {
    return ((flags & Emote.FLAG_PRIVATE) != 0 ? 1 : 0)
        | ((flags & Emote.FLAG_DEFAULT_ZERO_WIDTH) != 0 ? 256 : 0)
        | ((flags & Emote.FLAG_NSFW) != 0 ? 65536 : 0);
  }

  /** -1 deleted or merged, 0 pending, 3 live. */
  public static int lifecycle(Emote emote) {
    if (emote.deleted() || emote.merged() != null) {
      return -1;
    }
    return emote.imageSet().isPending() ? 0 : 3;
  }

  /** {@code PERSONAL} or {@code NO_PERSONAL}, then {@code LISTED}. */
  public static List<String> state(Emote emote) {
    List<String> state = new ArrayList<>();
    boolean denied = emote.hasFlags(Emote.FLAG_DENIED_PERSONAL);
    if (denied) {
      state.add("NO_PERSONAL");
    } else if (emote.hasFlags(Emote.FLAG_APPROVED_PERSONAL)) {
      state.add("PERSONAL");
    }
    if (emote.hasFlags(Emote.FLAG_PUBLIC_LISTED)) {
      state.add("LISTED");
    }
    return state;
  }

  static @Nullable String text(@Nullable Id id) {
    return id == null ? null : id.toString();
  }
}
