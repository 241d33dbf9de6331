package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Uses per byte, as the filter before the cache counts them. */
class SizeAdmissionTest {
  private final SizeAdmission admission = new SizeAdmission(100 << 20);

  @Test
  void aLargeObjectNeedsMoreUsesThanASmallOne() {
    for (int i = 0; i < 200; i++) {
      admission.evicted("/victim/" + i, 10_000, 2);
    }
    admission.missed("/small");
    assertThat(admission.admits("/small", 5_000)).isTrue();
    admission.missed("/large");
    assertThat(admission.admits("/large", 50_000)).isFalse();
    for (int i = 0; i < 8; i++) {
      admission.missed("/large");
    }
    assertThat(admission.admits("/large", 50_000)).isTrue();
  }

  @Test
  void whatHasToGoBringsItsUsesAlong() {
    for (int i = 0; i < 200; i++) {
      admission.evicted("/victim/" + i, 10_000, 2);
    }
    admission.evicted("/known", 50_000, 20);
    assertThat(admission.admits("/known", 50_000)).isTrue();
    assertThat(admission.admits("/unknown", 50_000)).isFalse();
  }

  @Test
  void refusalsLowerTheBar() {
    for (int i = 0; i < 200; i++) {
      admission.evicted("/victim/" + i, 1_000, 200);
    }
    admission.missed("/new");
    int refused = 0;
    while (!admission.admits("/new", 100_000)) {
      refused++;
    }
    assertThat(refused).isBetween(1_000, 20_000);
  }

  @Test
  void oldUsesAreForgotten() {
    for (int i = 0; i < 100; i++) {
      admission.missed("/old");
    }
    for (int i = 0; i < 200; i++) {
      admission.evicted("/victim/" + i, 10_000, 20);
    }
    assertThat(admission.admits("/old", 50_000)).isTrue();
    for (int i = 0; i < 600_000; i++) {
      admission.missed("/other/" + i % 1_000);
    }
    assertThat(admission.admits("/old", 500_000)).isFalse();
  }
}
