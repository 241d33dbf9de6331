package app.seventv.cdn;

import app.seventv.cdn.peer.PeerClient;
import app.seventv.cdn.peer.PeerObject;
import app.seventv.core.config.Secret;
import app.seventv.core.content.CacheControl;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpDate;
import app.seventv.core.http.Response;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes as a tier. A peer may hear of a purge later than this node: what was purged here
 * a short time ago comes from the origin. That is forgotten at a restart, so peers say as well how
 * far purges have come with them; what comes from one that is behind is asked of the origin.
 */
final class PeerTier implements Tier {
  /** Longer than a node without purges trusts what it has, or a purge is on its way. */
  static final Duration DISTRUST = Duration.ofMinutes(30);

  private static final int MAX_PURGES = 100_000;

  private final PeerClient peers;
  private final PurgeState state;
  private final LongSupplier nanoClock;
  private final Cache<String, Boolean> purged;
  private final Set<String> askedByPeers = ConcurrentHashMap.newKeySet();
  private volatile long distrustAllUntilNs;

  PeerTier(PeerClient peers, PurgeState state, LongSupplier nanoClock) {
    this.peers = peers;
    this.state = state;
    this.nanoClock = nanoClock;
    this.distrustAllUntilNs = nanoClock.getAsLong();
    this.purged =
        Caffeine.newBuilder()
            .maximumSize(MAX_PURGES)
            .expireAfterWrite(DISTRUST)
            .ticker(nanoClock::getAsLong)
            .removalListener((_, _, cause) -> {
              if (cause == RemovalCause.SIZE) {
                distrustAll(); // too many to remember
              }
            })
            .executor(Runnable::run)
            .build();
  }

  @Override
  public String name() {
    return "peer";
  }

  @Override
  public CompletableFuture<@Nullable Copy> lookup(String key) {
    if (askedByPeers.contains(key)
        || nanoClock.getAsLong() - distrustAllUntilNs < 0
        || purged.getIfPresent(key) != null) {
      return CompletableFuture.completedFuture(null);
    }
    PurgeProgress wanted = state.wanted();
    return peers
        .fetch(key)
        .thenApply(
            object -> object == null ? null : new Copy(cached(object), isCertain(object, wanted)));
  }

  private static boolean isCertain(PeerObject object, @Nullable PurgeProgress wanted) {
    PurgeProgress there = PurgeProgress.parse(object.purges());
    return wanted == null || (there != null && there.covers(wanted));
  }

  private CachedObject cached(PeerObject object) {
    String modified = object.lastModified();
    ObjectHead head =
        new ObjectHead(
            object.contentType(),
            object.etag(),
            modified == null ? HttpDate.INVALID : HttpDate.parse(modified),
            Duration.ofSeconds(object.lifetimeSeconds()));
    return CachedObject.found(
        head, object.body(), nanoClock.getAsLong() - TimeUnit.SECONDS.toNanos(object.ageSeconds()));
  }

  /**
   * Answers peers with what this node serves to everybody; whoever has not the secret gets 403. A
   * key that a peer asks for is not asked of peers, whatever their lists of nodes say: no circles.
   *
   * @param maxLifeSeconds how long this node itself trusts what it has: a peer shall not for longer
   */
  Handler endpoint(Handler content, Secret secret, LongSupplier maxLifeSeconds) {
    byte[] wanted = ("Bearer " + secret.reveal()).getBytes(StandardCharsets.UTF_8);
    return exchange -> {
      String given = exchange.request().headers().get("authorization", "");
      if (!MessageDigest.isEqual(wanted, given.getBytes(StandardCharsets.UTF_8))) {
        exchange.respond(Response.of(403).header("content-length", "0"));
        return;
      }
      String key = exchange.request().path().substring(1);
      if (askedByPeers.add(key)) {
        exchange.onEnd(() -> askedByPeers.remove(key));
      }
      PurgeProgress handled = state.handled(); // before the object is looked up
      exchange.beforeHead((status, fields) -> {
        limitLife(fields, maxLifeSeconds.getAsLong());
        if (handled != null) {
          fields.set(PeerClient.PURGES, handled.text());
        }
      });
      content.handle(exchange);
    };
  }

  /** Bytes that a purge may have missed are told by their age then, and asked of the origin. */
  static void limitLife(HttpHeaders fields, long maxSeconds) {
    long seconds = CacheControl.parse(fields.get(HttpHeaderNames.CACHE_CONTROL)).seconds("max-age");
    if (seconds != CacheControl.ABSENT && seconds > maxSeconds) {
      fields.set(HttpHeaderNames.CACHE_CONTROL, "public, max-age=" + maxSeconds);
    }
  }

  /** Peers keep what they fetch themselves. */
  @Override
  public void store(String key, CachedObject object, Generations.Ticket ticket) {}

  @Override
  public void remove(String key) {
    purged.put(key, true);
  }

  @Override
  public void removePrefix(String prefix) {
    distrustAll();
  }

  private void distrustAll() {
    distrustAllUntilNs = nanoClock.getAsLong() + DISTRUST.toNanos();
  }

  @Override
  public void close() {
    peers.close();
  }
}
