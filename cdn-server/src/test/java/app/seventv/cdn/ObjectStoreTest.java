package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.cdn.Fill.Source;
import app.seventv.core.http.HttpDate;
import app.seventv.core.metrics.Metrics;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

/** Store, tier and origin, step by step. */
class ObjectStoreTest {
  private static final String KEY = "emote/01F6MZGCNG000255K4X1K7NTHR/1x.webp";
  private static final Duration LIFE = Duration.ofDays(1);
  private static final Publisher<ByteBuffer> NOBODY_ASKS =
      subscriber -> {
        throw new IllegalStateException("there is no room for this body");
      };

  private final Simulation simulation = new Simulation(1);
  private final PurgeState purges = new PurgeState(simulation::nowNs);
  private final Freshness freshness =
      new Freshness(LIFE, LIFE, 0.5, Duration.ofMinutes(1), purges, () -> 1.0);
  private final ObjectCache cache =
      new ObjectCache(
          1 << 20, object -> freshness.usefulNs(object, simulation.nowNs()), simulation::nowNs);
  private final OneObject tier = new OneObject();
  private OriginAnswer answer = new OriginAnswer.NotFound();

  /** What the origin answers later, if it is to think first. */
  private @Nullable CompletableFuture<OriginAnswer> later;

  private int asked;
  private final Waiter waiter = new Waiter();

  /** A tier with one object of a given age. */
  private final class OneObject implements Tier {
    private Duration age = Duration.ZERO;
    private boolean removed;
    private boolean certain = true;

    /** When it answers, if it is to be slow. */
    private @Nullable CompletableFuture<Boolean> ready;

    @Override
    public String name() {
      return "one";
    }

    @Override
    public CompletableFuture<@Nullable Copy> lookup(String key) {
      if (removed) {
        return CompletableFuture.completedFuture(null);
      }
      Copy copy =
          new Copy(
              CachedObject.found(
                  new ObjectHead(null, "\"t\"", HttpDate.INVALID, LIFE),
                  Unpooled.directBuffer(1).writeByte(1),
                  simulation.nowNs() - age.toNanos()),
              certain);
      CompletableFuture<Boolean> reading = ready;
      return reading == null
          ? CompletableFuture.completedFuture(copy)
          : reading.thenApply(_ -> copy);
    }

    @Override
    public void store(String key, CachedObject object, Generations.Ticket ticket) {}

    @Override
    public void remove(String key) {
      removed = true;
    }

    @Override
    public void removePrefix(String prefix) {}

    @Override
    public void close() {}
  }

  private final class OneAnswer implements Origin {
    @Override
    public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
      asked++;
      CompletableFuture<OriginAnswer> thinking = later;
      return thinking == null ? CompletableFuture.completedFuture(answer) : thinking;
    }

    @Override
    public void close() {}
  }

  private static final class Waiter implements FillWaiter {
    private final List<String> told = new ArrayList<>();

    @Override
    public void joined(Fill fill, boolean behindAnother) {}

    @Override
    public void filling(Fill fill) {}

    @Override
    public void advanced() {}

    @Override
    public void done(CachedObject object, Source source) {
      told.add(source + " " + object.status());
    }

    @Override
    public void failed(OriginFailure failure) {
      told.add("failed");
    }

    @Override
    public void tooLarge(OriginAnswer.@Nullable Found found) {
      told.add("pass " + (found != null));
    }
  }

  private ObjectStore store() {
    purges.connected();
    return new ObjectStore(
        cache,
        List.of(tier),
        new OneAnswer(),
        new ObjectStore.Settings(
            freshness, Integer.MAX_VALUE - 8, Duration.ofSeconds(5), new PassLimit(200)),
        new CdnMetrics(new Metrics()),
        simulation::nowNs,
        simulation);
  }

  @Test
  void whatComesFromATierExpiresWithJitter() {
    tier.age = Duration.ofHours(1);
    store().fetch(KEY, waiter);
    assertThat(waiter.told).containsExactly("TIER 200");
    CachedObject kept = Objects.requireNonNull(cache.get('/' + KEY));
    assertThat(kept.freshNs()).isEqualTo(LIFE.toNanos() / 2);
    cache.clear();
  }

  @Test
  void whatTheOriginHasNoMoreDoesNotComeBackFromATier() {
    tier.age = Duration.ofHours(13); // more than half its life: stale by the jitter
    ObjectStore store = store();
    store.fetch(KEY, waiter);
    simulation.pass(CachedObject.NOT_FOUND_LIFETIME);
    tier.age = Duration.ZERO;
    store.fetch(KEY, waiter);
    assertThat(waiter.told).containsExactly("ORIGIN 404", "ORIGIN 404");
    assertThat(tier.removed).isTrue();
    cache.clear();
  }

  @Test
  void whatATierIsNotCertainOfTheOriginIsAskedAbout() {
    tier.certain = false; // a purge may have come while it was away
    answer = new OriginAnswer.NotModified();
    ObjectStore store = store();
    store.fetch(KEY, waiter);
    assertThat(waiter.told).containsExactly("REVALIDATED 200");
    cache.clear();
    answer = new OriginAnswer.NotFound();
    store.fetch(KEY, waiter);
    assertThat(waiter.told).containsExactly("REVALIDATED 200", "ORIGIN 404");
    assertThat(tier.removed).isTrue();
    cache.clear();
    assertThat(cache.directBytes()).isZero();
  }

  @Test
  void aBodyForWhichThereIsNoMemoryIsPassedOn() {
    tier.removed = true;
    ObjectHead head = new ObjectHead(null, null, HttpDate.INVALID, LIFE);
    answer = new OriginAnswer.Found(head, Integer.MAX_VALUE - 16, NOBODY_ASKS);
    ObjectStore store = store();
    store.fetch(KEY, waiter);
    assertThat(waiter.told).containsExactly("pass true");
    assertThat(store.inflight()).isZero();
    assertThat(store.isLarge(KEY)).isFalse(); // there may be room the next time
    assertThat(cache.exhausted()).isEqualTo(1);
    assertThat(cache.directBytes()).isZero();
  }

  @Test
  void whatFindsNoMemoryLeavesNoOldCopyBehind() {
    tier.age = Duration.ofHours(13);
    ObjectHead head = new ObjectHead(null, null, HttpDate.INVALID, LIFE);
    answer = new OriginAnswer.Found(head, Integer.MAX_VALUE - 16, NOBODY_ASKS);
    store().fetch(KEY, waiter);
    assertThat(waiter.told).containsExactly("pass true");
    assertThat(tier.removed).isTrue();
  }

  @Test
  void anOldCopyServesIfTheOriginFailsUnlessItWasPurgedMeanwhile() {
    tier.certain = false; // the origin is asked about it
    for (boolean purged : new boolean[] {false, true}) {
      later = new CompletableFuture<>();
      ObjectStore store = store();
      store.fetch(KEY, waiter);
      if (purged) {
        store.purge(KEY);
      }
      later.completeExceptionally(new OriginFailure(OriginFailure.Kind.ERROR, "down"));
    }
    assertThat(waiter.told).containsExactly("STALE 200", "failed");
  }

  @Test
  void whatATierReadBeforeAPurgeIsNotServedAfterIt() {
    tier.ready = new CompletableFuture<>();
    ObjectStore store = store();
    store.fetch(KEY, waiter);
    store.purge(KEY);
    tier.ready.complete(true);
    assertThat(waiter.told).containsExactly("ORIGIN 404");
  }

  @Test
  void whatHasBecomeTooLargeLeavesNoOldCopyBehind() {
    tier.age = Duration.ofHours(13);
    ObjectHead head = new ObjectHead(null, null, HttpDate.INVALID, LIFE);
    answer = new OriginAnswer.Found(head, 1L << 40, NOBODY_ASKS);
    ObjectStore store = store();
    store.fetch(KEY, waiter);
    assertThat(waiter.told).containsExactly("pass true");
    assertThat(tier.removed).isTrue();
    assertThat(store.isLarge(KEY)).isTrue();
    store.purge(KEY);
    assertThat(store.isLarge(KEY)).isFalse(); // it may be another one now
  }

  @Test
  void anObjectPastItsLifeIsAskedForOnce() {
    ObjectStore store = store();
    store.fetch(KEY, waiter);
    simulation.pass(Duration.ofHours(13));
    later = new CompletableFuture<>();
    for (int i = 0; i < 3; i++) {
      CachedObject stale = Objects.requireNonNull(store.cached('/' + KEY, simulation.nowNs()));
      assertThat(stale.mayRefresh(simulation.nowNs())).isFalse(); // not even looked at again
    }
    assertThat(asked).isEqualTo(1);
    later.complete(new OriginAnswer.NotModified());
    cache.clear();
    assertThat(cache.directBytes()).isZero();
  }
}
