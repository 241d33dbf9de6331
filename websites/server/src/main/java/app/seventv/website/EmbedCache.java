package app.seventv.website;

import com.github.benmanes.caffeine.cache.AsyncCacheLoader;
import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers embeds (website.md §2.4): found ones are fresh for a minute, then shown while they are
 * renewed, for ten minutes at most; missing ones for 15 seconds; failures never. Each key has one
 * lookup in flight, however many ask.
 */
final class EmbedCache implements EmbedSource {
  static final int MAX_ENTRIES = 20_000;
  static final Duration FRESH = Duration.ofSeconds(60);
  static final Duration STALE_LIMIT = Duration.ofMinutes(10);
  static final Duration NOT_FOUND_LIFETIME = Duration.ofSeconds(15);

  private static final Logger LOG = LoggerFactory.getLogger(EmbedCache.class);

  private final AsyncLoadingCache<EmbedKey, Embed> cache;

  EmbedCache(EmbedSource source, Ticker ticker, Executor executor) {
    AsyncCacheLoader<EmbedKey, Embed> loader = (key, ignored) -> load(source, key);
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(MAX_ENTRIES)
            .refreshAfterWrite(FRESH)
            .expireAfter(Expiry.<EmbedKey, Embed>writing((key, embed) -> lifetimeOf(embed)))
            .ticker(ticker)
            .executor(executor)
            .buildAsync(loader);
  }

  @Override
  public CompletableFuture<Embed> lookup(EmbedKey key) {
    // A copy, so that a caller's timeout does not complete the shared lookup.
    return cache.get(key).copy();
  }

  private static Duration lifetimeOf(Embed embed) {
    return switch (embed) {
      case Embed.Found found -> STALE_LIMIT;
      case Embed.Hidden hidden -> STALE_LIMIT;
      case Embed.NotFound missing -> NOT_FOUND_LIFETIME;
    };
  }

  /** A lookup that fails is cancelled: the cache forgets it, or keeps the old value, in silence. */
  private static CompletableFuture<Embed> load(EmbedSource source, EmbedKey key) {
    CompletableFuture<Embed> loaded = new CompletableFuture<>();
    source
        .lookup(key)
        .whenComplete((embed, failure) -> {
          if (failure == null) {
            loaded.complete(embed);
          } else {
            LOG.debug("embed lookup of {} failed", key, failure);
            loaded.cancel(false);
          }
        });
    return loaded;
  }
}
