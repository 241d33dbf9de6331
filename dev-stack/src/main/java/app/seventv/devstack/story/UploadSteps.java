package app.seventv.devstack.story;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Step 1: an animated GIF becomes an emote with every size in every format. */
final class UploadSteps {
  static final String EMOTE_ID = "emote";
  static final String EMOTE_NAME = "emote name";

  /** Formats of an animated source (image-processor.md §9.1): suffix and media type. */
  static final Map<String, String> FILES =
      Map.of(
          ".webp", "image/webp",
          ".avif", "image/avif",
          ".gif", "image/gif",
          "_static.webp", "image/webp",
          "_static.avif", "image/avif",
          "_static.png", "image/png");

  private static final Duration PROCESSING_LIMIT = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(200);

  private UploadSteps() {}

  static List<StoryStep> all() {
    return List.of(
        StoryStep.of("upload an animated gif", "api", UploadSteps::upload),
        new StoryStep(
            "the emote is live with 1x to 4x in every format",
            "image-processor",
            PROCESSING_LIMIT,
            UploadSteps::processed));
  }

  private static void upload(StoryContext story) throws Exception {
    int seed = ThreadLocalRandom.current().nextInt(1 << 30);
    String name = "Story" + Integer.toString(seed, 36);
    JsonNode answer =
        story.sendForJson(
            EmoteUploads.request(story, name, StoryGif.bytes(seed))
                .header("Authorization", "Bearer " + story.require(StoryContext.TOKEN))
                .build(),
            201);
    story.put(EMOTE_ID, answer.path("emote_id").asString(""));
    story.put(EMOTE_NAME, name);
  }

  private static void processed(StoryContext story) throws Exception {
    JsonNode emote = awaitImages(story, story.require(EMOTE_ID));
    Set<String> expected = new TreeSet<>();
    for (int scale = 1; scale <= 4; scale++) {
      for (String suffix : FILES.keySet()) {
        expected.add(scale + "x" + suffix);
      }
    }
    Set<String> found = new TreeSet<>();
    for (JsonNode image : emote.path("images")) {
      String url = image.path("url").asString("");
      found.add(url.substring(url.lastIndexOf('/') + 1));
      int side = 32 * image.path("scale").asInt(0);
      if (image.path("width").asInt(0) != side || image.path("height").asInt(0) != side) {
        throw new StoryFailure("the document says a wrong size: " + image);
      }
    }
    if (!found.equals(expected)) {
      throw new StoryFailure("files are " + found);
    }
    if (!emote.path("flags").path("animated").asBoolean(false)) {
      throw new StoryFailure("the emote is not marked as animated");
    }
  }

  private static JsonNode awaitImages(StoryContext story, String id) throws Exception {
    String query =
        "query($id: Id!) { emotes { emote(id: $id) { imagesPending deleted flags { animated }"
            + " images { url mime scale width height frameCount size } } } }";
    while (true) {
      JsonNode emote =
          story
              .v4(story.require(StoryContext.TOKEN), query, Map.of("id", id))
              .path("emotes")
              .path("emote");
      if (emote.path("deleted").asBoolean(false)) {
        throw new StoryFailure("processing failed, the emote was deleted");
      }
      if (!emote.isMissingNode()
          && !emote.isNull()
          && !emote.path("imagesPending").asBoolean(true)) {
        return emote;
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }
}
