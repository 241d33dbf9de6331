package app.seventv.api.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Documents in the form that answers are made of, by key. Bounded in bytes and age; judged by the
 * {@link ChangeLog} at each use.
 *
 * @param <K> key
 * @param <V> what is kept
 */
public final class EntityCache<K, V> {
  private final ChangeLog log;
  private final InstantSource clock;
  private final Loader<K, V> loader;
  private final Cache<K, Cached<V>> entries;

  /**
   * Reads from the database.
   *
   * @param <K> key
   * @param <V> what was found
   */
  @FunctionalInterface
  public interface Loader<K, V> {
    /** What exists of the keys, each with what it depends on. */
    Map<K, Loaded<V>> load(Set<K> keys);
  }

  /**
   * Something that was read.
   *
   * @param <V> what it is
   */
  public record Loaded<V>(V value, DependencySet dependencies) {}

  /**
   * @param weight bytes of a value, without its dependencies
   */
  public EntityCache(
      ChangeLog log,
      InstantSource clock,
      CacheLimits limits,
      ToIntFunction<V> weight,
      Loader<K, V> loader) {
    this(log, clock, limits, key -> 0, weight, loader);
  }

  /**
   * @param keyWeight bytes of a key that is no small one
   * @param weight bytes of a value, without its dependencies
   */
  public EntityCache(
      ChangeLog log,
      InstantSource clock,
      CacheLimits limits,
      ToIntFunction<K> keyWeight,
      ToIntFunction<V> weight,
      Loader<K, V> loader) {
    this.log = log;
    this.clock = clock;
    this.loader = loader;
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(limits.maxBytes())
            .<K, Cached<V>>weigher((key, entry) ->
                keyWeight.applyAsInt(key)
                    + weight.applyAsInt(entry.value())
                    + entry.dependencies().weight()
                    + 100)
            .expireAfterWrite(limits.maxAge())
            .ticker(CacheLimits.ticker(clock))
            .executor(Runnable::run)
            .build();
  }

  /** What exists of the keys; one read for all that are not in memory. */
  public Map<K, Cached<V>> getAll(Collection<K> keys) {
    long now = clock.millis();
    Map<K, Cached<V>> found = HashMap.newHashMap(keys.size());
    Set<K> missing = new HashSet<>();
    for (K key : keys) {
      Cached<V> entry = entries.getIfPresent(key);
      if (entry != null && entry.isCurrent(log, now)) {
        found.put(key, entry);
      } else {
        missing.add(key);
      }
    }
    if (!missing.isEmpty()) {
      load(missing, found);
    }
    return found;
  }

  /** As {@link #getAll}, one entry for each key in their order; null for what does not exist. */
  public List<@Nullable Cached<V>> getEach(List<K> keys) {
    long now = clock.millis();
    List<@Nullable Cached<V>> found = new ArrayList<>(keys.size());
    Set<K> missing = new HashSet<>();
    for (K key : keys) {
      Cached<V> entry = entries.getIfPresent(key);
      boolean current = entry != null && entry.isCurrent(log, now);
      found.add(current ? entry : null);
      if (!current) {
        missing.add(key);
      }
    }
    if (!missing.isEmpty()) {
      Map<K, Cached<V>> loaded = HashMap.newHashMap(missing.size());
      load(missing, loaded);
      for (int i = 0; i < found.size(); i++) {
        if (found.get(i) == null) {
          found.set(i, loaded.get(keys.get(i)));
        }
      }
    }
    return found;
  }

  private void load(Set<K> missing, Map<K, Cached<V>> into) {
    long position = log.position();
    loader
        .load(missing)
        .forEach((key, loaded) -> {
          Cached<V> entry = new Cached<>(loaded.value(), loaded.dependencies(), position);
          if (position != ChangeLog.UNKNOWN) {
            entries.put(key, entry);
          }
          into.put(key, entry);
        });
  }

  /** As {@link #getAll} for one key; null if it does not exist. */
  public @Nullable Cached<V> get(K key) {
    Cached<V> entry = entries.getIfPresent(key);
    return entry != null && entry.isCurrent(log, clock.millis())
        ? entry
        : getAll(Set.of(key)).get(key);
  }

  /** What is in memory and right, without a read. */
  public @Nullable Cached<V> ifPresent(K key) {
    Cached<V> entry = entries.getIfPresent(key);
    return entry != null && entry.isCurrent(log, clock.millis()) ? entry : null;
  }

  /** Entries, including those that nobody has found to be wrong yet. */
  public long size() {
    entries.cleanUp();
    return entries.estimatedSize();
  }
}
