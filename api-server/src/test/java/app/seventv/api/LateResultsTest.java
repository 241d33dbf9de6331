package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import com.mongodb.client.model.Filters;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Images that are done when their emote has gone: nobody is asked to list it (api-v4.md §11.2). */
@SuppressWarnings("try") // closing the bus client can be interrupted
class LateResultsTest extends SharedWorld {
  private static final byte[] GIF = "GIF89a...".getBytes(StandardCharsets.UTF_8);
  private static final String DELETE =
      "mutation($e: Id!) { emotes { emote(id: $e) { delete { deleted } } } }";
  private static final String MERGE =
      "mutation($e: Id!, $t: Id!) { emotes { emote(id: $e) { merge(targetId: $t) { id } } } }";

  private Id upload(String name) throws Exception {
    HttpResponse<String> uploaded =
        world.api.upload(world.streamer, "{\"name\":\"" + name + "\",\"tags\":[]}", GIF);
    return Id.parse(TestApi.JSON.readTree(uploaded.body()).path("emote_id").asString());
  }

  /** Waits until the image is there; the request to list it is made in the same transaction. */
  private void finish(Id emote) throws Exception {
    assertThat(world.emote(emote).imageSet().isPending()).isTrue();
    try (Connection nats = Nats.connect(world.api.nats.uri())) {
      nats.publish(
          "image_processor.emote." + emote,
          ImageProcessorDouble.success(emote.toString()).toByteArray());
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> !world.emote(emote).imageSet().isPending());
    }
  }

  private long requests(Id emote) {
    return world
        .collection(CollectionNames.EMOTE_MODERATION_REQUESTS)
        .countDocuments(Filters.eq("emote_id", emote.toBson()));
  }

  @Test
  void aLivingEmoteAsksToBeListed() throws Exception {
    Id emote = upload("stays");
    finish(emote);
    assertThat(requests(emote)).isEqualTo(1);
  }

  @Test
  void aDeletedOneDoesNot() throws Exception {
    Id emote = upload("goes");
    world.ok4(world.streamer, DELETE, "e", emote);
    finish(emote);
    assertThat(requests(emote)).isZero();
  }

  @Test
  void aMergedOneDoesNot() throws Exception {
    Id emote = upload("becomes");
    world.ok4(world.admin, MERGE, "e", emote, "t", world.emote(DevUser.STREAMER, "other").id());
    finish(emote);
    assertThat(requests(emote)).isZero();
  }
}
