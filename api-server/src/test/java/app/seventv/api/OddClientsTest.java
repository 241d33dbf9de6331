package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.UserEditor;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Habits of HTTP libraries that are neither wrong nor common. */
class OddClientsTest extends SharedWorld {
  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return world.api.send(
        HttpRequest.newBuilder(world.api.uri(path))
            .header("content-type", "application/json")
            .method(method, BodyPublishers.ofString(body)));
  }

  /** Some send a body with every request: a read ignores it, in memory or not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v3/emote-sets/global",
        "/v3/users/twitch/9000002",
        "/v3/config/extension",
        "/egvault/v1/products"
      })
  void aBodyBehindAReadIsIgnored(String path) throws Exception {
    world.idOf(DevUser.STREAMER);
    for (int i = 0; i < 2; i++) {
      assertThat(send("GET", path, "{}").statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"POST,/", "GET,/v4/gql", "PUT,/v3/emotes/x", "GET,/v4/auth/logout", "get,/"})
  void aWrongMethodIsToldInTheHeaderAlone(String method, String path) throws Exception {
    HttpResponse<String> refused = send(method, path, "");
    assertThat(refused.statusCode()).isEqualTo(405);
    assertThat(refused.headers().firstValue("allow")).isPresent();
    assertThat(refused.headers().firstValue("content-type")).isEmpty();
    assertThat(refused.body()).isEmpty();
  }

  /** No JSON at all is broken syntax, not a wrong member (api-v3.md §3). */
  @Test
  void anEmptyBodyIsBrokenSyntax() throws Exception {
    String path = "/v3/users/" + world.idOf(DevUser.STREAMER) + "/presences";
    assertThat(send("POST", path, "").statusCode()).isEqualTo(400);
    assertThat(send("POST", path, "[]").statusCode()).isEqualTo(422);
  }

  /** JSON between systems is UTF-8 without a byte order mark (RFC 8259 §8.1). */
  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "BOM"})
  void bodiesAreUtf8(String charset) throws Exception {
    String text = "{\"identifiers\":[]}";
    byte[] body =
        charset.equals("BOM")
            ? ("\ufeff" + text).getBytes(StandardCharsets.UTF_8)
            : text.getBytes(Charset.forName(charset));
    HttpResponse<String> answer =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/v3/bridge/event-api"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofByteArray(body)));
    assertThat(answer.statusCode()).isEqualTo(charset.equals("UTF-8") ? 200 : 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"link_connection=1", "callback=yes", "callback="})
  void aFlagIsTrueOrFalse(String flag) throws Exception {
    HttpResponse<String> refused = world.api.get("/v3/auth?platform=twitch&" + flag);
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("invalid " + flag.split("=", -1)[0]);
  }

  /**
   * A release that is newer than this one may write what this one must refuse (data-model.md §2): a
   * set goes on without such an emote, which is an error only where it is asked for alone.
   */
  @Test
  void oneUnreadableEmoteDoesNotTakeItsSetAway() throws Exception {
    Emote good = world.emote(DevUser.STREAMER, "GoodOne");
    Emote odd = world.emote(DevUser.STREAMER, "OddOne");
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    List<BsonDocument> entries =
        List.of(
            new EmoteSet.Entry(good.id(), "GoodOne", World.NOW, 0, null, null).toBson(),
            new EmoteSet.Entry(odd.id(), "OddOne", World.NOW, 0, null, null).toBson());
    world
        .collection(CollectionNames.EMOTE_SETS)
        .updateOne(Filters.eq("_id", set.id().toBson()), Updates.set("emotes", entries));
    world
        .collection(CollectionNames.EMOTES)
        .updateOne(Filters.eq("_id", odd.id().toBson()), Updates.set("not_known_yet", 1));
    HttpResponse<String> read = world.api.get("/v3/emote-sets/" + set.id());
    assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
    assertThat(read.body()).contains("GoodOne").doesNotContain("OddOne");
    assertThat(world.api.get("/v3/emotes/" + odd.id()).statusCode()).isEqualTo(500);
  }

  /**
   * A 404 would be believed: the client goes on without what is there. The owner's channel goes on
   * without the set, and without an editor whose row cannot be read.
   */
  @Test
  void unreadableSetsAreErrorsOnlyAlone() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    world
        .collection(CollectionNames.EMOTE_SETS)
        .updateOne(Filters.eq("_id", set.id().toBson()), Updates.set("not_known_yet", 1));
    assertThat(world.api.get("/v3/emote-sets/" + set.id()).statusCode()).isEqualTo(500);
    world
        .collection(CollectionNames.USER_EDITORS)
        .insertOne(
            new BsonDocument("_id", UserEditor.idToBson(world.idOf(DevUser.STREAMER), set.id())));
    for (String path : List.of("/v3/users/twitch/9000002", "/v3/users/" + set.ownerId())) {
      HttpResponse<String> channel = world.api.get(path);
      assertThat(channel.statusCode()).as(channel.body()).isEqualTo(200);
      assertThat(channel.body()).doesNotContain(set.id().toString());
    }
    assertThat(
            world.api.get("/v3/emote-sets/" + Id.parse("01HRSZF7TG000C7N75YR0J6HB7")).statusCode())
        .isEqualTo(404);
    assertThat(world.api.get("/v3/users/" + Id.parse("01HRSZF7TG000C7N75YR0J6HB7")).statusCode())
        .isEqualTo(404);
  }

  /** Members of a wrong type are refused, not read as something else. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "{\"name\":5}",
        "{\"name\":null}",
        "{\"name\":\"a\",\"tags\":\"abc\"}",
        "{\"name\":\"a\",\"tags\":[123]}",
        "{\"name\":\"a\",\"tags\":{\"a\":\"abc\"}}",
        "{\"name\":\"a\",\"flags\":\"1\"}",
        "{\"name\":\"a\",\"flags\":1.5}",
        "{\"name\":\"a\",\"flags\":4294967297}",
      })
  void oddUploadDataIsRefused(String data) throws Exception {
    HttpResponse<String> refused =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/v3/emotes"))
                .header("authorization", "Bearer " + world.streamer)
                .header("x-emote-data", data)
                .POST(BodyPublishers.ofString("x")));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("invalid X-Emote-Data header");
  }
}
