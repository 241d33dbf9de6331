package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Document;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.UserBan;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** Reads whose answers are kept in memory: clients revalidate them, and nobody gets another's. */
class KeptReadsTest extends KeptReads {
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
