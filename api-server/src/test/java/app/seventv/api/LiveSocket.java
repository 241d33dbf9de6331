package app.seventv.api;

import app.seventv.core.service.ServiceRuntime;
import app.seventv.events.EventServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A live-event service on the same bus as an API, and a websocket client of it. */
final class LiveSocket implements WebSocket.Listener, AutoCloseable {
  private static final int DISPATCH = 0;
  private static final int HELLO = 1;
  private static final int ACK = 5;
  private static final int SUBSCRIBE = 35;

  private final BlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
  private final Set<String> topics = new HashSet<>();
  private final StringBuilder partial = new StringBuilder();
  private final HttpClient http = HttpClient.newHttpClient();
  private final ServiceRuntime events;
  private final WebSocket socket;

  LiveSocket(String natsUri) throws Exception {
    events =
        ServiceRuntime.start(
            EventServer.DEFINITION,
            EventServer.DEFINITION.config(
                """
                event_loops = 1
                [nats]
                servers = ["%s"]
                [event_api]
                bind = "127.0.0.1:0"
                """
                    .formatted(natsUri)));
    int port = EventServer.addresses(events).getFirst().getPort();
    socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/v3"), this)
            .join();
    next(HELLO);
  }

  /** Subscribes to what happens to an object, unless that is done. */
  void subscribe(String type, Object objectId) throws Exception {
    if (!topics.add(type + " " + objectId)) {
      return;
    }
    Map<String, ?> data =
        Map.of("type", type, "condition", Map.of("object_id", objectId.toString()));
    socket
        .sendText(TestApi.JSON.writeValueAsString(Map.of("op", SUBSCRIBE, "d", data)), true)
        .join();
    next(ACK);
  }

  /** The next dispatch of a type that has a text in it: its type and body. */
  JsonNode dispatch(String type, String text) throws Exception {
    while (true) {
      JsonNode dispatch = next(DISPATCH).path("d");
      if (dispatch.path("type").asString().equals(type) && dispatch.toString().contains(text)) {
        return dispatch;
      }
    }
  }

  private JsonNode next(int opcode) throws Exception {
    for (JsonNode frame = frames.poll(10, TimeUnit.SECONDS);
        frame != null;
        frame = frames.poll(10, TimeUnit.SECONDS)) {
      if (frame.path("op").asInt() == opcode) {
        return frame;
      }
    }
    throw new AssertionError("no frame with opcode " + opcode);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      frames.add(TestApi.JSON.readTree(partial.toString()));
      partial.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
    events.close();
  }
}
