package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import com.github.luben.zstd.Zstd;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.bson.BsonArray;
import org.bson.BsonNull;
import org.junit.jupiter.api.Test;

/** Large sets come as compressed pieces, of which a change makes but some anew. */
class SplicedReadsTest extends KeptReads {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String BROWSER = "gzip, deflate, br, zstd";

  /** Enough for several runs. */
  private static final int ENTRIES = 150;

  private Emote[] emotes(String prefix) {
    Emote[] emotes = new Emote[ENTRIES];
    for (int i = 0; i < emotes.length; i++) {
      emotes[i] = world.emote(i % 3 == 0 ? DevUser.VIEWER : DevUser.STREAMER, prefix + i);
    }
    return emotes;
  }

  private HttpResponse<byte[]> bytes(String path, String accepted) throws Exception {
    return world.api.bytes(path, "accept-encoding", accepted);
  }

  /** What those who take gzip get, which must be what others get. */
  private String spliced(String path) throws Exception {
    HttpResponse<byte[]> answer = bytes(path, "gzip");
    String text =
        header(answer, "content-encoding").equals("gzip")
            ? TestApi.gunzip(answer.body())
            : new String(answer.body(), StandardCharsets.UTF_8); // next to nothing is left
    assertThat(text).isEqualTo(get(path).body());
    return text;
  }

  private void showsInPieces(String path, String what, boolean shown) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          if (shown) {
            assertThat(spliced(path)).contains(what);
          } else {
            assertThat(spliced(path)).doesNotContain(what);
          }
        });
  }

  @Test
  void everyChangeShowsInThePieces() throws Exception {
    Emote[] emotes = emotes("piece");
    EmoteSet set = set(DevUser.STREAMER, emotes);
    String path = "/v3/emote-sets/" + set.id();
    assertThat(spliced(path)).contains("\"emote_count\":" + ENTRIES);
    update(CollectionNames.EMOTES, emotes[70].id(), "default_name", "renamed");
    showsInPieces(path, "renamed", true);
    update(CollectionNames.EMOTE_SETS, set.id(), "emotes.99.alias", "alias-of-another");
    showsInPieces(path, "alias-of-another", true);
    update(
        CollectionNames.USERS,
        world.idOf(DevUser.VIEWER),
        "connections.0.platform_display_name",
        "Somebody");
    showsInPieces(path, "Somebody", true);
    update(CollectionNames.EMOTES, emotes[0].id(), "deleted", true);
    update(CollectionNames.EMOTES, emotes[ENTRIES - 1].id(), "deleted", true);
    showsInPieces(path, "\"emote_count\":" + (ENTRIES - 2), true);
    world
        .collection(CollectionNames.EMOTE_SETS)
        .updateOne(
            Filters.eq("_id", set.id().toBson()),
            Updates.pull("emotes", Filters.eq("id", emotes[5].id().toBson())));
    showsInPieces(path, emotes[5].id().toString(), false);
  }

  /** Whole runs without anything to show, at the start, in the middle and at the end. */
  @Test
  void runsThatShowNothingLeaveNoTrace() throws Exception {
    Emote[] emotes = emotes("gone");
    String path = "/v3/emote-sets/" + set(DevUser.STREAMER, emotes).id();
    spliced(path);
    for (int i = 0; i < emotes.length; i++) {
      if (i != 70) {
        update(CollectionNames.EMOTES, emotes[i].id(), "deleted", true);
      }
    }
    showsInPieces(path, "\"emote_count\":1,", true);
    update(CollectionNames.EMOTES, emotes[70].id(), "deleted", true);
    showsInPieces(path, "\"emotes\":[]", true);
  }

  @Test
  void usersHaveThemInEachConnection() throws Exception {
    EmoteSet set = set(DevUser.EDITOR, emotes("channel"));
    update(
        CollectionNames.USERS,
        world.idOf(DevUser.EDITOR),
        "style.active_emote_set_id",
        set.id().toBson());
    showsInPieces(channel(DevUser.EDITOR), "channel149", true);
    showsInPieces("/v3/users/" + world.idOf(DevUser.EDITOR), "channel149", true);
    update(
        CollectionNames.USERS,
        world.idOf(DevUser.EDITOR),
        "style.active_emote_set_id",
        BsonNull.VALUE);
    showsInPieces(channel(DevUser.EDITOR), "channel149", false);
  }

  @Test
  void whatIsAskedForAgainGetsSmaller() throws Exception {
    String path = "/v3/emote-sets/" + set(DevUser.STREAMER, emotes("again")).id();
    HttpResponse<byte[]> first = bytes(path, BROWSER);
    assertThat(header(first, "content-encoding")).isEqualTo("gzip");
    String text = get(path).body();
    assertThat(TestApi.gunzip(first.body())).isEqualTo(text);
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          HttpResponse<byte[]> later = bytes(path, BROWSER);
          assertThat(header(later, "content-encoding")).isEqualTo("zstd");
          assertThat(later.body().length).isLessThan(first.body().length);
          assertThat(header(later, "etag")).isNotEqualTo(header(first, "etag"));
          byte[] plain = Zstd.decompress(later.body(), text.length());
          assertThat(new String(plain, StandardCharsets.UTF_8)).isEqualTo(text);
        });
  }

  @Test
  void whoWeighsCodingsGetsTheirs() throws Exception {
    String path = "/v3/emote-sets/" + set(DevUser.STREAMER, emotes("weighed")).id();
    assertThat(header(bytes(path, "gzip;q=0.5, zstd"), "content-encoding")).isEqualTo("zstd");
    assertThat(header(bytes(path, "zstd"), "content-encoding")).isEqualTo("zstd");
    assertThat(header(bytes(path, "identity"), "content-encoding")).isEmpty();
  }

  @Test
  void anEmptySetIsNotSpliced() throws Exception {
    EmoteSet set = set(DevUser.STREAMER, emotes("few"));
    String path = "/v3/emote-sets/" + set.id();
    spliced(path);
    update(CollectionNames.EMOTE_SETS, set.id(), "emotes", new BsonArray());
    await().atMost(LIMIT).until(() -> get(path, "accept-encoding", "gzip").body().contains("[]"));
  }
}
