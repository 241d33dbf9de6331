package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.websocket.WebSocket;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the sessions of a loop are flushed. */
class DeliveryTest {
  private static final TopicKey TOPIC = new TopicKey((byte) 8, 1, 1);

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<String> calls = new ArrayList<>();
  private final ClientKinds kinds = new ClientKinds(List.of());
  private final SessionLoop loop = LoneLoop.create(tasks::add, kinds, new Population());

  /** Two sessions that hold the topic, greeted. */
  DeliveryTest() {
    join("a");
    join("b");
  }

  private void join(String name) {
    WebSocketSession session =
        new WebSocketSession(loop, kinds.of(ClientKind.WEBSOCKET, null, null, null));
    session.onOpen(socket(name), "");
    session.hold(TOPIC);
    turn();
    calls.clear();
  }

  private WebSocket socket(String name) {
    return (WebSocket)
        Proxy.newProxyInstance(
            DeliveryTest.class.getClassLoader(),
            new Class<?>[] {WebSocket.class},
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "writeFrames" -> {
                    ((ByteBuf) arguments[0]).release();
                    calls.add("write " + name);
                    yield null;
                  }
                  case "flush" -> {
                    calls.add("flush " + name);
                    yield null;
                  }
                  case "isWritable" -> true;
                  case "pendingBytes" -> 0L;
                  default -> null;
                });
  }

  private void turn() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private void offer() {
    SharedDispatch.Route route = new SharedDispatch.Route(1, 0, 1, _ -> {}, 1);
    loop.offer(SharedDispatch.ofObject(TOPIC, null, Frames.ascii("{}"), null, route));
  }

  @Test
  void theLastEventIsSentSessionBySession() {
    offer();
    turn();
    assertThat(calls).containsExactly("write a", "flush a", "write b", "flush b");
  }

  /** They are served in groups: around the bounds of those nobody is left out or served twice. */
  @ParameterizedTest
  @ValueSource(
      ints = {
        Delivery.NEXT_SESSIONS - 1,
        Delivery.NEXT_SESSIONS,
        Delivery.NEXT_SESSIONS + 1,
        3 * Delivery.NEXT_SESSIONS
      })
  void eachSessionIsSentTheEventOnce(int sessions) {
    List<String> expected = new ArrayList<>(List.of("write a", "flush a", "write b", "flush b"));
    for (int i = 2; i < sessions; i++) {
      join("c" + i);
      expected.addAll(List.of("write c" + i, "flush c" + i));
    }
    offer();
    turn();
    assertThat(calls).containsExactlyElementsOf(expected);
  }

  @Test
  void severalEventsOfATurnAreSentTogether() {
    offer();
    offer();
    turn();
    assertThat(calls)
        .containsExactly("write a", "write b", "write a", "write b", "flush a", "flush b");
  }
}
