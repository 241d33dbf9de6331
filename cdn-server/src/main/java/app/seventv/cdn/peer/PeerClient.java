package app.seventv.cdn.peer;

import app.seventv.core.content.CacheControl;
import app.seventv.core.metrics.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the owner of a key for it over HTTP/1.1. What fails, is late or is not complete counts as
 * nothing; a peer that fails again and again is left alone for a while.
 */
public final class PeerClient implements AutoCloseable {
  /** Requests to all peers at once; beyond that the origin is asked. */
  static final int MAX_RUNNING = 1_000;

  /** Objects larger than this come from the origin. */
  static final int MAX_BODY_BYTES = 16 << 20;

  private final PeerOptions options;
  private final Rendezvous rendezvous;
  private final ByteBufAllocator memory;
  private final LongSupplier nanoClock;
  private final HttpClient client;
  private final Map<URI, PeerHealth> health = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /**
   * A client.
   *
   * @param memory where bodies go
   */
  public PeerClient(PeerOptions options, ByteBufAllocator memory, LongSupplier nanoClock) {
    this.options = options;
    this.rendezvous = new Rendezvous(options.nodes());
    this.memory = memory;
    this.nanoClock = nanoClock;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(options.timeout())
            .build();
  }

  /**
   * Asks for an object.
   *
   * @return completes within the timeout, with null if this node is the owner itself or the owner
   *     has none; never exceptionally
   */
  public CompletableFuture<@Nullable PeerObject> fetch(String key) {
    URI owner = rendezvous.owner(key);
    if (owner.equals(options.self())) {
      return CompletableFuture.completedFuture(null);
    }
    PeerHealth state = health.computeIfAbsent(owner, _ -> new PeerHealth(nanoClock));
    if (running.get() >= MAX_RUNNING || !state.admit()) {
      misses.increment();
      return CompletableFuture.completedFuture(null);
    }
    running.incrementAndGet();
    HttpRequest request =
        HttpRequest.newBuilder(owner.resolve("/" + key))
            .timeout(options.timeout())
            .header("authorization", "Bearer " + options.secret().reveal())
            .build();
    CompletableFuture<HttpResponse<List<byte[]>>> call =
        client.sendAsync(request, _ -> new PeerBody(MAX_BODY_BYTES));
    return call.orTimeout(options.timeout().toMillis(), TimeUnit.MILLISECONDS)
        .handle((response, failure) -> {
          running.decrementAndGet();
          if (response == null || failure != null) {
            call.cancel(true);
            state.failed();
            failures.increment();
            return null;
          }
          return object(response, state);
        });
  }

  private @Nullable PeerObject object(HttpResponse<List<byte[]>> response, PeerHealth state) {
    if (response.statusCode() == 404) {
      state.succeeded();
      misses.increment();
      return null;
    }
    long age = number(field(response, "age"));
    long lifetime = CacheControl.parse(field(response, "cache-control")).seconds("max-age");
    if (response.statusCode() != 200 || age < 0 || lifetime == CacheControl.ABSENT) {
      state.failed();
      failures.increment();
      return null;
    }
    state.succeeded();
    hits.increment();
    int length = response.body().stream().mapToInt(part -> part.length).sum();
    ByteBuf body = memory.directBuffer(length, Math.max(1, length));
    response.body().forEach(body::writeBytes);
    return new PeerObject(
        field(response, "content-type"),
        field(response, "etag"),
        field(response, "last-modified"),
        age,
        lifetime,
        body);
  }

  private static @Nullable String field(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }

  private static long number(@Nullable String value) {
    return value != null && value.matches("[0-9]{1,18}") ? Long.parseLong(value) : -1;
  }

  /** Registers the figures. */
  public void register(Metrics metrics) {
    metrics.counter("cdn_peer_hits_total", "Objects that a peer had.", hits::sum);
    metrics.counter("cdn_peer_misses_total", "Look-ups at peers without result.", misses::sum);
    metrics.counter("cdn_peer_failures_total", "Peers that failed or were late.", failures::sum);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
