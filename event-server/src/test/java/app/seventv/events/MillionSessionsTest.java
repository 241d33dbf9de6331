package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.metrics.Metrics;
import app.seventv.core.websocket.WebSocket;
import app.seventv.model.Id;
import app.seventv.model.topic.Channel.StreamPlatform;
import app.seventv.model.topic.EventType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;

/** The memory of sessions: a million of them with all tables, and one to the byte. */
class MillionSessionsTest {
  private static final int SESSIONS = 1_000_000;
  private static final int WATCHERS_PER_CHANNEL = 50;
  private static final int VISIBLE_TOPICS = 5;

  // Raise these only with the sum in Session, and only for a reason.

  private static final long MAX_HEAP_BYTES = 150_000_000;
  private static final long SESSION_BYTES = 64;
  private static final long SESSION_FIELD_BYTES = 55;

  /** Sends nothing; adds no field. */
  private static final class Mute extends WebSocketSession {
    Mute(SessionLoop loop, ClientKind client) {
      super(loop, client);
    }

    @Override
    ByteBuf encode(Opcode opcode, String payload, long timeMs, int number) {
      return Unpooled.EMPTY_BUFFER;
    }
  }

  /** A socket that takes everything. */
  private static WebSocket socket() {
    return (WebSocket)
        Proxy.newProxyInstance(
            MillionSessionsTest.class.getClassLoader(),
            new Class<?>[] {WebSocket.class},
            (_, method, _) -> method.getReturnType() == boolean.class ? true : null);
  }

  private static SubscriptionRequest object(EventType type, int number) {
    return new SubscriptionRequest(type, new Condition.OfObject(new Id(1L << 40, number)));
  }

  private static SubscriptionRequest channel(EventType type, int number) {
    return new SubscriptionRequest(
        type, new Condition.OfChannel(StreamPlatform.TWITCH, Integer.toString(number)));
  }

  /** What the browser extension asks for in one channel (event-api.md §18.1). */
  private static List<SubscriptionRequest> requests(int channel) {
    return List.of(
        object(EventType.EMOTE_SET_ANY, channel),
        object(EventType.USER_ANY, channel),
        channel(EventType.ENTITLEMENT_ANY, channel),
        channel(EventType.COSMETIC_ANY, channel),
        channel(EventType.EMOTE_SET_ANY, channel));
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void aMillionSessionsWithSixTopicsEach() {
    Queue<Runnable> turn = new ArrayDeque<>();
    ClientKinds kinds = new ClientKinds(List.of());
    SessionOptions options = EventKeys.sessionOptions(EventServer.DEFINITION.config(""));
    EventHub hub = EventKeys.hub(EventServer.DEFINITION.config(""));
    WebSocket socket = socket();
    ClientKind kind = kinds.of(ClientKind.WEBSOCKET, "7tv-extension", "3.1", null);
    long before = usedHeap();
    SessionLoop loop =
        new SessionLoop(
            turn::add,
            0,
            hub,
            options,
            new Population(),
            new EventFigures(new Metrics(), kinds),
            () -> 1_764_590_400_000L,
            new SplittableRandom(1));
    hub.loops(List.of(loop));
    List<SubscriptionRequest> requests = List.of();
    for (int i = 0; i < SESSIONS; i++) {
      if (i % WATCHERS_PER_CHANNEL == 0) {
        requests = requests(i / WATCHERS_PER_CHANNEL);
        for (Runnable task = turn.poll(); task != null; task = turn.poll()) {
          task.run();
        }
      }
      Mute session = new Mute(loop, kind);
      session.onOpen(socket, "");
      for (SubscriptionRequest request : requests) {
        SessionCommands.subscribe(session, request);
      }
    }
    turn.clear();
    long heap = usedHeap() - before;
    System.out.println("figure: sessions-million-heap-bytes " + heap + " bytes");
    assertThat(loop.size()).isEqualTo(SESSIONS);
    assertThat(loop.topics().memberships()).isEqualTo((VISIBLE_TOPICS + 1L) * SESSIONS);
    assertThat(heap).isLessThanOrEqualTo(MAX_HEAP_BYTES);
  }

  @Test
  void aSessionHasNoMoreFieldsThanItsSumSays() {
    ClassLayout layout = ClassLayout.parseClass(WebSocketSession.class);
    assertThat(layout.instanceSize()).as(layout.toPrintable()).isEqualTo(SESSION_BYTES);
    assertThat(layout.fields().stream().mapToLong(FieldLayout::size).sum())
        .as(layout.toPrintable())
        .isEqualTo(SESSION_FIELD_BYTES);
    List<Long> lazy = new ArrayList<>();
    for (Class<?> part :
        List.of(PresenceMemory.class, RecentInts.class, UserStates.class, int[].class)) {
      lazy.add(ClassLayout.parseClass(part).instanceSize());
    }
    assertThat(lazy).containsExactly(24L, 16L, 24L, 16L);
  }
}
