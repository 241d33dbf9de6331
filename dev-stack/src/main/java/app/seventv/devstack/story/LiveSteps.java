package app.seventv.devstack.story;

import app.seventv.devstack.Port;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Step 3: adding the emote to a set reaches a websocket and an SSE client at once. */
final class LiveSteps {
  static final String SET_ID = "emote set";
  static final String USER_ID = "user";

  private static final String SOCKET_EVENTS = "websocket client";
  private static final long EVENT_LIMIT_SECONDS = 8;
  private static final int DISPATCH = 0;
  private static final int ACK = 5;

  private LiveSteps() {}

  static List<StoryStep> all() {
    Clients clients = new Clients();
    return List.of(
        StoryStep.of("the person has an active emote set", "api", LiveSteps::activeSet),
        StoryStep.of("a websocket client subscribes", "event-api", clients::openSocket),
        StoryStep.of("an sse client subscribes", "event-api", clients::openStream),
        StoryStep.of("add the emote to the set", "api", LiveSteps::addEmote),
        StoryStep.of("the websocket client hears of it", "event-api", clients::socketHears),
        StoryStep.of("the sse client hears of it", "event-api", clients::streamHears));
  }

  private static void activeSet(StoryContext story) throws Exception {
    String token = story.require(StoryContext.TOKEN);
    JsonNode me =
        story
            .v4(token, "{ users { me { id style { activeEmoteSetId } } } }", Map.of())
            .path("users")
            .path("me");
    story.put(USER_ID, me.path("id").asString(""));
    String active = me.path("style").path("activeEmoteSetId").asString("");
    if (!active.isEmpty()) {
      story.put(SET_ID, active);
      return;
    }
    String create = "mutation { emoteSets { create(name: \"Story\", tags: []) { id } } }";
    String set =
        story.v4(token, create, Map.of()).path("emoteSets").path("create").path("id").asString("");
    String activate =
        "mutation($user: Id!, $set: Id) { users { user(id: $user) { activeEmoteSet(emoteSetId:"
            + " $set) { id } } } }";
    story.v4(token, activate, Map.of("user", story.require(USER_ID), "set", set));
    story.put(SET_ID, set);
  }

  private static void addEmote(StoryContext story) throws Exception {
    String mutation =
        "mutation($set: Id!, $emote: Id!) { emoteSets { emoteSet(id: $set) { addEmote(id:"
            + " {emoteId: $emote}) { id } } } }";
    story.v4(
        story.require(StoryContext.TOKEN),
        mutation,
        Map.of("set", story.require(SET_ID), "emote", story.require(UploadSteps.EMOTE_ID)));
  }

  /** The two clients, opened before the change and asked after it. */
  private static final class Clients {
    private final BlockingQueue<JsonNode> socketFrames = new LinkedBlockingQueue<>(1000);
    private final BlockingQueue<JsonNode> streamEvents = new LinkedBlockingQueue<>(1000);
    private @Nullable WebSocket socket;
    private @Nullable InputStream stream;

    void openSocket(StoryContext story) throws Exception {
      URI uri = URI.create("ws://" + story.addresses().hostPort(Port.EVENTS_WS) + "/v3");
      WebSocket opened =
          story.http().newWebSocketBuilder().buildAsync(uri, new FrameReader(socketFrames)).join();
      socket = opened;
      String subscribe =
          "{\"op\":35,\"d\":{\"type\":\"emote_set.update\",\"condition\":{\"object_id\":\""
              + story.require(SET_ID)
              + "\"}}}";
      opened.sendText(subscribe, true).join();
      JsonNode ack = await(socketFrames, ACK);
      if (!ack.path("d").path("command").asString("").equals("SUBSCRIBE")) {
        throw new StoryFailure("the answer to SUBSCRIBE was " + ack);
      }
      story.put(SOCKET_EVENTS, "open");
    }

    void openStream(StoryContext story) throws Exception {
      String path = "/v3@emote_set.update%3Cobject_id=" + story.require(SET_ID) + "%3E";
      URI uri = story.addresses().http(Port.EVENTS_WS, path);
      HttpResponse<InputStream> response =
          story
              .http()
              .send(
                  story.request(uri).version(HttpClient.Version.HTTP_1_1).build(),
                  HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        throw new StoryFailure("SSE answered " + response.statusCode());
      }
      InputStream opened = response.body();
      stream = opened;
      Thread.ofVirtual().name("story-sse").start(() -> readEvents(opened));
      JsonNode hello = streamEvents.poll(EVENT_LIMIT_SECONDS, TimeUnit.SECONDS);
      if (hello == null || !hello.path("event").asString("").equals("hello")) {
        throw new StoryFailure("the first event was " + hello);
      }
    }

    private void readEvents(InputStream in) {
      JsonMapper json = JsonMapper.shared();
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        String name = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("event: ")) {
            name = line.substring(7);
          } else if (line.startsWith("data: ")) {
            var event = json.createObjectNode().put("event", name);
            event.set("data", json.readTree(line.substring(6)));
            if (!streamEvents.offer(event)) {
              return;
            }
          }
        }
      } catch (IOException ended) {
        // The step that reads the queue reports what is missing.
      }
    }

    void socketHears(StoryContext story) throws Exception {
      story.require(SOCKET_EVENTS);
      JsonNode dispatch = await(socketFrames, DISPATCH);
      expectEmote(story, dispatch.path("d"));
      WebSocket opened = socket;
      if (opened != null) {
        opened.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
      }
    }

    void streamHears(StoryContext story) throws Exception {
      InputStream opened = stream;
      if (opened == null) {
        throw new StoryFailure("there is no stream, an earlier step failed");
      }
      while (true) {
        JsonNode event = streamEvents.poll(EVENT_LIMIT_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
          throw new StoryFailure("no dispatch arrived");
        }
        if (event.path("event").asString("").equals("dispatch")) {
          expectEmote(story, event.path("data"));
          opened.close();
          return;
        }
      }
    }

    private static JsonNode await(BlockingQueue<JsonNode> frames, int opcode)
        throws InterruptedException, StoryFailure {
      while (true) {
        JsonNode frame = frames.poll(EVENT_LIMIT_SECONDS, TimeUnit.SECONDS);
        if (frame == null) {
          throw new StoryFailure("no frame with op " + opcode + " arrived");
        }
        if (frame.path("op").asInt(-1) == opcode) {
          return frame;
        }
      }
    }

    private static void expectEmote(StoryContext story, JsonNode dispatch) throws StoryFailure {
      JsonNode pushed = dispatch.path("body").path("pushed").path(0);
      String type = dispatch.path("type").asString("");
      String emote = pushed.path("value").path("id").asString("");
      if (!type.equals("emote_set.update") || !emote.equals(story.require(UploadSteps.EMOTE_ID))) {
        throw new StoryFailure("the dispatch was " + dispatch);
      }
    }
  }

  /** Collects whole text messages. */
  private static final class FrameReader implements WebSocket.Listener {
    private final BlockingQueue<JsonNode> frames;
    private final StringBuilder text = new StringBuilder();

    FrameReader(BlockingQueue<JsonNode> frames) {
      this.frames = frames;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        boolean kept = frames.offer(JsonMapper.shared().readTree(text.toString()));
        text.setLength(0);
        if (!kept) {
          socket.abort();
        }
      }
      socket.request(1);
      return null;
    }
  }
}
