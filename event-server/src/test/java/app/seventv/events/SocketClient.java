package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A websocket client that keeps what it receives. */
final class SocketClient implements WebSocket.Listener, AutoCloseable {
  private static final long TIMEOUT_SECONDS = 10;

  private final StringBuilder partial = new StringBuilder();
  final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> close = new CompletableFuture<>();
  private final WebSocket socket;

  private SocketClient(HttpClient http, URI uri, String... headers) {
    WebSocket.Builder builder = http.newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    socket = builder.buildAsync(uri, this).join();
  }

  static SocketClient connect(HttpClient http, String uri, String... headers) {
    return new SocketClient(http, URI.create(uri), headers);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      frames.add(partial.toString());
      partial.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    close.complete(code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    close.completeExceptionally(error);
  }

  SocketClient send(String text) {
    socket.sendText(text, true).join();
    return this;
  }

  /** The next frame as it was received. */
  String text() throws InterruptedException {
    String frame = frames.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    assertThat(frame).as("a frame").isNotNull();
    return frame;
  }

  /** The next frame. */
  JsonNode frame() throws InterruptedException {
    return JsonMapper.shared().readTree(text());
  }

  /** The next frame, which may take longer. */
  JsonNode frame(Duration limit) throws InterruptedException {
    String frame = frames.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    assertThat(frame).as("a frame").isNotNull();
    return JsonMapper.shared().readTree(frame);
  }

  /** Reads HELLO and the first heartbeat. */
  SocketClient greeted() throws InterruptedException {
    assertThat(frame().get("op").intValue()).isEqualTo(Opcode.HELLO.code());
    assertThat(text()).startsWith("{\"d\":{\"count\":0},\"op\":2,");
    return this;
  }

  /** Subscribes to one object and reads the ACK. */
  SocketClient subscribed(String type, String objectId) throws InterruptedException {
    send(subscribe(type, objectId));
    assertThat(frame().get("op").intValue()).isEqualTo(Opcode.ACK.code());
    return this;
  }

  static String subscribe(String type, String objectId) {
    return "{\"op\":35,\"d\":{\"type\":\""
        + type
        + "\",\"condition\":{\"object_id\":\""
        + objectId
        + "\"}}}";
  }

  /** Subscribes to a Twitch channel. */
  static String subscribeChannel(String type, String id) {
    return "{\"op\":35,\"d\":{\"type\":\""
        + type
        + "\",\"condition\":{\"ctx\":\"channel\",\"platform\":\"TWITCH\",\"id\":\""
        + id
        + "\"}}}";
  }

  /** Resumes an earlier session; the number of its last frame, or 0. */
  static String resume(String sessionId, long lastSeen) {
    return "{\"op\":34,"
        + (lastSeen == 0 ? "" : "\"s\":" + lastSeen + ",")
        + "\"d\":{\"session_id\":\""
        + sessionId
        + "\"}}";
  }

  /** Code and reason of the server's close frame. */
  String closed() {
    return close.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    socket.abort();
  }
}
