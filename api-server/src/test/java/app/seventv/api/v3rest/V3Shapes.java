package app.seventv.api.v3rest;

import app.seventv.api.common.LoadedUser;
import app.seventv.api.v3rest.V3Models.JsonObject;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.OriginConfig;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The old shapes as trees, member by member as api-v3.md §8 lists them: what tests compare with.
 */
final class V3Shapes {
  private final V3Models models;

  V3Shapes(V3Models models) {
    this.models = models;
  }

  /** Members that {@code User} has before its lists. */
  JsonObject userHead(LoadedUser user) {
    return new JsonObject()
        .with("id", user.id().toString())
        .with("username", V3Models.username(user))
        .with("display_name", V3Models.displayName(user))
        .unlessEmpty("created_at", user.id().timeMs())
        .unlessEmpty("avatar_url", models.avatarUrl(user))
        .with("style", V3Models.style(user));
  }

  /** {@code EmoteSetPartial}, without its owner. */
  static JsonObject setPartial(EmoteSet set) {
    return new JsonObject()
        .with("id", set.id().toString())
        .with("name", set.name())
        .with("flags", V3Models.setFlags(set))
        .with("tags", set.tags())
        .with("capacity", V3Models.capacity(set));
  }

  /**
   * {@code EmoteSet}. The list of entries is always sent, empty too: the extension cannot live
   * without it (pitfall 3).
   *
   * @param entries resolved entries
   * @param owner shown as null when missing or not asked for
   */
  JsonObject set(EmoteSet set, List<JsonObject> entries, @Nullable JsonObject owner) {
    boolean special = set.kind() == EmoteSet.Kind.SPECIAL;
    JsonObject json =
        new JsonObject()
            .with("id", set.id().toString())
            .with("name", set.name())
            .with("flags", V3Models.setFlags(set))
            .with("tags", set.tags())
            .with("immutable", special)
            .with("privileged", special || set.kind() == EmoteSet.Kind.GLOBAL)
            .with("emotes", entries)
            .unlessEmpty("emote_count", entries.size())
            .with("capacity", V3Models.capacity(set))
            .unlessEmpty("origins", origins(set));
    return json.with("owner", owner);
  }

  private static List<Object> origins(EmoteSet set) {
    List<Object> origins = new ArrayList<>();
    if (set.originConfig() != null) {
      for (OriginConfig.Origin origin : set.originConfig().origins()) {
        origins.add(
            new JsonObject()
                .with("id", origin.id().toString())
                .with("weight", origins.size())
                .with("slices", List.of()));
      }
    }
    return origins;
  }

  /** {@code ActiveEmote}. */
  JsonObject entry(EmoteSet.Entry entry, Emote emote, @Nullable LoadedUser owner) {
    return new JsonObject()
        .with("id", entry.id().toString())
        .with("name", entry.alias())
        .with("flags", V3Models.entryFlags(entry))
        .with("timestamp", entry.id().timeMs())
        .with("actor_id", V3Models.text(entry.addedById()))
        .with("data", models.emotePartial(emote, owner))
        .with("origin_id", V3Models.text(entry.originSetId()));
  }

  /** {@code Emote}. */
  JsonObject emote(Emote emote, @Nullable LoadedUser owner) {
    return new JsonObject()
        .with("id", emote.id().toString())
        .with("name", emote.defaultName())
        .with("flags", V3Models.emoteFlags(emote))
        .with("tags", emote.tags())
        .with("lifecycle", V3Models.lifecycle(emote))
        .with("state", V3Models.state(emote))
        .with("listed", emote.hasFlags(Emote.FLAG_PUBLIC_LISTED))
        .with("animated", emote.hasFlags(Emote.FLAG_ANIMATED))
        .with("owner", owner == null ? null : models.userPartial(owner))
        .with("host", models.images().host(emote.imageSet()))
        .with("versions", List.of(version(emote)));
  }

  private JsonObject version(Emote emote) {
    return new JsonObject()
        .with("id", emote.id().toString())
        .with("name", emote.defaultName())
        .with("description", "")
        .with("lifecycle", V3Models.lifecycle(emote))
        .with("state", V3Models.state(emote))
        .with("listed", emote.hasFlags(Emote.FLAG_PUBLIC_LISTED))
        .with("animated", emote.hasFlags(Emote.FLAG_ANIMATED))
        .with("host", models.images().host(emote.imageSet()))
        .with("createdAt", emote.id().timeMs());
  }

  /** {@code User}. */
  JsonObject user(
      LoadedUser user,
      @Nullable JsonObject emoteSet,
      List<EmoteSet> sets,
      List<UserEditor> editors) {
    List<Object> rows = new ArrayList<>();
    for (UserEditor row : editors) {
      rows.add(
          new JsonObject()
              .with("id", row.editorId().toString())
              .with("permissions", 17)
              .with("visible", true)
              .with("added_at", row.addedAt().toEpochMilli()));
    }
    List<Object> connections = new ArrayList<>();
    for (User.Connection connection : user.user().connections()) {
      connections.add(models.connectionPartial(user, connection).with("emote_set", emoteSet));
    }
    return userHead(user)
        .unlessEmpty("emote_sets", sets.stream().map(V3Shapes::setPartial).toList())
        .unlessEmpty("editors", rows)
        .unlessEmpty("roles", V3Models.roleIds(user))
        .unlessEmpty("connections", connections);
  }
}
