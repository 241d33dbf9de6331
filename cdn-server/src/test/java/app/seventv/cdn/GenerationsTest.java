package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GenerationsTest {
  private final Generations generations = new Generations();

  private boolean commits(Generations.Ticket ticket) {
    AtomicBoolean ran = new AtomicBoolean();
    boolean told = ticket.commit(() -> ran.set(true));
    assertThat(told).isEqualTo(ran.get()).isEqualTo(ticket.isCurrent());
    return told;
  }

  @Test
  void aTicketIsGoodUntilItsKeyIsPurged() {
    Generations.Ticket before = generations.ticket("a");
    Generations.Ticket other = generations.ticket("b");
    assertThat(commits(before)).isTrue();
    generations.purged("a");
    assertThat(commits(before)).isFalse();
    assertThat(commits(other)).isTrue();
    assertThat(commits(generations.ticket("a"))).isTrue();
  }

  @Test
  void purgingManyEndsEveryTicket() {
    Generations.Ticket a = generations.ticket("a");
    Generations.Ticket b = generations.ticket("b");
    generations.purgedMany();
    assertThat(commits(a)).isFalse();
    assertThat(commits(b)).isFalse();
  }

  @Test
  void anEntryIsEitherRemovedByThePurgeOrRefusedAfterIt() throws InterruptedException {
    AtomicInteger visible = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    for (int i = 0; i < 2_000; i++) {
      visible.set(0);
      Generations.Ticket ticket = generations.ticket("k");
      Thread filler = Thread.ofPlatform().start(() -> ticket.commit(() -> visible.set(1)));
      generations.purged("k");
      visible.set(0); // the removal that follows a purge's first half
      filler.join();
      wrong.addAndGet(visible.get());
    }
    assertThat(wrong).hasValue(0);
  }
}
