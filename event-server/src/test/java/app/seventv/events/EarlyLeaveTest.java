package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.websocket.WebSocket;
import app.seventv.model.Id;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * HTTP/3 notices within a flush that the client wants no more: sessions that end in their midst.
 */
class EarlyLeaveTest {
  private final Queue<Runnable> turn = new ArrayDeque<>();
  private final Population population = new Population();
  private final ClientKinds kinds = new ClientKinds(List.of());
  private final SessionLoop loop = LoneLoop.create(turn::add, kinds, population);
  private @Nullable Session leaving;

  private static final class Mute extends WebSocketSession {
    Mute(SessionLoop loop, ClientKind client) {
      super(loop, client);
    }

    @Override
    ByteBuf encode(Opcode opcode, String payload, long timeMs, int number) {
      return Unpooled.EMPTY_BUFFER;
    }
  }

  /** A full socket whose flush shows that the client has left. */
  private WebSocket socket() {
    return (WebSocket)
        Proxy.newProxyInstance(
            EarlyLeaveTest.class.getClassLoader(),
            new Class<?>[] {WebSocket.class},
            (_, method, _) -> {
              Session session = leaving;
              if (method.getName().equals("flush") && session != null) {
                session.left(CloseLabels.ABNORMAL);
              }
              return method.getReturnType() == boolean.class ? false : null;
            });
  }

  private Mute session() {
    return new Mute(loop, kinds.of(ClientKind.WEBSOCKET, null, null, null));
  }

  private Mute open() {
    Mute session = session();
    session.onOpen(socket(), "");
    for (Runnable task = turn.poll(); task != null; task = turn.poll()) {
      task.run();
    }
    return session;
  }

  @Test
  void aSessionGivesItsSlotBackOnce() {
    Mute session = open();
    leaving = session;
    session.endWithReconnect(EndReason.RECONNECT);
    assertThat(population.open()).isZero();
    leaving = null;
    assertThat(open().id()).isNotEqualTo(open().id());
    assertThat(population.open()).isEqualTo(2);
    assertThat(loop.size()).isEqualTo(2);
  }

  @Test
  void aSlotThatIsFreeHasNoDeadline() {
    Mute session = session();
    leaving = session;
    session.onOpen(socket(), ""); // leaves within its first heartbeat, the second frame
    assertThat(session.isEnded()).isTrue();
    assertThat(loop.isScheduled(0)).isFalse();
  }

  @Test
  void whoLeavesBeforeItIsOpenIsNotOpened() {
    Mute session = session();
    session.left(CloseLabels.ABNORMAL);
    session.onOpen(socket(), "");
    assertThat(population.open()).isZero();
  }

  @Test
  void withoutALimitThereIsOneOfTheCount() {
    Mute session = open();
    for (int i = 0; i <= TopicHolder.MAX_TOPICS; i++) {
      SessionCommands.handle(
          session,
          Unpooled.copiedBuffer(
              "{\"op\":35,\"d\":{\"type\":\"user.update\",\"condition\":{\"object_id\":\""
                  + new Id(1L << 40, i)
                  + "\"}}}",
              StandardCharsets.UTF_8));
    }
    assertThat(session.isEnded()).isTrue();
  }
}
