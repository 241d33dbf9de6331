package app.seventv.devstack.story;

import app.seventv.devstack.Port;
import app.seventv.devstack.login.DevUser;
import app.seventv.model.Id;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What must be refused, with the specified error and without a trace in the data. */
final class BadInputSteps {
  private static final Duration PROCESSING_LIMIT = Duration.ofSeconds(45);
  private static final long POLL_MS = 200;
  private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  private BadInputSteps() {}

  static List<StoryStep> all() {
    return List.of(
        StoryStep.of("an upload without a session is refused", "api", BadInputSteps::noSession),
        StoryStep.of("an expired session is refused", "api", BadInputSteps::expiredSession),
        StoryStep.of("a text file is no emote", "api", BadInputSteps::textFile),
        new StoryStep(
            "a truncated gif fails and is taken back",
            "image-processor",
            PROCESSING_LIMIT,
            BadInputSteps::truncatedGif),
        new StoryStep(
            "a png of 10,000 x 10,000 fails and is taken back",
            "image-processor",
            PROCESSING_LIMIT,
            BadInputSteps::hugePng),
        StoryStep.of("a name is taken once in a set", "api", BadInputSteps::duplicateName),
        StoryStep.of("a wrong scope ends the websocket", "event-api", BadInputSteps::wrongScope));
  }

  private static void expect(String what, Object expected, Object actual) throws StoryFailure {
    if (!expected.equals(actual)) {
      throw new StoryFailure(what + " is " + actual + " instead of " + expected);
    }
  }

  private static void noSession(StoryContext story) throws Exception {
    long before = emotes(story);
    JsonNode error =
        story.sendForJson(EmoteUploads.request(story, "NoSession", StoryGif.bytes(1)).build(), 401);
    expect("error_code", "LOGIN_REQUIRED", error.path("error_code").asString(""));
    expect("number of emotes", before, emotes(story));
  }

  /** Signs a third person in and lets the session's time pass in the database. */
  private static void expiredSession(StoryContext story) throws Exception {
    String token = LoginSteps.tokenOf(story, DevUser.VIEWER);
    try (MongoClient client = MongoClients.create(story.addresses().mongoUri())) {
      MongoCollection<Document> sessions = client.getDatabase("7tv").getCollection("user_sessions");
      sessions.updateOne(
          Filters.eq("_id", Id.parse(sessionId(token)).toBson()),
          Updates.set("expires_at", Instant.EPOCH));
    }
    story.send(
        EmoteUploads.request(story, "Expired", StoryGif.bytes(1))
            .header("Authorization", "Bearer " + token)
            .build(),
        401);
  }

  /** The token's claim that names the session (api-v4.md §3.1). */
  private static String sessionId(String token) throws StoryFailure {
    String payload = token.split("\\.", -1)[1];
    byte[] claims = Base64.getUrlDecoder().decode(payload);
    JsonNode json = JsonMapper.shared().readTree(new String(claims, StandardCharsets.UTF_8));
    String id = json.path("jti").asString(json.path("session_id").asString(""));
    if (id.isEmpty()) {
      throw new StoryFailure("the token names no session");
    }
    return id;
  }

  private static HttpRequest upload(StoryContext story, String name, byte[] file)
      throws StoryFailure {
    return EmoteUploads.request(story, name, file)
        .header("Authorization", "Bearer " + story.require(StoryContext.TOKEN))
        .build();
  }

  private static void textFile(StoryContext story) throws Exception {
    long before = emotes(story);
    byte[] text = "This is no picture at all.\n".repeat(50).getBytes(StandardCharsets.UTF_8);
    JsonNode error = story.sendForJson(upload(story, "TextFile", text), 400);
    expect("error", "bad image format", error.path("error").asString(""));
    expect("number of emotes", before, emotes(story));
  }

  private static void truncatedGif(StoryContext story) throws Exception {
    byte[] whole = StoryGif.bytes(3);
    expectTakenBack(story, "Truncated", Arrays.copyOf(whole, whole.length / 3));
  }

  private static void hugePng(StoryContext story) throws Exception {
    expectTakenBack(story, "Huge", pngHeader(10_000, 10_000));
  }

  /** The signature is fine, so the upload is accepted; processing fails and deletes the emote. */
  private static void expectTakenBack(StoryContext story, String name, byte[] file)
      throws Exception {
    String id = story.sendForJson(upload(story, name, file), 201).path("emote_id").asString("");
    String query = "query($id: Id!) { emotes { emote(id: $id) { deleted images { url } } } }";
    while (true) {
      JsonNode emote =
          story
              .v4(story.require(StoryContext.ADMIN_TOKEN), query, Map.of("id", id))
              .path("emotes")
              .path("emote");
      if (emote.isNull() || emote.path("deleted").asBoolean(false)) {
        expect("number of images", 0, emote.path("images").size());
        URI file1x = story.addresses().https(Port.CDN_HTTPS, "/emote/" + id + "/1x.webp");
        story.send(story.request(file1x).build(), 404);
        return;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /** Signature, header and an empty data chunk of a PNG (ISO 15948 §5). */
  private static byte[] pngHeader(int width, int height) {
    ByteBuffer header =
        ByteBuffer.allocate(13).putInt(width).putInt(height).put(new byte[] {8, 6, 0, 0, 0});
    ByteBuffer png = ByteBuffer.allocate(8 + 25 + 12 + 12);
    png.put(PNG_SIGNATURE);
    chunk(png, "IHDR", header.array());
    chunk(png, "IDAT", new byte[0]);
    chunk(png, "IEND", new byte[0]);
    return png.array();
  }

  private static void chunk(ByteBuffer png, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    png.putInt(data.length).put(name).put(data).putInt((int) crc.getValue());
  }

  private static void duplicateName(StoryContext story) throws Exception {
    String mutation =
        "mutation($set: Id!, $emote: Id!) { emoteSets { emoteSet(id: $set) { addEmote(id:"
            + " {emoteId: $emote}) { id } } } }";
    JsonNode answer =
        story.v4Answer(
            story.require(StoryContext.TOKEN),
            mutation,
            Map.of(
                "set", story.require(LiveSteps.SET_ID),
                "emote", story.require(UploadSteps.EMOTE_ID)));
    JsonNode error = answer.path("errors").path(0);
    expect("status", 409, error.path("extensions").path("status").asInt(0));
    if (!error.path("message").asString("").contains("this emote has a conflicting name")) {
      throw new StoryFailure("the error is " + error);
    }
  }

  private static void wrongScope(StoryContext story) throws Exception {
    URI uri = URI.create("ws://" + story.addresses().hostPort(Port.EVENTS_WS) + "/v3");
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    WebSocket socket =
        story
            .http()
            .newWebSocketBuilder()
            .buildAsync(
                uri,
                new WebSocket.Listener() {
                  @Override
                  public @Nullable CompletionStage<?> onClose(
                      WebSocket ended, int code, String reason) {
                    closed.complete(code);
                    return null;
                  }
                })
            .join();
    socket.sendText(
        "{\"op\":35,\"d\":{\"type\":\"emote_set.update\",\"condition\":{\"object_id\":\"nonsense\"}}}",
        true);
    expect("close code", 4002, closed.get(8, TimeUnit.SECONDS));
  }

  private static long emotes(StoryContext story) {
    try (MongoClient client = MongoClients.create(story.addresses().mongoUri())) {
      return client.getDatabase("7tv").getCollection("emotes").countDocuments();
    }
  }
}
