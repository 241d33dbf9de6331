package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The memory cache against the textbook's policies. */
class HitRatioTest {
  @Test
  void isAsGoodAsTheBestPracticalPolicy() {
    HitRatio.Ratios ratios = HitRatio.measure();
    System.out.printf("hit ratios: %s%n", ratios);
    System.out.printf("figure: cdn-hit-ratio-zipf %.3f%n", ratios.toBestPractical());
    System.out.printf("figure: cdn-hit-ratio-zipf-gdsf %.3f%n", ratios.ours() / ratios.gdsf());
    assertThat(ratios.toBestPractical()).isGreaterThanOrEqualTo(1);
    assertThat(ratios.ours() / ratios.gdsf()).isGreaterThanOrEqualTo(0.98);
  }
}
