package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Document;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Role;
import app.seventv.model.UserBan;
import app.seventv.model.UserEditor;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads whose answers are kept in memory: clients revalidate them, and every change shows, whoever
 * made it. "Behind the API's back" is another process's client of the database.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing the bus client can be interrupted
class KeptReadsTest {
  private static final String CHANNEL =
      "query GetUserByConnection($platform: ConnectionPlatform!, $id: String!) { user:"
          + " userByConnection(platform: $platform, id: $id) { id username style { color }"
          + " connections { emote_set_id } editors { id } editor_of { id } roles } }";

  @TempDir static Path folder;
  private World world;

  @BeforeAll
  void start() throws Exception {
    world = new World(folder);
    await()
        .untilAsserted(() -> {
          // Kept answers need the feed, which starts beside the listener.
          get("/v3/emote-sets/global");
          double before = hits();
          get("/v3/emote-sets/global");
          assertThat(hits()).isGreaterThan(before);
        });
  }

  @AfterAll
  void stop() throws Exception {
    world.close();
  }

  private double hits() {
    return world.api.figure("api_response_cache_total{result=\"hit\"}");
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(world.api.uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return world.api.sendAtOnce(request);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String channel(DevUser person) {
    return "/v3/users/twitch/" + person.id();
  }

  /** A set of somebody with these emotes, under numbered names. */
  private EmoteSet set(DevUser owner, Emote... emotes) {
    EmoteSet set = world.set(owner, EmoteSet.Kind.NORMAL);
    List<EmoteSet.Entry> entries = new ArrayList<>();
    for (Emote emote : emotes) {
      entries.add(
          new EmoteSet.Entry(emote.id(), "name" + entries.size(), World.NOW, 0, null, null));
    }
    world
        .collection(CollectionNames.EMOTE_SETS)
        .updateOne(
            byId(set.id()),
            Updates.set("emotes", entries.stream().map(EmoteSet.Entry::toBson).toList()));
    return set;
  }

  private static org.bson.conversions.Bson byId(Id id) {
    return Filters.eq("_id", id.toBson());
  }

  /** A change behind the API's back that must show in an answer that was kept before. */
  private void shows(String path, Runnable change, Predicate<HttpResponse<String>> shown)
      throws Exception {
    HttpResponse<String> before = get(path);
    assertThat(shown.test(before)).as("before: %s", before.body()).isFalse();
    // Not at once, as what the test has done before may still be told.
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> {
          double hits = hits();
          assertThat(get(path).body()).isEqualTo(before.body());
          assertThat(hits()).as("answered from memory").isGreaterThan(hits);
        });
    change.run();
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> {
          HttpResponse<String> after = get(path);
          assertThat(shown.test(after)).as("after: %s", after.body()).isTrue();
        });
  }

  private static Predicate<HttpResponse<String>> says(String text) {
    return response -> response.body().contains(text);
  }

  private void update(String collection, Id id, String field, @Nullable Object value) {
    world.collection(collection).updateOne(byId(id), Updates.set(field, value));
  }

  @Test
  void anAnswerThatTheClientHasIsNotSentAgain() throws Exception {
    String path =
        "/v3/emote-sets/" + set(DevUser.STREAMER, world.emote(DevUser.VIEWER, "tag")).id();
    HttpResponse<String> first = get(path);
    String tag = header(first, "etag");
    assertThat(tag).matches("\"[A-Za-z0-9_-]{22}\"");
    assertThat(header(first, "cache-control")).isEqualTo("no-cache");
    assertThat(header(first, "vary")).contains("accept-encoding").contains("origin");
    assertThat(header(first, "content-type")).isEqualTo("application/json");
    assertThat(header(first, "x-ratelimit-global-remaining")).isNotEmpty();
    HttpResponse<String> again = get(path, "if-none-match", tag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(header(again, "etag")).isEqualTo(tag);
    assertThat(header(again, "cache-control")).isEqualTo("no-cache");
    assertThat(header(again, "x-ratelimit-global-remaining")).isNotEmpty();
    HttpResponse<String> other = get(path, "if-none-match", "\"other\"");
    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(other.body()).isEqualTo(first.body());
    HttpResponse<String> head = world.api.send(HttpRequest.newBuilder(world.api.uri(path)).HEAD());
    assertThat(header(head, "content-length")).isEqualTo("" + first.body().length());
    assertThat(header(head, "etag")).isEqualTo(tag);
  }

  /** A shared cache that keeps such an answer would sign other people out with it. */
  @Test
  void answersThatTakeACookieAwayAreOneVisitors() throws Exception {
    String path = "/v3/emotes/" + world.emote(DevUser.VIEWER, "visitor").id();
    String[] ignoring = {"x-ignore-auth-failure", "true"};
    HttpResponse<String> cookie =
        get(path, "cookie", "seventv-auth=wrong", ignoring[0], ignoring[1]);
    assertThat(header(cookie, "set-cookie")).contains("seventv-auth=;");
    assertThat(header(cookie, "cache-control")).isEqualTo("private, no-cache");
    HttpResponse<String> token =
        get(path, "authorization", "Bearer wrong", ignoring[0], ignoring[1]);
    assertThat(header(token, "x-auth-failure")).isEqualTo("true");
    assertThat(header(token, "cache-control")).isEqualTo("private, no-cache");
    assertThat(header(get(path), "cache-control")).isEqualTo("no-cache");
  }

  @Test
  void compressedAnswersAreOtherAnswers() throws Exception {
    Emote[] emotes = new Emote[20];
    for (int i = 0; i < emotes.length; i++) {
      emotes[i] = world.emote(DevUser.VIEWER, "c" + i);
    }
    String path = "/v3/emote-sets/" + set(DevUser.STREAMER, emotes).id();
    HttpResponse<String> plain = get(path);
    HttpResponse<byte[]> gzip = world.api.bytes(path, "accept-encoding", "gzip");
    assertThat(header(gzip, "content-encoding")).isEqualTo("gzip");
    assertThat(gzip.body().length).isLessThan(plain.body().length() / 3);
    assertThat(header(gzip, "etag")).isNotEqualTo(header(plain, "etag")).doesNotStartWith("W/");
    assertThat(TestApi.gunzip(gzip.body())).isEqualTo(plain.body());
    assertThat(
            get(path, "accept-encoding", "gzip", "if-none-match", header(gzip, "etag"))
                .statusCode())
        .isEqualTo(304);
  }

  @Test
  void aMissingThingIsLookedForEachTime() throws Exception {
    Id id = world.newId();
    assertThat(get("/v3/emote-sets/" + id).statusCode()).isEqualTo(404);
    assertThat(header(get("/v3/emote-sets/" + id), "etag")).isEmpty();
    world
        .collection(CollectionNames.EMOTE_SETS)
        .insertOne(with(world.set(null, EmoteSet.Kind.NORMAL), "_id", id));
    assertThat(get("/v3/emote-sets/" + id).statusCode()).isEqualTo(200);
  }

  private static BsonDocument with(Document document, String field, Id value) {
    BsonDocument bson = document.toBson();
    bson.put(field, value.toBson());
    return bson;
  }

  @Test
  void changesOfEmotesShowInSets() throws Exception {
    Emote emote = world.emote(DevUser.VIEWER, "first");
    Emote other = world.emote(DevUser.VIEWER, "other");
    String path = "/v3/emote-sets/" + set(DevUser.STREAMER, emote, other).id();
    shows(
        path,
        () -> update(CollectionNames.EMOTES, emote.id(), "default_name", "second"),
        says("second"));
    shows(
        path,
        () ->
            update(
                CollectionNames.EMOTES,
                emote.id(),
                "merged",
                new Emote.Merged(other.id(), World.NOW).toBson()),
        response -> !response.body().contains("second"));
    shows(
        path,
        () -> update(CollectionNames.EMOTES, other.id(), "default_name", "target"),
        says("target"));
    shows(
        path,
        () -> update(CollectionNames.EMOTES, other.id(), "deleted", true),
        says("\"emotes\":[]"));
    String single = "/v3/emotes/" + world.emote(DevUser.VIEWER, "single").id();
    Id id = Id.parse(single.substring(single.lastIndexOf('/') + 1));
    shows(
        single,
        () -> update(CollectionNames.EMOTES, id, "deleted", true),
        response -> response.statusCode() == 404);
  }

  @Test
  void changesOfSetsShowInChannels() throws Exception {
    Emote emote = world.emote(DevUser.VIEWER, "inset");
    EmoteSet active = set(DevUser.EDITOR, emote);
    Id editor = world.idOf(DevUser.EDITOR);
    shows(
        channel(DevUser.EDITOR),
        () ->
            update(
                CollectionNames.USERS, editor, "style.active_emote_set_id", active.id().toBson()),
        says("inset"));
    shows(
        channel(DevUser.EDITOR),
        () -> update(CollectionNames.EMOTE_SETS, active.id(), "name", "Renamed set"),
        says("Renamed set"));
    String[] created = new String[1];
    shows(
        channel(DevUser.EDITOR),
        () -> created[0] = world.set(DevUser.EDITOR, EmoteSet.Kind.NORMAL).id().toString(),
        response -> created[0] != null && response.body().contains(created[0]));
    shows(
        channel(DevUser.EDITOR),
        () -> world.collection(CollectionNames.EMOTE_SETS).deleteOne(byId(Id.parse(created[0]))),
        response -> !response.body().contains(created[0]));
    shows(
        "/v3/emote-sets/global",
        () ->
            world
                .collection(CollectionNames.GLOBAL_CONFIG)
                .updateOne(new BsonDocument(), Updates.set("emote_set_id", active.id().toBson())),
        says(active.id().toString()));
  }

  @Test
  void changesOfTheGraphShowInStyles() throws Exception {
    Role role = world.role(Permission.USER_USE_BADGE);
    Id streamer = world.idOf(DevUser.STREAMER);
    EntitlementNode node = EntitlementNode.role(role.id());
    EmoteSet owned = set(DevUser.VIEWER, world.emote(DevUser.STREAMER, "styled"));
    String set = "/v3/emote-sets/" + owned.id();
    shows(set, () -> world.entitle(DevUser.STREAMER, node), says(role.id().toString()));
    shows(set, () -> update(CollectionNames.ROLES, role.id(), "color", 4711), says("4711"));
    Id badge = world.newId();
    update(CollectionNames.USERS, streamer, "style.active_badge_id", badge.toBson());
    // The role's own edges count: whoever has the role has the badge.
    shows(
        channel(DevUser.STREAMER),
        () ->
            world.put(
                CollectionNames.ENTITLEMENT_EDGES,
                new EntitlementEdge(
                    node, EntitlementNode.of(EntitlementNode.Kind.BADGE, badge), null)),
        says(badge.toString()));
    shows(
        channel(DevUser.STREAMER),
        () ->
            world
                .collection(CollectionNames.ENTITLEMENT_EDGES)
                .deleteMany(Filters.eq("_id.to", node.toBson())),
        response -> !response.body().contains(badge.toString()));
  }

  @Test
  void editorsShowInRestAndGraphql() throws Exception {
    Id streamer = world.idOf(DevUser.STREAMER);
    Id viewer = world.idOf(DevUser.VIEWER);
    assertThat(graphql(DevUser.STREAMER)).doesNotContain(viewer.toString());
    double hits = hits();
    assertThat(graphql(DevUser.STREAMER)).doesNotContain(viewer.toString());
    assertThat(hits()).isGreaterThan(hits);
    assertThat(graphql(DevUser.VIEWER)).doesNotContain(streamer.toString());
    shows(
        channel(DevUser.STREAMER),
        () ->
            world.put(
                CollectionNames.USER_EDITORS,
                new UserEditor(
                    streamer,
                    viewer,
                    UserEditor.State.ACCEPTED,
                    null,
                    new EditorPermissions(2, 0, 8),
                    streamer,
                    World.NOW,
                    World.NOW,
                    null)),
        says(viewer.toString()));
    await()
        .untilAsserted(() -> {
          assertThat(graphql(DevUser.STREAMER)).contains(viewer.toString());
          assertThat(graphql(DevUser.VIEWER)).contains(streamer.toString());
        });
  }

  private String graphql(DevUser person) throws Exception {
    return TestApi.JSON.writeValueAsString(
        world.api.v3(null, CHANNEL, Map.of("platform", "TWITCH", "id", person.id())));
  }

  @Test
  void hiddenPeopleAreSeenByThoseWhoMayAlone() throws Exception {
    Id user = world.idOf(DevUser.VIEWER);
    EmoteSet theirs = set(DevUser.STREAMER, world.emote(DevUser.VIEWER, "hidden"));
    String set = "/v3/emote-sets/" + theirs.id();
    Instant end = Instant.now().plusSeconds(4);
    Id ban = world.newId();
    try {
      shows(
          set,
          () -> {
            world.put(CollectionNames.USER_BANS, hiding(ban, user, end));
            update(CollectionNames.USERS, user, "has_bans", true);
          },
          response -> !response.body().contains(user.toString()));
      HttpResponse<String> privileged = get(set, "authorization", "Bearer " + world.admin);
      assertThat(privileged.body()).contains(user.toString());
      assertThat(header(privileged, "cache-control")).isEqualTo("private, no-cache");
      assertThat(get(set).body()).doesNotContain(user.toString());
      // Bans end by the clock, without any change in the database.
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(get(set).body()).contains(user.toString()));
      assertThat(Instant.now()).isAfterOrEqualTo(end);
    } finally {
      world.collection(CollectionNames.USER_BANS).deleteOne(byId(ban));
      update(CollectionNames.USERS, user, "has_bans", false);
    }
  }

  private static UserBan hiding(Id id, Id user, Instant end) {
    return new UserBan(
        id,
        user,
        user,
        "reason",
        List.of(),
        end,
        null,
        Permissions.NONE.withAllowed(
            Permission.FLAGS_HIDDEN.category(), Permission.FLAGS_HIDDEN.bit()),
        World.NOW,
        null);
  }

  /** No waiting here: who changes something through this process reads it back at once. */
  @Test
  void ownChangesShowAtOnce() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "own");
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    String path = "/v3/emote-sets/" + set.id();
    String change =
        "mutation($id: ObjectID!, $action: ListItemAction!, $emote: ObjectID!, $name: String) {"
            + " emoteSet(id: $id) { emotes(id: $emote, action: $action, name: $name) { name } } }";
    for (int i = 0; i < 30; i++) {
      get(path);
      String name = "own" + i;
      world.ok(
          world.streamer,
          change,
          "id",
          set.id(),
          "action",
          i == 0 ? "ADD" : "UPDATE",
          "emote",
          emote.id(),
          "name",
          name);
      assertThat(get(path).body()).as("change %d", i).contains("\"" + name + "\"");
    }
  }

  /** Sets come and go all day: only the channels that showed one are made anew. */
  @Test
  void aDeletedSetLeavesOtherAnswersInMemory() throws Exception {
    String other = "/v3/emotes/" + world.emote(DevUser.VIEWER, "bystander").id();
    EmoteSet set = set(DevUser.STREAMER, world.emote(DevUser.VIEWER, "gone"));
    Id streamer = world.idOf(DevUser.STREAMER);
    shows(
        channel(DevUser.STREAMER),
        () ->
            update(CollectionNames.USERS, streamer, "style.active_emote_set_id", set.id().toBson()),
        says("gone"));
    get(other);
    world.ok(
        world.streamer,
        "mutation($id: ObjectID!) { emoteSet(id: $id) { delete } }",
        "id",
        set.id());
    assertThat(get(channel(DevUser.STREAMER)).body()).doesNotContain("gone");
    double hits = hits();
    get(other);
    assertThat(hits()).isGreaterThan(hits);
  }

  /** What the workers write for themselves leaves answers as they are. */
  @Test
  void marksOfTheWorkersDoNotCount() throws Exception {
    Emote emote = world.emote(DevUser.VIEWER, "marked");
    String path = "/v3/emotes/" + emote.id();
    String other = "/v3/emotes/" + world.emote(DevUser.VIEWER, "witness").id();
    get(path);
    world
        .collection(CollectionNames.EMOTES)
        .updateOne(byId(emote.id()), Updates.set("search_updated_at", World.NOW));
    Id witness = Id.parse(other.substring(other.lastIndexOf('/') + 1));
    shows(
        other,
        () -> update(CollectionNames.EMOTES, witness, "default_name", "changed"),
        says("changed"));
    double hits = hits();
    get(path);
    assertThat(hits()).isGreaterThan(hits);
  }
}
