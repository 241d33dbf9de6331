package app.seventv.api.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.api.cache.EntityCache.Loaded;
import app.seventv.model.Id;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in memory is used only if no change can have touched it. */
class ChangeLogTest {
  private static final long A = Dependency.emote(new Id(1, 1));
  private static final long B = Dependency.emote(new Id(1, 2));
  private static final CacheLimits LIMITS = new CacheLimits(1 << 20, Duration.ofMinutes(10));

  private final AtomicLong nanos = new AtomicLong();
  private final ChangeLog log = new ChangeLog(nanos::get);

  @BeforeEach
  void open() {
    log.opened();
  }

  private static DependencySet on(long... dependencies) {
    DependencySet set = new DependencySet();
    for (long dependency : dependencies) {
      set.add(dependency);
    }
    return set;
  }

  private Cached<String> cached(long... dependencies) {
    return new Cached<>("value", on(dependencies), log.position());
  }

  @Test
  void onlyAChangeOfADependencyCounts() {
    Cached<String> entry = cached(A);
    log.changed(B);
    assertThat(entry.isCurrent(log, 0)).isTrue();
    log.changed(A);
    assertThat(entry.isCurrent(log, 0)).isFalse();
    assertThat(entry.isCurrent(log, 0)).as("and stays so").isFalse();
    assertThat(cached(A).isCurrent(log, 0)).as("a later read is right").isTrue();
  }

  @Test
  void aReadThatBeganBeforeAChangeIsRefusedWhenItIsStoredAfterIt() {
    long before = log.position();
    log.changed(A);
    assertThat(new Cached<>("old", on(A), before).isCurrent(log, 0)).isFalse();
  }

  @Test
  void entriesThatWereNotComparedForTheWholeLogAreGivenUp() {
    Cached<String> compared = cached(A);
    Cached<String> idle = cached(A);
    for (int i = 0; i < ChangeLog.CAPACITY - 1; i++) {
      log.changed(B);
    }
    assertThat(compared.isCurrent(log, 0)).isTrue();
    log.changed(B);
    assertThat(compared.isCurrent(log, 0)).isTrue();
    assertThat(idle.isCurrent(log, 0)).isFalse();
  }

  @Test
  void nothingIsRightAfterSilence() {
    Cached<String> entry = cached(A);
    nanos.addAndGet(ChangeLog.MAX_SILENCE.toNanos() - 1);
    assertThat(entry.isCurrent(log, 0)).isTrue();
    nanos.incrementAndGet();
    assertThat(entry.isCurrent(log, 0)).isFalse();
    assertThat(log.position()).isEqualTo(ChangeLog.UNKNOWN);
    assertThat(cached(A).isCurrent(log, 0)).as("made meanwhile").isFalse();
    log.heard(0);
    assertThat(entry.isCurrent(log, 0)).as("the answer was on its way all the time").isFalse();
    log.heard(nanos.get());
    assertThat(log.isLive()).isTrue();
    assertThat(entry.isCurrent(log, 0))
        .as("others have asked the database meanwhile and may have seen more")
        .isFalse();
    assertThat(cached(A).isCurrent(log, 0)).as("made since").isTrue();
  }

  /** The answer was on its way while the feed was frozen, and is not old enough to be refused. */
  @Test
  void whatWasInMemoryDoesNotComeBackAfterSilence() {
    Cached<String> entry = cached(A);
    long asked = nanos.addAndGet(500_000_000);
    nanos.addAndGet(ChangeLog.MAX_SILENCE.toNanos() - 500_000_000);
    assertThat(log.isLive()).isFalse();
    // Now somebody changes A, and somebody else reads it from the database.
    log.heard(asked);
    assertThat(log.isLive()).isTrue();
    assertThat(entry.isCurrent(log, 0)).isFalse();
  }

  @Test
  void silenceThatNobodyHasNoticedVoidsNothing() {
    Cached<String> entry = cached(A);
    nanos.addAndGet(2 * ChangeLog.MAX_SILENCE.toNanos());
    log.heard(nanos.get());
    assertThat(entry.isCurrent(log, 0)).isTrue();
  }

  @Test
  void nothingIsRightWithoutTheFeedNorWhatWasMadeBeforeTheNext() {
    Cached<String> entry = cached(A);
    log.closed();
    assertThat(entry.isCurrent(log, 0)).isFalse();
    Cached<String> meanwhile = cached(A);
    log.opened();
    assertThat(entry.isCurrent(log, 0)).isFalse();
    assertThat(meanwhile.isCurrent(log, 0)).isFalse();
    assertThat(cached(A).isCurrent(log, 0)).isTrue();
  }

  @Test
  void everythingCanBeVoidAtOnce() {
    Cached<String> entry = cached();
    log.invalidateAll();
    assertThat(entry.isCurrent(log, 0)).isFalse();
  }

  @Test
  void timeAloneEndsAnEntry() {
    DependencySet until = on(A);
    until.until(java.time.Instant.ofEpochMilli(100));
    DependencySet all = new DependencySet();
    all.addAll(until);
    Cached<String> entry = new Cached<>("value", all, log.position());
    assertThat(entry.isCurrent(log, 99)).isTrue();
    assertThat(entry.isCurrent(log, 100)).isFalse();
  }

  @Test
  void aSetKnowsWhatWasPutIn() {
    DependencySet set = new DependencySet();
    Random random = new Random(3);
    long[] in = random.longs(5000).filter(value -> value != 0).toArray();
    for (long each : in) {
      set.add(each);
      set.add(each);
    }
    assertThat(set.size()).isEqualTo(in.length);
    for (long each : in) {
      assertThat(set.contains(each)).isTrue();
      assertThat(set.contains(each + 1)).isFalse();
    }
  }

  @Test
  void nothingIsKeptForLongerThanTheLimit() {
    AtomicLong nowMs = new AtomicLong(1_800_000_000_000L);
    AtomicLong reads = new AtomicLong();
    EntityCache<Integer, Long> cache =
        new EntityCache<>(
            log,
            () -> Instant.ofEpochMilli(nowMs.get()),
            LIMITS,
            value -> 8,
            keys -> Map.of(1, new Loaded<>(reads.incrementAndGet(), on(A))));
    assertThat(Objects.requireNonNull(cache.getEach(List.of(1)).getFirst()).value()).isEqualTo(1);
    nowMs.addAndGet(LIMITS.maxAge().toMillis() - 1);
    assertThat(Objects.requireNonNull(cache.get(1)).value()).isEqualTo(1);
    nowMs.incrementAndGet();
    assertThat(cache.ifPresent(1)).isNull();
    assertThat(Objects.requireNonNull(cache.get(1)).value()).isEqualTo(2);
  }

  /**
   * Writers change rows and tell; readers take rows through a cache. Whoever reads after a change
   * was told must not see what was before it, however slow the load was that met it.
   */
  @Test
  void nobodySeesARowFromBeforeAChangeThatWasTold() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      race(seed);
    }
  }

  private void race(long seed) throws Exception {
    int rows = 4;
    AtomicLongArray database = new AtomicLongArray(rows);
    AtomicLongArray told = new AtomicLongArray(rows);
    ChangeLog own = new ChangeLog(() -> 0);
    own.opened();
    EntityCache<Integer, Long> cache =
        new EntityCache<>(
            own, InstantSource.system(), LIMITS, value -> 8, keys -> slowly(keys, database, seed));
    int threads = 4;
    CountDownLatch start = new CountDownLatch(threads);
    List<CompletableFuture<Void>> running = new java.util.ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Random random = new Random(31 * seed + t);
      boolean writes = t == 0;
      running.add(
          CompletableFuture.runAsync(
              () -> {
                start.countDown();
                for (int i = 0; i < 3000; i++) {
                  int row = random.nextInt(rows);
                  if (writes) {
                    long version = database.incrementAndGet(row);
                    own.changed(Dependency.emote(new Id(0, row)));
                    told.set(row, version);
                  } else {
                    long least = told.get(row);
                    long seen = Objects.requireNonNull(cache.get(row)).value();
                    assertThat(seen).as("seed %d", seed).isGreaterThanOrEqualTo(least);
                  }
                }
              },
              task -> Thread.ofPlatform().daemon().start(task)));
    }
    for (CompletableFuture<Void> each : running) {
      each.join();
    }
  }

  private static Map<Integer, Loaded<Long>> slowly(
      Set<Integer> keys, AtomicLongArray database, long seed) {
    Map<Integer, Loaded<Long>> loaded = new HashMap<>();
    for (int key : keys) {
      long value = database.get(key);
      for (long spin = 0; spin < (seed * 37 + key) % 50; spin++) {
        Thread.onSpinWait();
      }
      loaded.put(key, new Loaded<>(value, on(Dependency.emote(new Id(0, key)))));
    }
    return loaded;
  }
}
