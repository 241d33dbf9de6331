package app.seventv.benchmarks;

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
 * @param nativeBytes taken outside the heap by anybody, the direct ones included
 */
record MemoryPoint(
    int connections, Map<String, Long> heap, long directBytes, long nativeBytes) {
  long heapBytes() {
    return heap.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Bytes per connection: the slope of the line that fits all points best (least squares). */
  static double slope(List<MemoryPoint> points, ToDoubleFunction<MemoryPoint> bytes) {
    double meanConnections =
        points.stream().mapToInt(MemoryPoint::connections).average().orElse(Double.NaN);
    double meanBytes = points.stream().mapToDouble(bytes).average().orElse(Double.NaN);
    double products = 0;
    double squares = 0;
    for (MemoryPoint point : points) {
      double distance = point.connections - meanConnections;
      products += distance * (bytes.applyAsDouble(point) - meanBytes);
      squares += distance * distance;
    }
    return products / squares;
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
