package app.seventv.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Signals before and after a process takes over. */
class StartupTest {
  private final Startup startup = new Startup();

  @AfterEach
  void leaveNoInterrupt() {
    Thread.interrupted();
  }

  @Test
  void aStoppedStartIsNotCommittedThoughTheInterruptWasSwallowed() {
    startup.stop();
    assertThat(Thread.interrupted()).as("a part that waits is woken").isTrue();
    assertThatThrownBy(startup::commit).isInstanceOf(InterruptedException.class);
    assertThat(startup.isStopped()).isTrue();
  }

  @Test
  void aStoppedStartIsClosedWithoutInterrupts() {
    startup.stop();
    assertThatThrownBy(startup::commit).isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void aCommittedStartIsNotInterrupted() throws Exception {
    startup.commit();
    startup.stop();
    assertThat(Thread.currentThread().isInterrupted()).as("it would cut the drain short").isFalse();
    assertThat(startup.isStopped()).isFalse();
  }
}
