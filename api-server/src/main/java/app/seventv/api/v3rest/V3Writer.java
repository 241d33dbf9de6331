package app.seventv.api.v3rest;

import app.seventv.api.common.LoadedUser;
import app.seventv.api.web.JsonWriter;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.ImageSet;
import app.seventv.model.OriginConfig;
import app.seventv.model.Permissions.Limit;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of {@link V3Models} written without a tree in between, for the reads that nearly all
 * requests are. A test holds the two together, byte for byte.
 */
public final class V3Writer {
  /** REST always reports this for editors (api-v3.md §13.6). */
  private static final int EDITOR_PERMISSIONS = 17;

  private final V3Models models;

  public V3Writer(V3Models models) {
    this.models = models;
  }

  /** {@code UserPartial}. */
  public byte[] userPartial(LoadedUser user) {
    JsonWriter out = new JsonWriter(1024).object();
    out.member("id", user.id());
    names(out, user);
    style(out, user);
    roles(out, "role_ids", user);
    List<User.Connection> connections = user.user().connections();
    if (!connections.isEmpty()) {
      out.name("connections").list();
      for (User.Connection connection : connections) {
        openConnection(out, user, connection);
        out.endObject();
      }
      out.endList();
    }
    return out.endObject().toBytes();
  }

  private void names(JsonWriter out, LoadedUser user) {
    out.member("username", V3Models.username(user));
    out.member("display_name", V3Models.displayName(user));
    String avatar = models.avatarUrl(user);
    if (!avatar.isEmpty()) {
      out.member("avatar_url", avatar);
    }
  }

  private static void style(JsonWriter out, LoadedUser user) {
    out.name("style").object();
    Integer color = user.highestRoleColor();
    if (color != null && color != 0) {
      out.member("color", color);
    }
    User.Style style = user.user().style();
    if (style.activePaintId() != null) {
      out.member("paint_id", style.activePaintId());
    }
    if (style.activeBadgeId() != null) {
      out.member("badge_id", style.activeBadgeId());
    }
    out.endObject();
  }

  private static void roles(JsonWriter out, String name, LoadedUser user) {
    List<String> roles = V3Models.roleIds(user);
    if (!roles.isEmpty()) {
      out.member(name, roles);
    }
  }

  /** {@code ConnectionPartial} up to its last member, so that more may follow. */
  public void openConnection(JsonWriter out, LoadedUser user, User.Connection connection) {
    Integer capacity = user.permissions().limit(Limit.EMOTE_SET_CAPACITY);
    out.object();
    out.member("id", connection.platformId());
    out.member("platform", V3Models.platform(connection.platform()));
    out.member("username", connection.platformUsername());
    out.member("display_name", connection.platformDisplayName());
    out.member("linked_at", connection.linkedAt().toEpochMilli());
    out.member("emote_capacity", capacity == null ? 0 : Math.max(0, capacity));
    out.member("emote_set_id", user.user().style().activeEmoteSetId());
  }

  /**
   * {@code User}.
   *
   * @param emoteSet writes the active set, once in each connection; null for none
   * @param sets those that are listed
   * @param editors the accepted ones
   */
  public void user(
      JsonWriter out,
      LoadedUser user,
      @Nullable Consumer<JsonWriter> emoteSet,
      List<EmoteSet> sets,
      List<UserEditor> editors) {
    out.object();
    out.member("id", user.id());
    out.member("username", V3Models.username(user));
    out.member("display_name", V3Models.displayName(user));
    if (user.id().timeMs() != 0) {
      out.member("created_at", user.id().timeMs());
    }
    String avatar = models.avatarUrl(user);
    if (!avatar.isEmpty()) {
      out.member("avatar_url", avatar);
    }
    style(out, user);
    sets(out, sets);
    editors(out, editors);
    roles(out, "roles", user);
    List<User.Connection> connections = user.user().connections();
    if (!connections.isEmpty()) {
      out.name("connections").list();
      for (User.Connection connection : connections) {
        openConnection(out, user, connection);
        emoteSet(out, emoteSet);
        out.endObject();
      }
      out.endList();
    }
    out.endObject();
  }

  /** The member {@code emote_set}. */
  public void emoteSet(JsonWriter out, @Nullable Consumer<JsonWriter> emoteSet) {
    if (emoteSet == null) {
      out.member("emote_set", (String) null);
    } else {
      emoteSet.accept(out.name("emote_set"));
    }
  }

  private static void sets(JsonWriter out, List<EmoteSet> sets) {
    if (sets.isEmpty()) {
      return;
    }
    out.name("emote_sets").list();
    for (EmoteSet set : sets) {
      out.object();
      setHead(out, set);
      out.member("capacity", V3Models.capacity(set));
      out.endObject();
    }
    out.endList();
  }

  private static void setHead(JsonWriter out, EmoteSet set) {
    out.member("id", set.id());
    out.member("name", set.name());
    out.member("flags", V3Models.setFlags(set));
    out.member("tags", set.tags());
  }

  private static void editors(JsonWriter out, List<UserEditor> editors) {
    if (editors.isEmpty()) {
      return;
    }
    out.name("editors").list();
    for (UserEditor editor : editors) {
      out.object();
      out.member("id", editor.editorId());
      out.member("permissions", EDITOR_PERMISSIONS);
      out.member("visible", true);
      out.member("added_at", editor.addedAt().toEpochMilli());
      out.endObject();
    }
    out.endList();
  }

  /** {@code EmoteSet} up to the list of entries, which is open. */
  public void openSet(JsonWriter out, EmoteSet set) {
    boolean special = set.kind() == EmoteSet.Kind.SPECIAL;
    out.object();
    setHead(out, set);
    out.member("immutable", special);
    out.member("privileged", special || set.kind() == EmoteSet.Kind.GLOBAL);
    out.name("emotes").list();
  }

  /**
   * Closes what {@link #openSet} has begun.
   *
   * @param entries number of entries that were written
   * @param owner JSON of {@code UserPartial}, or null
   */
  public void closeSet(JsonWriter out, EmoteSet set, int entries, byte @Nullable [] owner) {
    out.endList();
    if (entries > 0) {
      out.member("emote_count", entries);
    }
    out.member("capacity", V3Models.capacity(set));
    if (set.originConfig() != null && !set.originConfig().origins().isEmpty()) {
      out.name("origins").list();
      int weight = 0;
      for (OriginConfig.Origin origin : set.originConfig().origins()) {
        out.object();
        out.member("id", origin.id());
        out.member("weight", weight++);
        out.member("slices", List.of());
        out.endObject();
      }
      out.endList();
    }
    owner(out, owner);
    out.endObject();
  }

  private static void owner(JsonWriter out, byte @Nullable [] owner) {
    if (owner == null) {
      out.member("owner", (String) null);
    } else {
      out.name("owner").json(owner);
    }
  }

  /**
   * {@code ActiveEmote}.
   *
   * @param owner JSON of the emote's owner; null if missing or hidden
   */
  public void entry(
      JsonWriter out, EmoteSet.Entry entry, EmoteText emote, byte @Nullable [] owner) {
    out.object();
    out.member("id", entry.id());
    out.member("name", entry.alias());
    out.member("flags", V3Models.entryFlags(entry));
    out.member("timestamp", entry.id().timeMs());
    out.member("actor_id", entry.addedById());
    out.name("data").json(emote.head());
    if (owner != null) {
      out.name("owner").json(owner);
    }
    out.raw(emote.tail());
    out.member("origin_id", entry.originSetId());
    out.endObject();
  }

  /** {@code EmotePartial} in two parts, between which its owner belongs. */
  public static final class EmoteText {
    private final byte[] head;
    private final byte[] tail;

    EmoteText(byte[] head, byte[] tail) {
      this.head = head;
      this.tail = tail;
    }

    /** The open object up to the owner. */
    byte[] head() {
      return head;
    }

    /** The rest, with a comma first and the closing brace last. */
    byte[] tail() {
      return tail;
    }
  }

  /** The parts of {@code EmotePartial}. */
  public EmoteText emotePartial(Emote emote) {
    JsonWriter head = new JsonWriter(256).object();
    head.member("id", emote.id());
    head.member("name", emote.defaultName());
    head.member("flags", V3Models.emoteFlags(emote));
    if (!emote.tags().isEmpty()) {
      head.member("tags", emote.tags());
    }
    state(head, emote);
    JsonWriter tail = new JsonWriter(2048).raw(new byte[] {','});
    return new EmoteText(head.toBytes(), host(tail, emote.imageSet()).endObject().toBytes());
  }

  private static void state(JsonWriter out, Emote emote) {
    out.member("lifecycle", V3Models.lifecycle(emote));
    out.member("state", V3Models.state(emote));
    out.member("listed", emote.hasFlags(Emote.FLAG_PUBLIC_LISTED));
    out.member("animated", emote.hasFlags(Emote.FLAG_ANIMATED));
  }

  /** {@code Emote}. */
  public void emote(JsonWriter out, Emote emote, byte @Nullable [] owner) {
    out.object();
    out.member("id", emote.id());
    out.member("name", emote.defaultName());
    out.member("flags", V3Models.emoteFlags(emote));
    out.member("tags", emote.tags());
    state(out, emote);
    owner(out, owner);
    host(out, emote.imageSet());
    out.name("versions").list().object();
    out.member("id", emote.id());
    out.member("name", emote.defaultName());
    out.member("description", "");
    state(out, emote);
    host(out, emote.imageSet());
    out.member("createdAt", emote.id().timeMs());
    out.endObject().endList().endObject();
  }

  /** The member {@code host}. */
  private JsonWriter host(JsonWriter out, ImageSet images) {
    out.name("host").object();
    out.member("url", models.images().folder(images));
    out.name("files").list();
    for (V3Images.File file : V3Images.files(images)) {
      out.object();
      out.member("name", file.name());
      out.member("static_name", file.staticName());
      out.member("width", file.image().width());
      out.member("height", file.image().height());
      out.member("frame_count", file.image().frameCount());
      out.member("size", file.image().size());
      out.member("format", file.format());
      out.endObject();
    }
    return out.endList().endObject();
  }
}
