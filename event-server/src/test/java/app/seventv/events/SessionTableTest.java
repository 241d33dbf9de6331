package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table against a map, and against what must not be in it. */
class SessionTableTest {
  private final Queue<Runnable> turn = new ArrayDeque<>();
  private final ClientKinds kinds = new ClientKinds(List.of());
  private final SessionLoop loop = LoneLoop.create(turn::add, kinds, new Population());

  @Test
  void behavesLikeAMap() {
    SessionTable table = new SessionTable();
    Map<Integer, Session> model = new HashMap<>();
    Random random = new Random(5);
    ClientKind kind = kinds.of(ClientKind.WEBSOCKET, null, null, null);
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(3) > 0 || model.isEmpty()) {
        Session session = new WebSocketSession(loop, kind);
        assertThat(model.put(table.add(session), session)).isNull();
      } else {
        int slot = random.nextInt(table.used());
        if (model.remove(slot) != null) {
          table.remove(slot);
        }
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    for (int slot = 0; slot < table.used(); slot++) {
      assertThat(table.get(slot)).isSameAs(model.get(slot));
    }
    assertThat(table.get(table.used())).isNull();
    assertThat(table.get(SessionIds.MAX_SLOTS - 1)).isNull();
  }

  @Test
  void sessionsOfOneKindShareWhatIsTheSame() {
    ClientKind kind = kinds.of(ClientKind.WEBSOCKET, "app", "1", null);
    assertThat(loop.group(kind)).isSameAs(loop.group(kind));
    assertThat(loop.group(kind).client()).isSameAs(kind);
    assertThat(loop.group(kind).loop()).isSameAs(loop);
    assertThat(new WebSocketSession(loop, kind).client()).isSameAs(kind);
  }
}
