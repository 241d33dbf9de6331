package app.seventv.benchmarks;

import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.devstack.seed.Seed;
import app.seventv.model.CollectionNames;
import app.seventv.model.Document;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.Permissions;
import app.seventv.model.Platform;
import app.seventv.model.RateLimitResource;
import app.seventv.model.RateLimits;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import org.bson.BsonDocument;

/**
 * The database behind the API under measurement, in a process of its own so that its processor time
 * is not the API's: people, channels and sets such as the large ones of the platform.
 */
public final class ApiBenchDatabase {
  /** Entries of the large set. */
  static final int LARGE_SET = 1000;

  /** Entries of a channel's set. */
  static final int CHANNEL_SET = 100;

  /** Channels with a set and editors each; their Twitch ids count up from {@link #FIRST_ID}. */
  static final int CHANNELS = 50;

  /** Twitch id of the first channel. */
  static final int FIRST_ID = 100_000;

  /** The large set, which is the global one, too. */
  static final Id SET = Id.parse("01F0000000BENCHSET00000001");

  private static final int OWNERS = 600;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final List<String> STILL = List.of("webp", "avif", "png");
  private static final List<String> MOVING = List.of("webp", "avif", "gif");

  private final MongoDatabase database;
  private final Random random = new Random(11);
  private final Id role = newId();

  private ApiBenchDatabase(MongoDatabase database) {
    this.database = database;
  }

  /** Starts it on a free port, which is printed; ends with its input. */
  public static void main(String[] args) throws Exception {
    try (DevMongoServer server = DevMongoServer.inMemory(0)) {
      try (MongoClient client = MongoClients.create(server.uri("7tv"))) {
        MongoDatabase database = client.getDatabase("7tv");
        Seed.apply(database, NOW);
        new ApiBenchDatabase(database).fill();
      }
      System.out.println("ready " + server.uri("7tv"));
      while (System.in.read() >= 0) {
        // Runs until whoever started it lets go.
      }
    }
  }

  private void fill() {
    raiseRequestLimit();
    put(
        CollectionNames.ROLES,
        List.of(
            new Role(
                role,
                "Subscriber",
                null,
                List.of(),
                Id.NIL,
                Permissions.NONE,
                true,
                -50_000,
                20,
                20,
                NOW,
                null)));
    List<Id> owners = users(OWNERS, 1_000_000, List.of());
    List<Id> emotes = emotes(owners);
    put(CollectionNames.EMOTE_SETS, List.of(set(SET, owners.getFirst(), emotes, LARGE_SET)));
    List<Id> sets = new ArrayList<>();
    for (int i = 0; i < CHANNELS; i++) {
      sets.add(newId());
    }
    List<Id> channels = users(CHANNELS, FIRST_ID, sets);
    for (int i = 0; i < CHANNELS; i++) {
      put(
          CollectionNames.EMOTE_SETS,
          List.of(set(sets.get(i), channels.get(i), emotes, CHANNEL_SET)));
      put(CollectionNames.USER_EDITORS, editors(channels.get(i), owners));
    }
    database
        .getCollection(CollectionNames.GLOBAL_CONFIG)
        .updateOne(Filters.eq("_id", null), Updates.set("emote_set_id", SET.toBson()));
  }

  /** All requests come from one address; they are counted, but there is room for them. */
  private void raiseRequestLimit() {
    Role common =
        Role.fromBson(
            Objects.requireNonNull(
                database
                    .getCollection(CollectionNames.ROLES, BsonDocument.class)
                    .find(Filters.eq("name", "Default"))
                    .first()));
    Permissions permissions =
        common
            .permissions()
            .withRateLimit(
                RateLimitResource.GLOBAL, new RateLimits(3600, 2_000_000_000L, null, null));
    database
        .getCollection(CollectionNames.ROLES)
        .updateOne(
            Filters.eq("_id", common.id().toBson()),
            Updates.set("permissions", permissions.toBson()));
  }

  private List<Id> users(int count, int firstTwitchId, List<Id> activeSets) {
    List<Id> ids = new ArrayList<>();
    List<User> users = new ArrayList<>();
    List<EntitlementEdge> edges = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Id id = newId();
      ids.add(id);
      String name = "person" + Integer.toString(random.nextInt(1 << 28), 36);
      User user = User.create(id, connections(name, firstTwitchId + i), NOW);
      BsonDocument stored = user.toBson();
      if (!activeSets.isEmpty()) {
        stored.getDocument("style").put("active_emote_set_id", activeSets.get(i).toBson());
      }
      users.add(User.fromBson(stored));
      if (i % 3 == 0) {
        edges.add(new EntitlementEdge(EntitlementNode.user(id), EntitlementNode.role(role), null));
      }
    }
    put(CollectionNames.USERS, users);
    put(CollectionNames.ENTITLEMENT_EDGES, edges);
    return ids;
  }

  private List<User.Connection> connections(String name, int twitchId) {
    List<User.Connection> connections = new ArrayList<>();
    connections.add(
        new User.Connection(
            Platform.TWITCH,
            Integer.toString(twitchId),
            name,
            name.toUpperCase(Locale.ROOT),
            "https://static-cdn.jtvnw.net/jtv_user_pictures/" + name + "-70x70.png",
            NOW,
            NOW,
            true));
    if (random.nextBoolean()) {
      connections.add(
          new User.Connection(Platform.KICK, "k" + twitchId, name, name, null, NOW, NOW, true));
    }
    return connections;
  }

  private List<Id> emotes(List<Id> owners) {
    List<Id> ids = new ArrayList<>();
    List<Emote> emotes = new ArrayList<>();
    for (int i = 0; i < LARGE_SET; i++) {
      Id id = newId();
      ids.add(id);
      emotes.add(
          new Emote(
              id,
              owners.get(random.nextInt(owners.size())),
              "emote" + Integer.toString(random.nextInt(1 << 28), 36),
              List.of("tag" + i % 90, "cat"),
              images(id, i % 2 == 0),
              Emote.FLAG_PUBLIC_LISTED | (i % 2 == 0 ? Emote.FLAG_ANIMATED : 0),
              1,
              List.of(),
              null,
              Emote.Scores.ZERO,
              false,
              NOW,
              null));
    }
    put(CollectionNames.EMOTES, emotes);
    return ids;
  }

  /** As the image processor stores them: 12 files, or 24 where they move. */
  private ImageSet images(Id emote, boolean animated) {
    List<Image> outputs = new ArrayList<>();
    files(emote, STILL, animated ? "_static" : "", 1, outputs);
    if (animated) {
      files(emote, MOVING, "", 24, outputs);
    }
    Image input = new Image("emote/" + emote + "/input.webp", "image/webp", 1, 9000, 128, 128, 1);
    return new ImageSet(new ImageSet.Processed(input), outputs);
  }

  private void files(Id emote, List<String> formats, String suffix, int frames, List<Image> into) {
    for (String format : formats) {
      for (int scale = 1; scale <= 4; scale++) {
        into.add(
            new Image(
                "emote/" + emote + "/" + scale + "x" + suffix + "." + format,
                "image/" + format,
                scale,
                1000L * scale + random.nextInt(30_000),
                32 * scale,
                32 * scale,
                frames));
      }
    }
  }

  private EmoteSet set(Id id, Id owner, List<Id> emotes, int size) {
    List<EmoteSet.Entry> entries = new ArrayList<>();
    int from = random.nextInt(emotes.size());
    for (int i = 0; i < size; i++) {
      Id emote = emotes.get((from + i) % emotes.size());
      entries.add(new EmoteSet.Entry(emote, "alias" + i, NOW, 0, owner, null));
    }
    return new EmoteSet(
        id,
        "A channel's emotes",
        null,
        List.of(),
        entries,
        LARGE_SET,
        owner,
        null,
        EmoteSet.Kind.NORMAL,
        false,
        NOW,
        null);
  }

  private List<UserEditor> editors(Id channel, List<Id> owners) {
    List<UserEditor> editors = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      editors.add(
          new UserEditor(
              channel,
              owners.get(i),
              UserEditor.State.ACCEPTED,
              null,
              new EditorPermissions(2, 0, 8),
              channel,
              NOW,
              NOW,
              null));
    }
    return editors;
  }

  private Id newId() {
    return Id.generate(NOW.toEpochMilli() - random.nextInt(1 << 30), random);
  }

  private void put(String collection, List<? extends Document> rows) {
    if (!rows.isEmpty()) {
      database
          .getCollection(collection, BsonDocument.class)
          .insertMany(rows.stream().map(Document::toBson).toList());
    }
  }
}
