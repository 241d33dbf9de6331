package app.seventv.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryPointTest {
  private static MemoryPoint point(int connections, long sessions, long directBytes) {
    return new MemoryPoint(connections, Map.of("Session", sessions, "Rest", 700L), directBytes, 0);
  }

  @Test
  void theSlopeIsTheMedianOverAllPairs() {
    List<MemoryPoint> exact = List.of(point(1, 1_064, 5), point(2, 1_128, 5), point(4, 1_256, 5));
    assertThat(MemoryPoint.slope(exact, MemoryPoint::heapBytes)).isCloseTo(64, within(1e-9));
    assertThat(MemoryPoint.slope(exact, MemoryPoint::directBytes)).isCloseTo(0, within(1e-9));
    assertThat(MemoryPoint.heapSlopes(exact).get("Session")).isCloseTo(64, within(1e-9));
    assertThat(MemoryPoint.heapSlopes(exact).get("Rest")).isCloseTo(0, within(1e-9));
    List<MemoryPoint> noisy =
        List.of(point(0, 0, 0), point(1, 0, 9_000), point(2, 0, 8), point(3, 0, 12));
    assertThat(MemoryPoint.slope(noisy, MemoryPoint::directBytes)).isCloseTo(4, within(1e-9));
  }

  @Test
  void aClassThatCameLaterCountsFromNothing() {
    MemoryPoint before = new MemoryPoint(0, Map.of(), 0, 0);
    MemoryPoint after = new MemoryPoint(10, Map.of("Late", 30L), 0, 0);
    assertThat(MemoryPoint.heapSlopes(List.of(before, after))).containsEntry("Late", 3.0);
  }
}
