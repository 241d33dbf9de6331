package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bodies that do not come, on a clock of its own. */
class BodyDeadlineTest {
  private final Simulation clock = new Simulation(1);
  private final List<String> ends = new ArrayList<>();
  private int received;

  private BodyDeadline start(Duration limit) {
    return new BodyDeadline(
        clock, limit, () -> received, why -> ends.add(seconds() + " s: " + why));
  }

  private long seconds() {
    return clock.nowNs() / 1_000_000_000L;
  }

  /** Lets bytes come at each of these seconds. */
  private void arrive(int bytes, int... seconds) {
    for (int second : seconds) {
      clock.after(Duration.ofSeconds(second), () -> received += bytes);
    }
  }

  @Test
  void theWholeBodyHasALimit() {
    start(Duration.ofSeconds(5));
    arrive(1_000, 1, 2, 3, 4);
    clock.run(100);
    assertThat(ends).containsExactly("5 s: no body within PT5S");
  }

  @Test
  void aBodyThatStandsStillEndsBeforeItsLimit() {
    start(Duration.ofMinutes(10));
    arrive(20, 10, 30); // a byte a second
    arrive(19, 50); // and less
    clock.run(100);
    assertThat(ends).containsExactly("60 s: the body stands still at 59 bytes");
  }

  @Test
  void whatHasEndedHasNoDeadline() {
    BodyDeadline deadline = start(Duration.ofMinutes(10));
    assertThat(deadline.cancel()).isTrue();
    assertThat(deadline.cancel()).isFalse();
    clock.run(100);
    assertThat(ends).isEmpty();
    assertThat(seconds()).isZero(); // no alarm is left
  }
}
