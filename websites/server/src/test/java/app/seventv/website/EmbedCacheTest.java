package app.seventv.website;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EmbedCacheTest {
  private static final EmbedKey KEY = new EmbedKey(EmbedKey.Kind.EMOTE, TestSite.EMOTE_ID);
  private static final Embed OLD = new Embed.Found(PageMeta.plain("old", "", "/"));
  private static final Embed NEW = new Embed.Found(PageMeta.plain("new", "", "/"));

  private final AtomicLong nowNs = new AtomicLong();
  private final List<CompletableFuture<Embed>> lookups = new ArrayList<>();
  private final EmbedCache cache = new EmbedCache(key -> newLookup(), nowNs::get, Runnable::run);

  private CompletableFuture<Embed> newLookup() {
    CompletableFuture<Embed> lookup = new CompletableFuture<>();
    lookups.add(lookup);
    return lookup;
  }

  private void pass(Duration time) {
    nowNs.addAndGet(time.toNanos());
  }

  @Test
  void oneLookupServesAllWhoAsk() {
    CompletableFuture<Embed> first = cache.lookup(KEY);
    CompletableFuture<Embed> second = cache.lookup(KEY);
    lookups.getFirst().complete(OLD);
    assertThat(first).isCompletedWithValue(OLD);
    assertThat(second).isCompletedWithValue(OLD);
    pass(EmbedCache.FRESH.minusSeconds(1));
    assertThat(cache.lookup(KEY)).isCompletedWithValue(OLD);
    assertThat(lookups).hasSize(1);
  }

  @Test
  void oneCallersTimeoutDoesNotEndTheLookup() {
    CompletableFuture<Embed> impatient = cache.lookup(KEY).orTimeout(1, TimeUnit.MILLISECONDS);
    assertThat(impatient).failsWithin(Duration.ofSeconds(5));
    lookups.getFirst().complete(OLD);
    assertThat(cache.lookup(KEY)).isCompletedWithValue(OLD);
    assertThat(lookups).hasSize(1);
  }

  @Test
  void staleEmbedsAreShownWhileTheyAreRenewed() {
    cache.lookup(KEY);
    lookups.getFirst().complete(OLD);
    pass(EmbedCache.FRESH.plusSeconds(1));
    assertThat(cache.lookup(KEY)).isCompletedWithValue(OLD);
    assertThat(lookups).hasSize(2);
    lookups.get(1).complete(NEW);
    assertThat(cache.lookup(KEY)).isCompletedWithValue(NEW);
  }

  @Test
  void aFailedRenewalKeepsTheOldEmbedUntilItsLimit() {
    cache.lookup(KEY);
    lookups.getFirst().complete(OLD);
    pass(EmbedCache.FRESH.plusSeconds(1));
    cache.lookup(KEY);
    lookups.get(1).completeExceptionally(new IllegalStateException("api down"));
    assertThat(cache.lookup(KEY)).isCompletedWithValue(OLD);
    pass(EmbedCache.STALE_LIMIT);
    assertThat(cache.lookup(KEY)).isNotDone();
  }

  @Test
  void missingEntitiesAreAskedForAgainSoon() {
    cache.lookup(KEY);
    lookups.getFirst().complete(new Embed.NotFound());
    pass(EmbedCache.NOT_FOUND_LIFETIME.minusMillis(1));
    assertThat(cache.lookup(KEY)).isCompletedWithValue(new Embed.NotFound());
    pass(Duration.ofMillis(1));
    assertThat(cache.lookup(KEY)).isNotDone();
    assertThat(lookups).hasSize(2);
  }

  @Test
  void failuresAreNotRemembered() {
    CompletableFuture<Embed> failed = cache.lookup(KEY);
    lookups.getFirst().completeExceptionally(new IllegalStateException("api down"));
    assertThat(failed).isCompletedExceptionally();
    cache.lookup(KEY);
    lookups.get(1).complete(NEW);
    assertThat(cache.lookup(KEY)).isCompletedWithValue(NEW);
  }
}
