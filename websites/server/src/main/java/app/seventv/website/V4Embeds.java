package app.seventv.website;

import app.seventv.website.PageMeta.Author;
import app.seventv.website.PageMeta.Image;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Embeds from the v4 API (website.md §2.4). */
final class V4Embeds implements EmbedSource {
  private static final String IMAGE = "url mime scale width height frameCount";
  private static final String CHIP =
      "id mainConnection { platformDisplayName platformAvatarUrl }"
          + " style { activeProfilePicture { images { "
          + IMAGE
          + " } } }";
  private static final String EMOTE =
      "query EmbedEmote($id: Id!) { emotes { emote(id: $id) { id defaultName deleted imagesPending"
          + " tags flags { animated defaultZeroWidth private publicListed nsfw }"
          + " owner { id mainConnection { platformDisplayName } } images { "
          + IMAGE
          + " } } } }";
  private static final String EMOTE_SET =
      "query EmbedEmoteSet($id: Id!) { emoteSets { emoteSet(id: $id) { id name kind capacity"
          + " owner { "
          + CHIP
          + " } emotes(page: 1, perPage: 4) { totalCount items { alias } }"
          + " } } }";
  private static final String USER =
      "query EmbedUser($id: Id!) { users { user(id: $id) { "
          + CHIP
          + " highestRoleColor { hex } roles { name } } } }";

  /** Everybody has this role, so it says nothing about anybody. */
  private static final String DEFAULT_ROLE = "Default";

  private final GraphqlApi api;

  V4Embeds(GraphqlApi api) {
    this.api = api;
  }

  @Override
  public CompletableFuture<Embed> lookup(EmbedKey key) {
    Map<String, String> variables = Map.of("id", key.id());
    return switch (key.kind()) {
      case EMOTE -> api.query(EMOTE, variables).thenApply(data -> emote(data.at("/emotes/emote")));
      case EMOTE_SET ->
          api.query(EMOTE_SET, variables)
              .thenApply(data -> emoteSet(data.at("/emoteSets/emoteSet")));
      case USER -> api.query(USER, variables).thenApply(data -> user(data.at("/users/user")));
    };
  }

  private static Embed emote(JsonNode emote) {
    if (isAbsent(emote) || emote.path("deleted").asBoolean(false)) {
      return new Embed.NotFound();
    }
    JsonNode flags = emote.path("flags");
    if (flags.path("private").asBoolean(false)) {
      return new Embed.Hidden();
    }
    String name = emote.path("defaultName").asString("");
    boolean shown =
        flags.path("publicListed").asBoolean(false) && !flags.path("nsfw").asBoolean(false);
    Optional<Author> author = author(emote.path("owner"));
    String title = author.map(owner -> name + " by " + owner.name()).orElse(name);
    PageMeta meta =
        new PageMeta(
            title,
            emoteDescription(flags, emote.path("tags")),
            "/emotes/" + emote.path("id").asString(""),
            "website",
            shown ? emoteImage(emote.path("images"), name) : Optional.empty(),
            Optional.empty(),
            shown,
            author);
    return new Embed.Found(meta);
  }

  private static String emoteDescription(JsonNode flags, JsonNode tags) {
    List<String> words = new ArrayList<>();
    words.add(flags.path("animated").asBoolean(false) ? "Animated emote" : "Emote");
    if (flags.path("defaultZeroWidth").asBoolean(false)) {
      words.add("overlaying");
    }
    for (JsonNode tag : tags) {
      words.add("#" + tag.asString(""));
    }
    return String.join(" · ", words);
  }

  /** The largest GIF of an animated emote, else the largest PNG: what every previewer can show. */
  private static Optional<Image> emoteImage(JsonNode images, String name) {
    return largest(images, "image/gif", name).or(() -> largest(images, "image/png", name));
  }

  private static Embed emoteSet(JsonNode set) {
    if (isAbsent(set)) {
      return new Embed.NotFound();
    }
    String kind = set.path("kind").asString("NORMAL");
    if (kind.equals("PERSONAL") || kind.equals("SPECIAL")) {
      return new Embed.Hidden();
    }
    String name = set.path("name").asString("");
    Optional<Author> author = author(set.path("owner"));
    PageMeta meta =
        new PageMeta(
            author.map(owner -> name + " by " + owner.name()).orElse(name),
            setDescription(set, kind),
            "/emote-sets/" + set.path("id").asString(""),
            "website",
            avatar(set.path("owner")),
            Optional.empty(),
            true,
            author);
    return new Embed.Found(meta);
  }

  private static String setDescription(JsonNode set, String kind) {
    JsonNode emotes = set.path("emotes");
    StringBuilder text = new StringBuilder(kind.equals("GLOBAL") ? "Global set" : "Emote set");
    text.append(" · ").append(emotes.path("totalCount").asInt(0));
    if (set.path("capacity").isNumber()) {
      text.append('/').append(set.path("capacity").asInt(0));
    }
    List<String> names = new ArrayList<>();
    for (JsonNode entry : emotes.path("items")) {
      names.add(entry.path("alias").asString(""));
    }
    return names.isEmpty() ? text.toString() : text + " · " + String.join(", ", names);
  }

  private static Embed user(JsonNode user) {
    if (isAbsent(user)) {
      return new Embed.NotFound();
    }
    String name = displayName(user).orElse(user.path("id").asString(""));
    List<String> roles = new ArrayList<>();
    for (JsonNode role : user.path("roles")) {
      roles.add(role.path("name").asString(""));
    }
    roles.remove(DEFAULT_ROLE);
    PageMeta meta =
        new PageMeta(
            name,
            roles.isEmpty() ? "Emotes of " + name : String.join(", ", roles),
            "/users/" + user.path("id").asString(""),
            "profile",
            avatar(user),
            color(user.path("highestRoleColor").path("hex").asString("")),
            true,
            Optional.empty());
    return new Embed.Found(meta);
  }

  /** {@code #RRGGBBAA} without its last two digits, if it is one. */
  private static Optional<String> color(String hex) {
    return hex.matches("#[0-9A-Fa-f]{8}") ? Optional.of(hex.substring(0, 7)) : Optional.empty();
  }

  private static Optional<Author> author(JsonNode owner) {
    return displayName(owner)
        .map(name -> new Author(name, "/users/" + owner.path("id").asString("")));
  }

  private static Optional<String> displayName(JsonNode user) {
    String name = user.path("mainConnection").path("platformDisplayName").asString("");
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }

  /** The uploaded picture, else the platform account's. */
  private static Optional<Image> avatar(JsonNode user) {
    JsonNode uploaded = user.path("style").path("activeProfilePicture").path("images");
    String alt = displayName(user).orElse("");
    Optional<Image> picture =
        largest(uploaded, "image/png", alt).or(() -> largest(uploaded, null, alt));
    String platformUrl = user.path("mainConnection").path("platformAvatarUrl").asString("");
    return picture.or(() ->
        platformUrl.startsWith("https://")
            ? Optional.of(new Image(platformUrl, "", 0, 0, alt))
            : Optional.empty());
  }

  private static Optional<Image> largest(JsonNode images, @Nullable String mime, String alt) {
    List<JsonNode> fitting = new ArrayList<>();
    for (JsonNode image : images) {
      if (mime == null || image.path("mime").asString("").equals(mime)) {
        fitting.add(image);
      }
    }
    return fitting.stream()
        .max(Comparator.comparingInt(image -> image.path("width").asInt(0)))
        .map(image ->
            new Image(
                image.path("url").asString(""),
                image.path("mime").asString(""),
                image.path("width").asInt(0),
                image.path("height").asInt(0),
                alt));
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }
}
