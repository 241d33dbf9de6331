package app.seventv.events.dispatch;

import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Platform;
import app.seventv.model.User;
import app.seventv.model.UserProfilePicture;
import app.seventv.model.bus.FullUser;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The models that dispatches share (event-api.md §12), fields in their order. */
final class Models {
  private static final String DELETED_USER_NAME = "*DeletedUser";

  private static final int FLAG_PRIVATE = 1;
  private static final int FLAG_ZERO_WIDTH = 256;
  private static final int FLAG_SEXUAL = 65_536;

  private static final int ACTIVE_FLAG_ZERO_WIDTH = 1;
  private static final int ACTIVE_FLAGS_OVERRIDE = 65_536 | 131_072 | 262_144;

  private static final int SET_FLAG_IMMUTABLE = 1;
  private static final int SET_FLAG_PRIVILEGED = 2;
  private static final int SET_FLAG_PERSONAL = 4;
  private static final int SET_FLAG_COMMERCIAL = 8;

  static final int LIFECYCLE_DELETED = -1;
  static final int LIFECYCLE_PROCESSING = 0;
  static final int LIFECYCLE_LIVE = 3;

  private final ImageHosts hosts;

  Models(ImageHosts hosts) {
    this.hosts = hosts;
  }

  /** A user without private data (§12.1). */
  Json partialUser(FullUser full) {
    return out -> {
      User user = full.user();
      List<User.Connection> connections = user.connections();
      User.Connection first = connections.isEmpty() ? null : connections.getFirst();
      out.writeStartObject();
      names(out, user, first, avatar(full, first));
      out.writeName("style");
      style(out, full);
      List<String> roles =
          full.computed().entitlements().roles().stream().map(Object::toString).toList();
      if (!roles.isEmpty()) {
        out.writeName("role_ids");
        Json.strings(out, roles);
      }
      Integer capacity = full.computed().permissions().limit(Permissions.Limit.EMOTE_SET_CAPACITY);
      connections(out, user, capacity == null ? 0 : capacity);
      out.writeEndObject();
    };
  }

  private String avatar(FullUser full, User.@Nullable Connection first) {
    UserProfilePicture picture = full.activeProfilePicture();
    if (picture != null
        && full.computed().permissions().has(Permission.USER_USE_CUSTOM_PROFILE_PICTURE)) {
      Image tallest = null;
      for (Image image : picture.imageSet().outputs()) {
        if (tallest == null || image.height() >= tallest.height()) {
          tallest = image;
        }
      }
      if (tallest != null) {
        return hosts.address(tallest);
      }
    }
    String url = first == null ? null : first.platformAvatarUrl();
    return url == null ? "" : url;
  }

  /**
   * The same as far as the stored user alone tells it: without style, roles and capacity, which
   * depend on what the user is entitled to.
   */
  Json partialUser(User user) {
    return out -> {
      List<User.Connection> connections = user.connections();
      User.Connection first = connections.isEmpty() ? null : connections.getFirst();
      String avatar = first == null ? null : first.platformAvatarUrl();
      out.writeStartObject();
      names(out, user, first, avatar == null ? "" : avatar);
      out.writeName("style");
      out.writeStartObject();
      out.writeEndObject();
      connections(out, user, 0);
      out.writeEndObject();
    };
  }

  private static void names(
      JsonGenerator out, User user, User.@Nullable Connection first, String avatar) {
    out.writeStringProperty("id", user.id().toString());
    out.writeStringProperty("username", first == null ? "" : first.platformUsername());
    out.writeStringProperty("display_name", first == null ? "" : first.platformDisplayName());
    if (!avatar.isEmpty()) {
      out.writeStringProperty("avatar_url", avatar);
    }
  }

  private static void connections(JsonGenerator out, User user, int capacity) {
    if (user.connections().isEmpty()) {
      return;
    }
    out.writeName("connections");
    out.writeStartArray();
    for (User.Connection connection : user.connections()) {
      out.writeStartObject();
      connectionFields(out, user, connection, capacity);
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void style(JsonGenerator out, FullUser full) {
    User.Style style = full.user().style();
    FullUser.Computed computed = full.computed();
    Integer color = computed.highestRoleColor();
    out.writeStartObject();
    if (color != null && color != 0) {
      out.writeNumberProperty("color", color);
    }
    if (style.activePaintId() != null
        && computed.permissions().has(Permission.USER_USE_PAINT)
        && computed.entitlements().paints().contains(style.activePaintId())) {
      out.writeStringProperty("paint_id", style.activePaintId().toString());
    }
    if (style.activeBadgeId() != null
        && computed.permissions().has(Permission.USER_USE_BADGE)
        && computed.entitlements().badges().contains(style.activeBadgeId())) {
      out.writeStringProperty("badge_id", style.activeBadgeId().toString());
    }
    out.writeEndObject();
  }

  private static void connectionFields(
      JsonGenerator out, User user, User.Connection connection, int capacity) {
    out.writeStringProperty("id", connection.platformId());
    out.writeStringProperty(
        "platform",
        connection.platform() == Platform.GOOGLE ? "YOUTUBE" : connection.platform().name());
    out.writeStringProperty("username", connection.platformUsername());
    out.writeStringProperty("display_name", connection.platformDisplayName());
    out.writeNumberProperty("linked_at", connection.linkedAt().toEpochMilli());
    out.writeNumberProperty("emote_capacity", capacity);
    Json.id(out, "emote_set_id", user.style().activeEmoteSetId());
  }

  /** A connection that was linked or unlinked (§11.3). */
  Json changedConnection(User user, User.Connection connection) {
    return out -> {
      out.writeStartObject();
      connectionFields(out, user, connection, 0);
      out.writeNullProperty("emote_set");
      out.writeEndObject();
    };
  }

  /** What stands for an owner that nobody knows (§12.1). */
  static final Json DELETED_USER =
      out -> {
        out.writeStartObject();
        out.writeStringProperty("id", Id.NIL.toString());
        out.writeStringProperty("username", DELETED_USER_NAME);
        out.writeStringProperty("display_name", DELETED_USER_NAME);
        out.writeName("style");
        out.writeStartObject();
        out.writeEndObject();
        out.writeEndObject();
      };

  /** An emote in a set (§12.2). */
  Json activeEmote(
      EmoteSet.Entry entry, String name, @Nullable Emote emote, @Nullable FullUser owner) {
    return activeEmote(
        entry,
        name,
        emote == null ? null : partialEmote(emote, owner == null ? null : partialUser(owner)));
  }

  /** An emote in a personal set, whose data always name an owner. */
  Json personalEmote(EmoteSet.Entry entry, Emote emote, @Nullable FullUser owner) {
    return activeEmote(
        entry,
        entry.alias(),
        partialEmote(emote, owner == null ? DELETED_USER : partialUser(owner)));
  }

  private Json activeEmote(EmoteSet.Entry entry, String name, @Nullable Json data) {
    return out -> {
      int flags = 0;
      flags |= (entry.flags() & EmoteSet.Entry.FLAG_ZERO_WIDTH) != 0 ? ACTIVE_FLAG_ZERO_WIDTH : 0;
      flags |=
          (entry.flags() & EmoteSet.Entry.FLAG_OVERRIDE_CONFLICTS) != 0 ? ACTIVE_FLAGS_OVERRIDE : 0;
      out.writeStartObject();
      out.writeStringProperty("id", entry.id().toString());
      out.writeStringProperty("name", name);
      out.writeNumberProperty("flags", flags);
      out.writeNumberProperty("timestamp", entry.id().timeMs());
      Json.id(out, "actor_id", entry.addedById());
      out.writeName("data");
      (data == null ? Json.NULL : data).write(out);
      Json.id(out, "origin_id", entry.originSetId());
      out.writeEndObject();
    };
  }

  /** A set without its emotes (§12.3). */
  Json emoteSet(EmoteSet set, @Nullable FullUser owner) {
    return out -> {
      int flags =
          switch (set.kind()) {
            case NORMAL -> 0;
            case PERSONAL -> SET_FLAG_PERSONAL;
            case GLOBAL -> SET_FLAG_PRIVILEGED;
            case SPECIAL -> SET_FLAG_IMMUTABLE | SET_FLAG_PRIVILEGED | SET_FLAG_COMMERCIAL;
          };
      out.writeStartObject();
      out.writeStringProperty("id", set.id().toString());
      out.writeStringProperty("name", set.name());
      out.writeNumberProperty("flags", flags);
      out.writeName("tags");
      Json.strings(out, set.tags());
      out.writeBooleanProperty("immutable", (flags & SET_FLAG_IMMUTABLE) != 0);
      out.writeBooleanProperty("privileged", (flags & SET_FLAG_PRIVILEGED) != 0);
      Integer capacity = set.capacity();
      out.writeNumberProperty("capacity", capacity == null ? Integer.MAX_VALUE : capacity);
      origins(out, set);
      out.writeName("owner");
      (owner == null ? Json.NULL : partialUser(owner)).write(out);
      out.writeEndObject();
    };
  }

  private static void origins(JsonGenerator out, EmoteSet set) {
    if (set.originConfig() == null || set.originConfig().origins().isEmpty()) {
      return;
    }
    out.writeName("origins");
    out.writeStartArray();
    int position = 0;
    for (var origin : set.originConfig().origins()) {
      out.writeStartObject();
      out.writeStringProperty("id", origin.id().toString());
      out.writeNumberProperty("weight", position++);
      out.writeName("slices");
      out.writeStartArray();
      out.writeEndArray();
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** An emote as those who watch emotes are told about it. */
  Json emote(Emote emote, @Nullable FullUser owner) {
    return partialEmote(emote, owner == null ? null : partialUser(owner));
  }

  /** An emote (§12.4). */
  private Json partialEmote(Emote emote, @Nullable Json owner) {
    return out -> {
      out.writeStartObject();
      out.writeStringProperty("id", emote.id().toString());
      out.writeStringProperty("name", emote.defaultName());
      out.writeNumberProperty("flags", publicFlags(emote.flags()));
      if (!emote.tags().isEmpty()) {
        out.writeName("tags");
        Json.strings(out, emote.tags());
      }
      out.writeNumberProperty("lifecycle", lifecycle(emote));
      out.writeName("state");
      state(out, emote);
      out.writeBooleanProperty("listed", emote.hasFlags(Emote.FLAG_PUBLIC_LISTED));
      out.writeBooleanProperty("animated", emote.hasFlags(Emote.FLAG_ANIMATED));
      if (owner != null) {
        out.writeName("owner");
        owner.write(out);
      }
      out.writeName("host");
      hosts.host(emote.imageSet()).write(out);
      out.writeEndObject();
    };
  }

  /** The mask of an emote's flags that clients know. */
  static int publicFlags(int flags) {
    return ((flags & Emote.FLAG_PRIVATE) != 0 ? FLAG_PRIVATE : 0)
        | ((flags & Emote.FLAG_DEFAULT_ZERO_WIDTH) != 0 ? FLAG_ZERO_WIDTH : 0)
        | ((flags & Emote.FLAG_NSFW) != 0 ? FLAG_SEXUAL : 0);
  }

  private static int lifecycle(Emote emote) {
    if (emote.deleted() || emote.merged() != null) {
      return LIFECYCLE_DELETED;
    }
    return emote.imageSet().isPending() ? LIFECYCLE_PROCESSING : LIFECYCLE_LIVE;
  }

  private static void state(JsonGenerator out, Emote emote) {
    out.writeStartArray();
    if (emote.hasFlags(Emote.FLAG_DENIED_PERSONAL)) {
      out.writeString("NO_PERSONAL");
    } else if (emote.hasFlags(Emote.FLAG_APPROVED_PERSONAL)) {
      out.writeString("PERSONAL");
    }
    if (emote.hasFlags(Emote.FLAG_PUBLIC_LISTED)) {
      out.writeString("LISTED");
    }
    out.writeEndArray();
  }
}
