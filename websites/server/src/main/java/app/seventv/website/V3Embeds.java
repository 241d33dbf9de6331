package app.seventv.website;

import app.seventv.website.PageMeta.Image;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/**
 * Embeds of the old site from the v3 API, whose only entity pages are the users' (website-old.md
 * §5.5).
 */
final class V3Embeds implements EmbedSource {
  private static final String USER =
      "query EmbedUser($id: ObjectID!) { user(id: $id) { id display_name avatar_url } }";

  /** Stands for unknown and hidden users (api-v3.md §13.1). */
  private static final String NIL_ID = "00000000000000000000000000";

  private final GraphqlApi api;

  V3Embeds(GraphqlApi api) {
    this.api = api;
  }

  @Override
  public CompletableFuture<Embed> lookup(EmbedKey key) {
    return switch (key.kind()) {
      case USER ->
          api.query(USER, Map.of("id", key.id())).thenApply(data -> user(data.path("user")));
      case EMOTE, EMOTE_SET -> CompletableFuture.completedFuture(new Embed.Hidden());
    };
  }

  private static Embed user(JsonNode user) {
    String id = user.path("id").asString("");
    if (id.isEmpty() || id.equals(NIL_ID)) {
      return new Embed.NotFound();
    }
    String name = user.path("display_name").asString(id);
    PageMeta meta =
        new PageMeta(
            name,
            "Channel emotes of " + name,
            "/users/" + id,
            "profile",
            avatar(user.path("avatar_url").asString(""), name),
            Optional.empty(),
            true,
            Optional.empty());
    return new Embed.Found(meta);
  }

  /** v3 image addresses start with {@code //}; previewers want a scheme. */
  private static Optional<Image> avatar(String url, String alt) {
    String absolute = url.startsWith("//") ? "https:" + url : url;
    return absolute.startsWith("https://")
        ? Optional.of(new Image(absolute, "", 0, 0, alt))
        : Optional.empty();
  }
}
