package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A message that is lost on its way is noticed. */
class DeliveriesTest {
  private final Deliveries deliveries = new Deliveries();

  @Test
  void aMissingNumberCountsUntilItIsMadeUpFor() {
    assertThat(deliveries.next(1)).isTrue();
    assertThat(deliveries.next(2)).isTrue();
    assertThat(deliveries.next(4)).isFalse();
    assertThat(deliveries.next(5)).isFalse(); // the third has not come yet
    assertThat(deliveries.isComplete()).isFalse();
    deliveries.complete();
    assertThat(deliveries.next(6)).isTrue();
  }

  @Test
  void whatTheFirstMessageLacksIsNoticedToo() {
    assertThat(deliveries.next(2)).isFalse();
    deliveries.restart();
    assertThat(deliveries.next(1)).isTrue();
  }

  @Test
  void afterABrokenConnectionOneCannotKnow() {
    assertThat(deliveries.next(1)).isTrue();
    deliveries.interrupted();
    assertThat(deliveries.next(2)).isFalse();
    deliveries.complete();
    assertThat(deliveries.isComplete()).isTrue();
  }
}
