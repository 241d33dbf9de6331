package app.seventv.api;

import app.seventv.api.data.Users;
import app.seventv.model.CollectionNames;
import app.seventv.model.Document;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Permissions.Limit;
import app.seventv.model.Platform;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import app.seventv.model.UserProfilePicture;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Updates;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Puts the documents behind a v3 example into the store, as far as the example tells them. */
final class ExampleDocuments {
  /**
   * Colour of the roles; the examples' two users share roles but not colours, so one is changed.
   */
  static final int ROLE_COLOR = 1018425599;

  /** Colour of the user whose roles give the other one. */
  private static final String IMPOSSIBLE_COLOR = "-226873601";

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Id HIGH_ROLE = Id.parse("01FEFAFH000000NXHTDD2NF1N1");
  private static final Id LOW_ROLE = Id.parse("01F72DXD000002JNXGYMXFQTK4");
  private static final List<String> CLEARED =
      List.of(
          CollectionNames.USERS,
          CollectionNames.EMOTES,
          CollectionNames.EMOTE_SETS,
          CollectionNames.ROLES,
          CollectionNames.ENTITLEMENT_EDGES,
          CollectionNames.USER_EDITORS,
          CollectionNames.USER_PROFILE_PICTURES);

  private final MongoDatabase database;

  private ExampleDocuments(MongoDatabase database) {
    this.database = database;
  }

  /** The text of an example file, with a colour that its user can have. */
  static String example(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ExampleDocuments.class.getResourceAsStream("/v3/" + name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace(IMPOSSIBLE_COLOR, Integer.toString(ROLE_COLOR));
    }
  }

  static void seed(MongoDatabase database, JsonNode example) {
    ExampleDocuments documents = new ExampleDocuments(database);
    CLEARED.forEach(name -> database.getCollection(name).deleteMany(new BsonDocument()));
    documents.roles();
    documents.visit(example, null);
  }

  private void visit(JsonNode node, @Nullable Id owner) {
    if (node.isArray()) {
      node.forEach(child -> visit(child, owner));
      return;
    }
    if (!node.isObject()) {
      return;
    }
    Id inner = owner;
    if (node.has("style") && node.has("username")) {
      inner = Id.parse(node.path("id").asString());
      user(node, inner);
    } else if (node.has("host") && node.has("state") && !node.has("createdAt")) {
      emote(node);
    } else if (node.has("capacity") && node.has("flags")) {
      JsonNode shown = node.path("owner").path("id");
      set(node, shown.isString() ? Id.parse(shown.asString()) : owner);
    }
    for (JsonNode child : node) {
      visit(child, inner);
    }
  }

  private void roles() {
    Permissions perks =
        Permissions.NONE
            .withAllowed(
                Permission.Category.USER,
                Permission.USER_USE_BADGE.bit()
                    | Permission.USER_USE_PAINT.bit()
                    | Permission.USER_USE_PERSONAL_EMOTE_SET.bit()
                    | Permission.USER_USE_CUSTOM_PROFILE_PICTURE.bit())
            .withLimit(Limit.EMOTE_SET_CAPACITY, 1000);
    store(CollectionNames.ROLES, role(HIGH_ROLE, 20, ROLE_COLOR, perks));
    store(CollectionNames.ROLES, role(LOW_ROLE, 10, null, Permissions.NONE));
  }

  private static Role role(Id id, int rank, @Nullable Integer color, Permissions permissions) {
    return new Role(
        id, "Role", null, List.of(), Id.NIL, permissions, true, color, rank, rank, NOW, null);
  }

  private void user(JsonNode json, Id id) {
    List<User.Connection> connections = new ArrayList<>();
    Id active = null;
    String avatar = json.path("avatar_url").asString("");
    boolean custom = avatar.startsWith("//");
    for (JsonNode each : json.path("connections")) {
      Instant linked = Instant.ofEpochMilli(each.path("linked_at").asLong());
      connections.add(
          new User.Connection(
              Platform.valueOf(each.path("platform").asString()),
              each.path("id").asString(),
              each.path("username").asString(),
              each.path("display_name").asString(),
              custom || avatar.isEmpty() ? null : avatar,
              linked,
              linked,
              true));
      active = idOrNull(each.path("emote_set_id"));
    }
    Id badge = idOrNull(json.path("style").path("badge_id"));
    Id paint = idOrNull(json.path("style").path("paint_id"));
    Id picture = custom ? picture(avatar, id) : null;
    User user = User.create(id, connections, NOW);
    store(
        CollectionNames.USERS,
        Users.withStyle(user, new User.Style(badge, paint, active, picture, null, null)));
    grant(id, EntitlementNode.role(HIGH_ROLE));
    grant(id, EntitlementNode.role(LOW_ROLE));
    if (badge != null) {
      grant(id, EntitlementNode.of(Kind.BADGE, badge));
    }
    if (paint != null) {
      grant(id, EntitlementNode.of(Kind.PAINT, paint));
    }
    for (JsonNode editor : json.path("editors")) {
      editor(id, Id.parse(editor.path("id").asString()), editor.path("added_at").asLong());
    }
  }

  /** An accepted editor who may change sets and the profile. */
  void editor(Id owner, Id editor, long addedAtMs) {
    store(
        CollectionNames.USER_EDITORS,
        new UserEditor(
            owner,
            editor,
            UserEditor.State.ACCEPTED,
            null,
            new EditorPermissions(2, 0, 8),
            owner,
            Instant.ofEpochMilli(addedAtMs),
            NOW,
            null));
  }

  static void editor(MongoDatabase database, Id owner, Id editor) {
    new ExampleDocuments(database).editor(owner, editor, 1691046000120L);
  }

  private Id picture(String address, Id user) {
    String path = address.substring(address.indexOf('/', 2) + 1);
    Id id = Id.parse(path.split("/", -1)[3]);
    Image image = new Image(path, "image/gif", 4, 5000, 128, 128, 12);
    Image smaller = new Image(path.replace("4x", "1x"), "image/gif", 1, 900, 32, 32, 12);
    ImageSet images = new ImageSet(new ImageSet.Processed(image), List.of(smaller, image));
    store(CollectionNames.USER_PROFILE_PICTURES, new UserProfilePicture(id, user, images, NOW));
    return id;
  }

  private void emote(JsonNode json) {
    Id id = Id.parse(json.path("id").asString());
    List<String> state = new ArrayList<>();
    json.path("state").forEach(each -> state.add(each.asString()));
    int old = json.path("flags").asInt();
    int flags =
        (state.contains("LISTED") ? Emote.FLAG_PUBLIC_LISTED : 0)
            | (state.contains("PERSONAL") ? Emote.FLAG_APPROVED_PERSONAL : 0)
            | (state.contains("NO_PERSONAL") ? Emote.FLAG_DENIED_PERSONAL : 0)
            | (json.path("animated").asBoolean() ? Emote.FLAG_ANIMATED : 0)
            | ((old & 1) != 0 ? Emote.FLAG_PRIVATE : 0)
            | ((old & 256) != 0 ? Emote.FLAG_DEFAULT_ZERO_WIDTH : 0)
            | ((old & 65536) != 0 ? Emote.FLAG_NSFW : 0);
    List<String> tags = new ArrayList<>();
    json.path("tags").forEach(each -> tags.add(each.asString()));
    ImageSet images = images(id, json.path("host").path("files"));
    Id owner = idOrNull(json.path("owner").path("id"));
    store(
        CollectionNames.EMOTES,
        new Emote(
            id,
            owner == null ? Id.NIL : owner,
            json.path("name").asString(),
            tags,
            images,
            flags,
            1.5,
            List.of(),
            null,
            Emote.Scores.ZERO,
            false,
            NOW,
            null));
  }

  /** The files of the example in another order, and for animated ones the hidden still versions. */
  private static ImageSet images(Id emote, JsonNode files) {
    List<Image> outputs = new ArrayList<>();
    for (JsonNode file : files) {
      String prefix = "emote/" + emote + "/";
      String name = file.path("name").asString();
      String still = file.path("static_name").asString();
      String mime = "image/" + file.path("format").asString().toLowerCase(Locale.ROOT);
      int scale = name.charAt(0) - '0';
      int width = file.path("width").asInt();
      int height = file.path("height").asInt();
      if (!still.equals(name)) {
        outputs.addFirst(new Image(prefix + still, mime, scale, 7, width, height, 1));
      }
      outputs.addFirst(
          new Image(
              prefix + name,
              mime,
              scale,
              file.path("size").asLong(),
              width,
              height,
              file.path("frame_count").asInt()));
    }
    Image input = new Image("emote/" + emote + "/input.gif", "image/gif", 1, 1, 1, 1, 1);
    return new ImageSet(new ImageSet.Processed(input), outputs);
  }

  private void set(JsonNode json, @Nullable Id owner) {
    Id id = Id.parse(json.path("id").asString());
    boolean partial = !json.has("emotes");
    BsonDocument known = collection(CollectionNames.EMOTE_SETS).find(idFilter(id)).first();
    if (partial && known != null) {
      if (owner != null) {
        collection(CollectionNames.EMOTE_SETS)
            .updateOne(idFilter(id), Updates.set("owner_id", owner.toBson()));
      }
      return;
    }
    List<EmoteSet.Entry> entries = new ArrayList<>();
    for (JsonNode each : json.path("emotes")) {
      entries.add(
          new EmoteSet.Entry(
              Id.parse(each.path("id").asString()),
              each.path("name").asString(),
              NOW,
              (each.path("flags").asInt() & 1),
              idOrNull(each.path("actor_id")),
              idOrNull(each.path("origin_id"))));
    }
    int capacity = json.path("capacity").asInt();
    EmoteSet.Kind kind =
        switch (json.path("flags").asInt()) {
          case 0 -> EmoteSet.Kind.NORMAL;
          case 2 -> EmoteSet.Kind.GLOBAL;
          case 4 -> EmoteSet.Kind.PERSONAL;
          default -> EmoteSet.Kind.SPECIAL;
        };
    store(
        CollectionNames.EMOTE_SETS,
        new EmoteSet(
            id,
            json.path("name").asString(),
            null,
            List.of(),
            entries,
            capacity == Integer.MAX_VALUE ? null : capacity,
            owner,
            null,
            kind,
            false,
            NOW,
            null));
  }

  private void grant(Id user, EntitlementNode node) {
    store(
        CollectionNames.ENTITLEMENT_EDGES,
        new EntitlementEdge(EntitlementNode.user(user), node, null));
  }

  private void store(String name, Document document) {
    BsonDocument bson = document.toBson();
    collection(name)
        .replaceOne(
            new BsonDocument("_id", bson.get("_id")), bson, new ReplaceOptions().upsert(true));
  }

  private MongoCollection<BsonDocument> collection(String name) {
    return database.getCollection(name, BsonDocument.class);
  }

  private static BsonDocument idFilter(Id id) {
    return new BsonDocument("_id", id.toBson());
  }

  private static @Nullable Id idOrNull(JsonNode node) {
    return node.isString() ? Id.parse(node.asString()) : null;
  }
}
