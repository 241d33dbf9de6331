package app.seventv.cdn;

import app.seventv.cdn.Fill.Source;
import app.seventv.cdn.OriginFailure.Kind;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory cache, the tiers behind it and the origin behind those: one fetch per key however many
 * ask (cdn.md §5.3), and no fetch that began before a purge ever fills memory or a tier.
 */
final class ObjectStore {
  /** After a refresh that failed the next one waits for so long. */
  static final Duration REFRESH_PAUSE = Duration.ofSeconds(5);

  /** Of bodies without a length: each fetch that runs may hold as much on the heap. */
  private static final int MAX_MEASURED_BYTES = 1 << 20;

  /** Keys remembered as too large to keep. */
  private static final int MAX_LARGE_KEYS = 10_000;

  private final ObjectCache cache;
  private final List<Tier> tiers;
  private final Origin origin;
  private final Settings settings;
  private final CdnMetrics metrics;
  private final LongSupplier nanoClock;
  private final Timers timers;
  private final Generations generations = new Generations();
  private final ConcurrentMap<String, Fill> fills = new ConcurrentHashMap<>();
  private final Cache<String, Boolean> largeKeys =
      Caffeine.newBuilder().maximumSize(MAX_LARGE_KEYS).executor(Runnable::run).build();

  /**
   * Bounds of a fetch.
   *
   * @param freshness how long objects are used
   * @param maxObjectBytes larger ones are passed on and not kept
   * @param bodyTimeout for a body that is kept
   * @param passes for those that are not
   */
  record Settings(
      Freshness freshness, int maxObjectBytes, Duration bodyTimeout, PassLimit passes) {}

  /**
   * @param tiers asked in order after the memory; closed by whoever made them
   */
  ObjectStore(
      ObjectCache cache,
      List<Tier> tiers,
      Origin origin,
      Settings settings,
      CdnMetrics metrics,
      LongSupplier nanoClock,
      Timers timers) {
    this.cache = cache;
    this.tiers = List.copyOf(tiers);
    this.origin = origin;
    this.settings = settings;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.timers = timers;
  }

  /**
   * The object in memory under a path, if it may be served as it is; starts its refresh if it is
   * due. Its body may be gone by the time it is wanted.
   *
   * @param path canonical key with a leading slash
   */
  @Nullable CachedObject cached(String path, long nowNs) {
    CachedObject object = cache.get(path);
    if (object == null) {
      return null;
    }
    Freshness.State state = settings.freshness.state(object, nowNs);
    switch (state) {
      case FRESH -> {}
      case REFRESH_AHEAD, STALE -> {
        if (object.mayRefresh(nowNs)) {
          object.pauseRefresh(nowNs + REFRESH_PAUSE.toNanos());
          refresh(path.substring(1));
        }
      }
      case EXPIRED -> {
        // Waits for the origin, unless that has just failed.
        if (object.mayRefresh(nowNs)) {
          return null;
        }
      }
      case DEAD -> {
        return null;
      }
    }
    metrics.cacheAction(CdnMetrics.CacheAction.HIT);
    return object;
  }

  /** Whether an object in memory is within its life; if not, it is served stale. */
  boolean isFresh(CachedObject object, long nowNs) {
    return switch (settings.freshness.state(object, nowNs)) {
      case FRESH, REFRESH_AHEAD -> true;
      case STALE, EXPIRED, DEAD -> false;
    };
  }

  private void refresh(String key) {
    Fill fill = new Fill(key, generations.ticket(key), nanoClock.getAsLong());
    if (fills.putIfAbsent(key, fill) == null) {
      metrics.refreshed();
      askOrigin(fill, cache.get('/' + key));
    }
  }

  /** Waits for an object that is not in memory; joins a fetch or begins one. */
  void fetch(String key, FillWaiter waiter) {
    Fill mine = new Fill(key, generations.ticket(key), nanoClock.getAsLong());
    mine.join(waiter, false);
    while (true) {
      Fill running = fills.putIfAbsent(key, mine);
      if (running == null) {
        break;
      }
      if (running.join(waiter, true)) {
        metrics.cacheAction(CdnMetrics.CacheAction.COALESCED);
        return;
      }
      fills.remove(key, running); // it has ended, and is about to be removed by its own thread
    }
    CachedObject object = cache.get('/' + key);
    ByteBuf held = object == null ? null : object.retainBody();
    if (object != null
        && held != null
        && settings.freshness.state(object, nanoClock.getAsLong()) == Freshness.State.FRESH) {
      // Another fetch ended between the look at the cache and at the table.
      metrics.cacheAction(CdnMetrics.CacheAction.REBOUND_HIT);
      fills.remove(key, mine);
      mine.succeed(object, Source.TIER);
      held.release();
      return;
    }
    if (held != null) {
      held.release();
    }
    metrics.cacheAction(CdnMetrics.CacheAction.MISS);
    if (object != null && object.status() == 200) {
      askOrigin(mine, object);
    } else {
      askTier(mine, 0);
    }
  }

  /** Asks the origin for an object of which only the receiver will get the bytes. */
  CompletableFuture<OriginAnswer> pass(String key) {
    metrics.passed();
    return origin.ask(key, null);
  }

  /** Whether the object is known to be too large to be kept. */
  boolean isLarge(String key) {
    return largeKeys.getIfPresent(key) != null;
  }

  private void askTier(Fill fill, int index) {
    if (index == tiers.size()) {
      askOrigin(fill, null);
      return;
    }
    tiers
        .get(index)
        .ask(fill.key())
        .whenComplete((copy, failure) -> {
          if (copy == null) {
            askTier(fill, index + 1);
          } else if (!fill.ticket().isCurrent()) {
            copy.object().release();
            askTier(fill, index + 1);
          } else {
            fromTier(fill, copy, index);
          }
        });
  }

  /** An object of a tier, whose reference is ours: fresh, or of use to ask the origin. */
  private void fromTier(Fill fill, Tier.Copy found, int index) {
    String tier = tiers.get(index).name();
    metrics.tierHit(tier);
    // What was stored together must not expire together after a restart either.
    long freshNs = settings.freshness.freshNs(found.object().lifetime());
    CachedObject object = found.object().fresh(freshNs);
    switch (settings.freshness.state(object, nanoClock.getAsLong())) {
      case FRESH, REFRESH_AHEAD -> {
        if (found.isCertain()) {
          keep(fill, object, Source.TIER, index);
        } else {
          metrics.tierDoubt(tier);
          askOriginAbout(fill, object);
        }
      }
      case STALE, EXPIRED -> askOriginAbout(fill, object);
      case DEAD -> {
        object.release();
        askTier(fill, index + 1);
      }
    }
  }

  private void askOriginAbout(Fill fill, CachedObject ours) {
    askOrigin(fill, ours);
    ours.release();
  }

  /** Asks for news of the copy at hand if there is one, else for the object. */
  private void askOrigin(Fill fill, @Nullable CachedObject known) {
    HeldCopy copy = HeldCopy.of(known);
    askOrigin(fill, copy, copy == null ? null : copy.etag());
  }

  private void askOrigin(Fill fill, @Nullable HeldCopy copy, @Nullable String etag) {
    origin
        .ask(fill.key(), etag)
        .whenComplete((answer, failure) -> {
          metrics.firstByte(nanoClock.getAsLong() - fill.startNs());
          switch (answer) {
            case null -> failed(fill, OriginFailure.of(failure), copy);
            case OriginAnswer.NotFound none -> {
              HeldCopy.release(copy);
              forget(fill, copy);
              keep(fill, CachedObject.notFound(nanoClock.getAsLong()), Source.ORIGIN, tiers.size());
            }
            case OriginAnswer.NotModified same -> {
              if (copy == null || etag == null) {
                failed(
                    fill, new OriginFailure(Kind.ERROR, "304 to an unconditional request"), copy);
              } else if (copy.isMeantBy(same)) {
                revalidated(fill, copy, same);
              } else {
                askOrigin(fill, copy, null); // it speaks of other bytes
              }
            }
            case OriginAnswer.Found found when found.length() < 0 -> measure(fill, found, copy);
            case OriginAnswer.Found found -> found(fill, found, copy);
          }
        });
  }

  /** What is kept lies in one block: one whose length nobody told is taken in first. */
  private void measure(Fill fill, OriginAnswer.Found found, @Nullable HeldCopy copy) {
    int maxBytes = Math.min(settings.maxObjectBytes, MAX_MEASURED_BYTES);
    MeasuredBody body = new MeasuredBody(found.body(), maxBytes);
    BodyDeadline deadline =
        new BodyDeadline(
            timers,
            settings.bodyTimeout,
            body::received,
            why -> body.giveUp(new OriginFailure(Kind.TIMEOUT, why)));
    body.measure()
        .whenComplete((length, failure) -> {
          deadline.cancel();
          if (length == null) {
            failed(fill, OriginFailure.of(failure), copy);
          } else {
            found(fill, new OriginAnswer.Found(found.head(), length, body), copy);
          }
        });
  }

  /** What the origin has now is not kept: then the copy at hand must not come back from a tier. */
  private void forget(Fill fill, @Nullable HeldCopy outdated) {
    if (outdated != null && fill.ticket().isCurrent()) {
      cache.remove('/' + fill.key());
      tiers.forEach(tier -> tier.remove(fill.key()));
    }
  }

  /** The copy is good for another life, as the origin now says. */
  private void revalidated(Fill fill, HeldCopy copy, OriginAnswer.NotModified news) {
    ObjectHead head = copy.object().head().updated(news);
    long freshNs = settings.freshness.freshNs(head.lifetime());
    if (head.lifetime().isZero()) {
      forget(fill, copy);
    }
    CachedObject renewed = copy.object().with(head, copy.body(), nanoClock.getAsLong(), freshNs);
    keep(fill, renewed, Source.REVALIDATED, tiers.size());
  }

  private void found(Fill fill, OriginAnswer.Found found, @Nullable HeldCopy copy) {
    boolean large = found.length() < 0 || found.length() > settings.maxObjectBytes;
    ByteBuf block = large ? null : cache.allocate((int) found.length());
    if (block == null) {
      HeldCopy.release(copy);
      forget(fill, copy);
      if (large) {
        largeKeys.put(fill.key(), true);
      }
      fills.remove(fill.key(), fill);
      fill.tooLarge(found);
      return;
    }
    block.writerIndex(block.capacity());
    fill(fill, found, block, copy);
  }

  /** Takes the body into the block. */
  private void fill(Fill fill, OriginAnswer.Found found, ByteBuf block, @Nullable HeldCopy copy) {
    long freshNs = settings.freshness.freshNs(found.head().lifetime());
    CachedObject object =
        CachedObject.found(found.head(), block, nanoClock.getAsLong()).fresh(freshNs);
    BodyDeadline deadline =
        new BodyDeadline(
            timers,
            settings.bodyTimeout,
            fill::received,
            why -> {
              if (fill.abandon()) {
                failed(fill, new OriginFailure(Kind.TIMEOUT, why), copy);
              }
            });
    fill.fill(
        object,
        block,
        found.body(),
        () -> {
          deadline.cancel();
          HeldCopy.release(copy);
          if (object.lifetime().isZero()) {
            forget(fill, copy);
          }
          metrics.originBytes(block.capacity());
          keep(fill, ContentHash.tagged(object, block), Source.ORIGIN, tiers.size());
        },
        failure -> {
          deadline.cancel();
          failed(fill, failure, copy);
        });
  }

  /** Nothing came: the copy at hand serves if it is not too old, or the waiters are told. */
  private void failed(Fill fill, OriginFailure failure, @Nullable HeldCopy copy) {
    metrics.originAnswered(failure.kind().label(), nanoClock.getAsLong() - fill.startNs());
    fills.remove(fill.key(), fill);
    CachedObject stale = copy == null ? null : copy.object();
    if (stale != null
        && settings.freshness.state(stale, nanoClock.getAsLong()) != Freshness.State.DEAD
        && fill.ticket().isCurrent()) {
      stale.pauseRefresh(nanoClock.getAsLong() + REFRESH_PAUSE.toNanos());
      metrics.servedStale();
      fill.succeed(stale, Source.STALE);
    } else {
      fill.fail(failure);
    }
    HeldCopy.release(copy);
  }

  /**
   * Keeps an object in memory and in the tiers before the one that had it, and tells the waiters.
   *
   * @param object whose reference passes to the cache
   */
  private void keep(Fill fill, CachedObject object, Source source, int tiersBefore) {
    if (source != Source.TIER) {
      metrics.originAnswered(
          object.status() == 200 ? "Success" : "NotFound", nanoClock.getAsLong() - fill.startNs());
    }
    // Held until the waiters have taken their references, whatever the cache decides.
    ByteBuf held = object.retainBody();
    boolean useful = !object.lifetime().isZero();
    String path = '/' + fill.key();
    if (!useful || !fill.ticket().commit(() -> cache.put(path, object))) {
      object.release();
    }
    if (useful && object.status() == 200) {
      for (Tier tier : tiers.subList(0, tiersBefore)) {
        tier.store(fill.key(), object, fill.ticket());
      }
    }
    fills.remove(fill.key(), fill);
    fill.succeed(object, source);
    if (held != null) {
      held.release();
    }
  }

  /** Forgets a key everywhere; a running fetch is not joined any more and fills nothing. */
  void purge(String key) {
    generations.purged(key);
    fills.remove(key);
    largeKeys.invalidate(key);
    cache.remove('/' + key);
    tiers.forEach(tier -> tier.remove(key));
  }

  /** Forgets all keys that begin with the prefix, as {@link #purge}; an empty one means all. */
  void purgePrefix(String prefix) {
    generations.purgedMany();
    fills.keySet().removeIf(key -> key.startsWith(prefix));
    largeKeys.invalidateAll();
    cache.removePrefix('/' + prefix);
    tiers.forEach(tier -> tier.removePrefix(prefix));
  }

  /** Forgets what is in memory; the tiers know themselves what they can trust. */
  void forgetMemory() {
    generations.purgedMany();
    fills.clear();
    largeKeys.invalidateAll();
    cache.removePrefix("");
  }

  Timers timers() {
    return timers;
  }

  PassLimit passes() {
    return settings.passes;
  }

  int inflight() {
    return fills.size();
  }
}
