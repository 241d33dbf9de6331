package app.seventv.cdn;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The memory cache against the textbook's policies on one trace: emotes of 2, 20 and 200 KB wanted
 * by Zipf's law, some of them for a while only, cache a hundredth of all bytes.
 */
public final class HitRatio {
  private static final int OBJECTS = 20_000;
  private static final int REQUESTS = 300_000;
  private static final double EXPONENT = 0.9;
  private static final int[] SIZES = {2_000, 20_000, 200_000};

  /** Requests after which other objects are popular. */
  private static final int EPOCH = 75_000;

  /** Share of the requests that goes by the epoch's popularity. */
  private static final double FASHION = 0.3;

  /**
   * Share of the requests that were hits.
   *
   * @param ours of the memory cache of the edge
   * @param lru of the least-recently-used policy
   * @param lfu of the least-frequently-used policy
   * @param gdsf of greedy dual size with frequency
   * @param optimal of Belady's, which knows the future but not the sizes
   */
  public record Ratios(double ours, double lru, double lfu, double gdsf, double optimal) {
    /** Ours beside the better of LRU and LFU. */
    public double toBestPractical() {
      return ours / Math.max(lru, lfu);
    }
  }

  private final int[] sizes = new int[OBJECTS];
  private final int[] trace = new int[REQUESTS];
  private long capacity;

  /** A cache of object numbers; {@code access} tells whether it had it. */
  private interface Policy {
    boolean access(int object, int at);
  }

  private void makeTrace() {
    Random random = new Random(7);
    long bytes = 0;
    for (int i = 0; i < OBJECTS; i++) {
      sizes[i] = SIZES[random.nextInt(SIZES.length)];
      bytes += sizes[i];
    }
    capacity = bytes / 100;
    double[] cumulated = new double[OBJECTS];
    double sum = 0;
    for (int i = 0; i < OBJECTS; i++) {
      sum += 1 / Math.pow(i + 1, EXPONENT);
      cumulated[i] = sum;
    }
    for (int t = 0; t < REQUESTS; t++) {
      int found = Arrays.binarySearch(cumulated, random.nextDouble() * sum);
      int rank = Math.min(OBJECTS - 1, found < 0 ? -found - 1 : found);
      int shift = random.nextDouble() < FASHION ? 7_919 * (1 + t / EPOCH) : 0;
      trace[t] = (rank + shift) % OBJECTS;
    }
  }

  private double ratio(Policy policy) {
    int hits = 0;
    for (int t = 0; t < REQUESTS; t++) {
      hits += policy.access(trace[t], t) ? 1 : 0;
    }
    return (double) hits / REQUESTS;
  }

  private HitRatio() {}

  /** Sends the trace to all policies. */
  public static Ratios measure() {
    HitRatio trace = new HitRatio();
    trace.makeTrace();
    double ours;
    try (Ours policy = trace.new Ours()) {
      ours = trace.ratio(policy);
    }
    return new Ratios(
        ours,
        trace.ratio(trace.new Lru()),
        trace.ratio(trace.new Lfu(false)),
        trace.ratio(trace.new Lfu(true)),
        trace.ratio(trace.new Optimal()));
  }

  /** The cache as it is, with bodies of the objects' real sizes that share one block. */
  private final class Ours implements Policy, AutoCloseable {
    private final ObjectHead head = new ObjectHead(null, null, -1, Duration.ofDays(7));
    private final ObjectCache cache = new ObjectCache(capacity, object -> Long.MAX_VALUE, () -> 0);

    @Override
    public boolean access(int object, int at) {
      String path = "/emote/" + object;
      CachedObject known = cache.get(path);
      if (known != null) {
        known.countDelivery();
        return true;
      }
      ByteBuf body = cache.memory().directBuffer(sizes[object] - ObjectCost.HEAP_BYTES);
      body.writerIndex(body.capacity());
      cache.put(path, CachedObject.found(head, body, 0));
      return false;
    }

    @Override
    public void close() {
      cache.clear();
    }
  }

  /** Least recently used. */
  private final class Lru implements Policy {
    private final LinkedHashMap<Integer, Integer> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long used;

    @Override
    public boolean access(int object, int at) {
      if (entries.get(object) != null) {
        return true;
      }
      entries.put(object, sizes[object]);
      used += sizes[object];
      var eldest = entries.entrySet().iterator();
      while (used > capacity) {
        used -= eldest.next().getValue();
        eldest.remove();
      }
      return false;
    }
  }

  /** Least frequently used among residents; by size and with aging it is GDSF. */
  private final class Lfu implements Policy {
    private record Entry(int object, double priority, long sequence) {}

    private static final Comparator<Entry> ORDER =
        Comparator.comparingDouble(Entry::priority).thenComparingLong(Entry::sequence);

    private final boolean bySize;
    private final Map<Integer, Integer> frequencies = new HashMap<>();
    private final Map<Integer, Entry> entries = new HashMap<>();
    private final TreeSet<Entry> order = new TreeSet<>(ORDER);
    private long used;
    private double age;

    Lfu(boolean bySize) {
      this.bySize = bySize;
    }

    @Override
    public boolean access(int object, int at) {
      int frequency = frequencies.merge(object, 1, Integer::sum);
      double priority = bySize ? age + frequency / (double) sizes[object] : frequency;
      Entry known = entries.get(object);
      if (known != null) {
        order.remove(known);
      } else {
        used += sizes[object];
      }
      Entry entry = new Entry(object, priority, at);
      entries.put(object, entry);
      order.add(entry);
      while (used > capacity) {
        Entry victim = order.pollFirst();
        if (victim == null) {
          break;
        }
        entries.remove(victim.object);
        if (bySize) {
          age = victim.priority;
          frequencies.remove(victim.object);
        }
        used -= sizes[victim.object];
      }
      return known != null;
    }
  }

  /** Belady's: drops what is wanted again last, itself included. Sizes do not count. */
  private final class Optimal implements Policy {
    private record Wanted(int object, long cost) {}

    private final int[] next = new int[REQUESTS];
    private final Map<Integer, Long> entries = new HashMap<>();
    private final PriorityQueue<Wanted> order =
        new PriorityQueue<>(Comparator.comparingLong((Wanted w) -> -w.cost));
    private long used;

    Optimal() {
      @Nullable Integer[] later = new Integer[OBJECTS];
      for (int t = REQUESTS - 1; t >= 0; t--) {
        Integer known = later[trace[t]];
        next[t] = known == null ? Integer.MAX_VALUE : known;
        later[trace[t]] = t;
      }
    }

    @Override
    public boolean access(int object, int at) {
      boolean hit = entries.containsKey(object);
      if (!hit) {
        used += sizes[object];
      }
      long cost = next[at];
      entries.put(object, cost);
      order.add(new Wanted(object, cost));
      while (used > capacity) {
        Wanted victim = order.poll();
        if (victim == null) {
          break;
        }
        Long current = entries.get(victim.object);
        if (current != null && current == victim.cost) {
          entries.remove(victim.object);
          used -= sizes[victim.object];
        }
      }
      return hit;
    }
  }
}
