package app.seventv.model.search;

import static app.seventv.model.search.SearchSchema.fields;

import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Platform;
import app.seventv.model.User;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Users in the search index (workers.md §7.2). */
public final class UserSearchDocument {

  /** The collection. */
  public static final SearchSchema SCHEMA =
      new SearchSchema(
          CollectionNames.USERS,
          Stream.of(
                  fields("string", "id"),
                  fields(
                      "string[]?", "discord_names", "kick_names", "google_names", "twitch_names"),
                  fields("string?", "email"),
                  fields("bool", "email_verified", "has_bans", "has_2fa"),
                  fields("string?", "active_badge_id", "active_paint_id", "active_emote_set_id"),
                  fields("string[]?", "entitlements", "entitlement_grants", "emotes"),
                  fields("int32", "role_rank", "role_hoist_rank"),
                  fields("int64", "created_at", "updated_at", "search_updated_at"))
              .flatMap(List::stream)
              .toList(),
          "role_rank");

  private UserSearchDocument() {}

  /**
   * The document of a user.
   *
   * @param user with the cached entitlements already recomputed
   * @param directGrants targets of the edges that leave the user
   */
  public static ObjectNode of(User user, Collection<EntitlementNode> directGrants, Instant now) {
    User.Cached cached = user.cached();
    User.Style style = user.style();
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("id", user.id().toString());
    SearchJson.putTexts(document, "discord_names", names(user, Platform.DISCORD));
    SearchJson.putTexts(document, "kick_names", names(user, Platform.KICK));
    SearchJson.putTexts(document, "google_names", names(user, Platform.GOOGLE));
    SearchJson.putTexts(document, "twitch_names", names(user, Platform.TWITCH));
    document
        .put("email", user.email())
        .put("email_verified", user.emailVerified())
        .put("has_bans", user.hasBans())
        .put("has_2fa", user.twoFactor() != null);
    SearchJson.putId(
        document,
        "active_badge_id",
        ifOwned(cached, EntitlementNode.Kind.BADGE, style.activeBadgeId()));
    SearchJson.putId(
        document,
        "active_paint_id",
        ifOwned(cached, EntitlementNode.Kind.PAINT, style.activePaintId()));
    SearchJson.putId(document, "active_emote_set_id", style.activeEmoteSetId());
    SearchJson.putTexts(document, "entitlements", cached.entitlements());
    SearchJson.putTexts(document, "entitlement_grants", directGrants);
    SearchJson.putTexts(document, "emotes", cached.activeEmotes());
    return document
        .put("role_rank", cached.roleRank())
        .put("role_hoist_rank", cached.roleHoistRank())
        .put("created_at", user.id().timeMs())
        .put("updated_at", user.updatedAt().toEpochMilli())
        .put("search_updated_at", now.toEpochMilli());
  }

  private static Set<String> names(User user, Platform platform) {
    Set<String> names = new LinkedHashSet<>();
    for (User.Connection connection : user.connections()) {
      if (connection.platform() == platform) {
        names.add(connection.platformUsername());
        names.add(connection.platformId());
        names.add(connection.platformDisplayName());
      }
    }
    return names;
  }

  private static @Nullable Id ifOwned(
      User.Cached cached, EntitlementNode.Kind kind, @Nullable Id id) {
    return id != null && cached.entitlements().contains(EntitlementNode.of(kind, id)) ? id : null;
  }
}
