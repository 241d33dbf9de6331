package app.seventv.api;

import app.seventv.api.cache.CacheLimits;
import app.seventv.api.cache.CachedUsers;
import app.seventv.api.cache.ChangeFeed;
import app.seventv.api.cache.ChangeLog;
import app.seventv.api.cache.Changes;
import app.seventv.api.cache.ResponseCache;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.api.v3rest.V3Models;
import app.seventv.api.v3rest.V3Reads;
import app.seventv.api.web.Reads;
import app.seventv.core.config.Config;
import app.seventv.core.content.Compression;
import app.seventv.core.content.ContentCoding;
import app.seventv.core.metrics.Metrics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;

/** What this process keeps in memory of the database, and the feed that keeps it right. */
final class Memory implements AutoCloseable {
  private static final long MIB = 1L << 20;

  /**
   * Users, emotes, sets and their compressed pieces share the heap's part; the rest of what is kept
   * is small.
   */
  private static final int KINDS_OF_ENTITIES = 5;

  private final Store store;
  private final InstantSource clock;
  private final CacheLimits entities;
  private final ChangeLog log = new ChangeLog(System::nanoTime);
  private final Changes changes = new Changes(log);
  private final Compression compression;
  private final Compression gzip;
  private final ResponseCache responses;
  private final CachedUsers users;
  private final ChangeFeed feed;

  Memory(Config config, Store store, UserLoader loader, InstantSource clock, Executor executor) {
    this.store = store;
    this.clock = clock;
    Duration maxAge = config.get(ApiConfig.CACHE_MAX_AGE);
    this.entities =
        new CacheLimits(config.get(ApiConfig.ENTITY_CACHE_MB) * MIB / KINDS_OF_ENTITIES, maxAge);
    this.compression = Compression.builder(executor).build();
    this.gzip = Compression.builder(executor).codings(ContentCoding.GZIP).build();
    this.responses =
        new ResponseCache(
            log,
            clock,
            compression,
            quick(executor),
            best(executor),
            executor,
            new CacheLimits(config.get(ApiConfig.RESPONSE_CACHE_MB) * MIB, maxAge));
    this.users = new CachedUsers(store, loader, log, clock, entities);
    this.feed = new ChangeFeed(store.database(), log);
  }

  /** A bit larger bodies for a fraction of the time of the usual levels (docs/decisions/0022). */
  private static Compression quick(Executor executor) {
    return Compression.builder(executor)
        .level(ContentCoding.ZSTD, 1)
        .level(ContentCoding.BR, 1)
        .level(ContentCoding.GZIP, 3)
        .level(ContentCoding.DEFLATE, 3)
        .build();
  }

  /** Two fifths less than the usual level of zstd, for five times its time (decision 0029). */
  private static Compression best(Executor executor) {
    return Compression.builder(executor).level(ContentCoding.ZSTD, 9).build();
  }

  /** A write of this process has been committed: whoever reads now sees it. */
  void committed(Transaction.Change change) {
    changes.changed(change.collection(), change.id(), change.document());
  }

  /** What has changed of late. */
  ChangeLog changes() {
    return log;
  }

  Compression compression() {
    return compression;
  }

  CachedUsers users() {
    return users;
  }

  Reads reads() {
    return new Reads(responses, compression, gzip);
  }

  V3Reads v3Reads(V3Models models) {
    return new V3Reads(store, users, models, log, clock, entities);
  }

  /** Whether changes arrive, so that anything is answered from memory. */
  boolean isLive() {
    return log.isLive();
  }

  /** Shows how much is kept and how much it helps. */
  void register(Metrics metrics) {
    metrics.counters(
        "api_response_cache_total",
        "Hot reads by where their answers came from.",
        List.of("result"),
        readings -> {
          readings.read(responses.hits(), "hit");
          readings.read(responses.misses(), "miss");
        });
    metrics.gauge("api_response_cache_bytes", "Memory of kept answers.", responses::weight);
    metrics.gauge(
        "api_change_feed_live", "1 while changes of the database arrive.", () -> isLive() ? 1 : 0);
  }

  @Override
  public void close() {
    feed.close();
    responses.close();
  }
}
