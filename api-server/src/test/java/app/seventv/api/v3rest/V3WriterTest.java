package app.seventv.api.v3rest;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.api.common.LoadedUser;
import app.seventv.api.v3rest.V3Models.JsonObject;
import app.seventv.api.v3rest.V3Writer.EmoteText;
import app.seventv.api.web.JsonWriter;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.OriginConfig;
import app.seventv.model.Permissions;
import app.seventv.model.Permissions.Limit;
import app.seventv.model.Platform;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import app.seventv.model.UserProfilePicture;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The quick way to write the old shapes gives the very bytes of the plain one. */
class V3WriterTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final List<String> TEXTS =
      List.of(
          "",
          "plain",
          "qu\"ote\\slash/",
          "line\nfeed\tand\r\b\f",
          "\u0001\u001f\u007f\u0080",
          "ümläut 日本",
          "😀 emoji",
          "\u2028");

  private final V3Models models = new V3Models(URI.create("https://cdn.7tv.app/"));
  private final V3Shapes shapes = new V3Shapes(models);
  private final V3Writer writer = new V3Writer(models);
  private Random random = new Random(1);

  private Id id() {
    return Id.generate(random.nextLong(1L << 41), random);
  }

  private @Nullable Id idOrNull() {
    return random.nextBoolean() ? null : id();
  }

  private <T> T pick(T[] from) {
    return List.of(from).get(random.nextInt(from.length));
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private Instant time() {
    return Instant.ofEpochMilli(random.nextLong(1L << 41));
  }

  private ImageSet images(String folder) {
    List<Image> outputs = new ArrayList<>();
    for (int i = random.nextInt(9); i > 0; i--) {
      String format = List.of("webp", "avif", "gif", "png", "bmp").get(random.nextInt(5));
      outputs.add(
          new Image(
              folder + "/" + i + "x." + format,
              "image/" + format,
              i,
              random.nextLong(1L << 40),
              random.nextInt(1000),
              random.nextInt(1000),
              1 + random.nextInt(3)));
    }
    ImageSet.Input input =
        random.nextInt(4) == 0
            ? new ImageSet.Pending("task", "path", "image/gif", 1)
            : new ImageSet.Processed(new Image(folder + "/in", "image/gif", 1, 1, 1, 1, 1));
    return new ImageSet(input, outputs);
  }

  private Emote emote() {
    Id id = id();
    Emote.Merged merged = random.nextInt(5) == 0 ? new Emote.Merged(id(), time()) : null;
    return new Emote(
        id,
        id(),
        text(),
        random.nextBoolean() ? List.of() : List.of(text(), text()),
        images("emote/" + id),
        random.nextInt(128),
        1,
        List.of(),
        merged,
        Emote.Scores.ZERO,
        random.nextInt(5) == 0,
        time(),
        null);
  }

  private LoadedUser user() {
    List<User.Connection> connections = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      connections.add(
          new User.Connection(
              pick(Platform.values()),
              text() + i,
              text(),
              text(),
              random.nextBoolean() ? null : "https://x/" + text(),
              time(),
              time(),
              true));
    }
    Id id = random.nextInt(6) == 0 ? Id.NIL : id();
    BsonDocument stored = User.create(id, connections, time()).toBson();
    stored.put(
        "style",
        new User.Style(idOrNull(), idOrNull(), idOrNull(), idOrNull(), idOrNull(), idOrNull())
            .toBson());
    List<Role> roles = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      Integer color = random.nextInt(3) == 0 ? null : random.nextInt();
      roles.add(
          new Role(
              id(),
              text(),
              null,
              List.of(),
              Id.NIL,
              Permissions.NONE,
              false,
              random.nextInt(9) == 0 ? Integer.valueOf(0) : color,
              i,
              null,
              time(),
              null));
    }
    Permissions permissions =
        random.nextBoolean()
            ? Permissions.NONE
            : Permissions.NONE.withLimit(Limit.EMOTE_SET_CAPACITY, random.nextInt(2000) - 500);
    UserProfilePicture picture =
        random.nextBoolean()
            ? null
            : new UserProfilePicture(id(), id, images("user/" + id), time());
    return new LoadedUser(User.fromBson(stored), permissions, List.of(), List.of(), roles, picture);
  }

  private EmoteSet set(List<EmoteSet.Entry> entries) {
    return new EmoteSet(
        id(),
        text(),
        null,
        random.nextBoolean() ? List.of() : List.of(text()),
        entries,
        random.nextBoolean() ? null : random.nextInt(1000),
        idOrNull(),
        origins(),
        pick(EmoteSet.Kind.values()),
        false,
        time(),
        null);
  }

  private @Nullable OriginConfig origins() {
    List<OriginConfig.Origin> origins = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      origins.add(new OriginConfig.Origin(id(), null, List.of()));
    }
    return random.nextBoolean()
        ? null
        : new OriginConfig(origins, 0, List.of(), false, false, null);
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  private static String json(Object value) {
    return text(MAPPER.writeValueAsBytes(value));
  }

  @Test
  void usersAreTheSame() {
    for (int i = 0; i < 2000; i++) {
      random = new Random(i);
      LoadedUser user = user();
      assertThat(text(writer.userPartial(user)))
          .as("seed %d", i)
          .isEqualTo(json(models.userPartial(user)));
    }
  }

  @Test
  void wholeUsersAreTheSame() {
    for (int i = 0; i < 1000; i++) {
      random = new Random(i);
      LoadedUser user = user();
      List<EmoteSet> sets = new ArrayList<>();
      List<UserEditor> editors = new ArrayList<>();
      for (int n = random.nextInt(3); n > 0; n--) {
        sets.add(set(List.of()));
        editors.add(
            new UserEditor(
                user.id(),
                id(),
                UserEditor.State.ACCEPTED,
                null,
                new EditorPermissions(2, 0, 8),
                id(),
                time(),
                time(),
                null));
      }
      EmoteSet active = random.nextBoolean() ? null : set(List.of());
      JsonObject activeTree = active == null ? null : shapes.set(active, List.of(), null);
      JsonWriter out = new JsonWriter(64);
      byte[] activeText = activeTree == null ? null : MAPPER.writeValueAsBytes(activeTree);
      writer.user(out, user, activeText == null ? null : to -> to.json(activeText), sets, editors);
      assertThat(text(out.toBytes()))
          .as("seed %d", i)
          .isEqualTo(json(shapes.user(user, activeTree, sets, editors)));
    }
  }

  @Test
  void emotesAreTheSame() {
    for (int i = 0; i < 2000; i++) {
      random = new Random(i);
      Emote emote = emote();
      LoadedUser owner = random.nextBoolean() ? null : user();
      JsonWriter out = new JsonWriter(64);
      writer.emote(out, emote, owner == null ? null : writer.userPartial(owner));
      assertThat(text(out.toBytes())).as("seed %d", i).isEqualTo(json(shapes.emote(emote, owner)));
    }
  }

  @Test
  void setsAreTheSame() {
    for (int i = 0; i < 1000; i++) {
      random = new Random(i);
      List<EmoteSet.Entry> entries = new ArrayList<>();
      for (int n = random.nextInt(4); n > 0; n--) {
        entries.add(
            new EmoteSet.Entry(id(), text(), time(), random.nextInt(4), idOrNull(), idOrNull()));
      }
      EmoteSet set = set(entries);
      LoadedUser owner = random.nextBoolean() ? null : user();
      byte[] ownerText = owner == null ? null : writer.userPartial(owner);
      JsonWriter out = new JsonWriter(64);
      writer.openSet(out, set);
      List<JsonObject> expected = new ArrayList<>();
      for (EmoteSet.Entry entry : entries) {
        Emote emote = emote();
        EmoteText parts = writer.emotePartial(emote);
        LoadedUser emoteOwner = random.nextBoolean() ? null : user();
        expected.add(shapes.entry(entry, emote, emoteOwner));
        writer.entry(out, entry, parts, emoteOwner == null ? null : writer.userPartial(emoteOwner));
      }
      writer.closeSet(out, set, entries.size(), ownerText);
      assertThat(text(out.toBytes()))
          .as("seed %d", i)
          .isEqualTo(
              json(shapes.set(set, expected, owner == null ? null : models.userPartial(owner))));
    }
  }

  @Test
  void numbersAreTheSame() {
    for (long value :
        new long[] {0, 9, 10, -1, -10, 99, 100, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40}) {
      assertThat(text(new JsonWriter(1).value(value).toBytes())).isEqualTo(json(value));
    }
  }
}
