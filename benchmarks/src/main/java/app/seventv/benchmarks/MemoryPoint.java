package app.seventv.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * Memory of a server that has so many connections.
 *
 * @param connections that are idle meanwhile
 * @param heap bytes of live objects by class
 * @param directBytes that Java code has taken outside the heap, by the JVM's books
 * @param nativeBytes taken outside the heap, the direct ones included; for TLS by anybody, else by
 *     anybody but the JVM for itself
 */
record MemoryPoint(int connections, Map<String, Long> heap, long directBytes, long nativeBytes) {
  long heapBytes() {
    return heap.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Bytes per connection: the median of the slopes between all pairs of points (Theil 1950, Sen
   * 1968). A reading that is wrong, because the JVM was compiling just then, does not move it.
   */
  static double slope(List<MemoryPoint> points, ToDoubleFunction<MemoryPoint> bytes) {
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      for (int j = i + 1; j < points.size(); j++) {
        double more = bytes.applyAsDouble(points.get(j)) - bytes.applyAsDouble(points.get(i));
        slopes.add(more / (points.get(j).connections - points.get(i).connections));
      }
    }
    return Statistics.median(slopes);
  }

  /** Bytes of the live heap per connection, by class. */
  static Map<String, Double> heapSlopes(List<MemoryPoint> points) {
    Map<String, Double> slopes = new TreeMap<>();
    TreeSet<String> classes = new TreeSet<>();
    points.forEach(point -> classes.addAll(point.heap.keySet()));
    for (String name : classes) {
      slopes.put(name, slope(points, point -> point.heap.getOrDefault(name, 0L)));
    }
    return slopes;
  }
}
