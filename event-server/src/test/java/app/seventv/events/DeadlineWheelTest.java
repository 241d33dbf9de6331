package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {
  @Test
  void reportsEachSlotAtItsTick() {
    DeadlineWheel wheel = new DeadlineWheel();
    wheel.ensureCapacity(500);
    Random random = new Random(7);
    int[] deadlines = new int[500];
    for (int slot = 0; slot < 500; slot++) {
      deadlines[slot] = 1 + random.nextInt(DeadlineWheel.BUCKETS - 1);
      wheel.schedule(slot, deadlines[slot]);
    }
    for (int slot = 0; slot < 500; slot += 5) {
      wheel.cancel(slot);
    }
    List<Integer> due = new ArrayList<>();
    for (int tick = 1; tick < DeadlineWheel.BUCKETS; tick++) {
      int now = tick;
      wheel.advance(
          tick,
          slot -> {
            assertThat(deadlines[slot]).isEqualTo(now);
            due.add(slot);
          });
    }
    assertThat(due).hasSize(400).doesNotHaveDuplicates().noneMatch(slot -> slot % 5 == 0);
  }

  @Test
  void aSlotMayBeSetAgainWhenItComesUp() {
    DeadlineWheel wheel = new DeadlineWheel();
    wheel.ensureCapacity(1);
    wheel.schedule(0, 3);
    List<Integer> ticks = new ArrayList<>();
    wheel.advance(
        10,
        _ -> {
          ticks.add(wheel.now());
          wheel.schedule(0, wheel.now() + 3);
        });
    assertThat(ticks).containsExactly(3, 6, 9);
  }

  @Test
  void aLateDeadlineComesUpEarlyNotNever() {
    DeadlineWheel wheel = new DeadlineWheel();
    wheel.ensureCapacity(1);
    wheel.schedule(0, 5_000);
    List<Integer> ticks = new ArrayList<>();
    wheel.advance(2_000, _ -> ticks.add(wheel.now()));
    assertThat(ticks).containsExactly(DeadlineWheel.BUCKETS - 1);
  }
}
