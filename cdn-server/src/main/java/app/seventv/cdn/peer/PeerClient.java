package app.seventv.cdn.peer;

import app.seventv.core.content.CacheControl;
import app.seventv.core.metrics.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the owner of a key for it over HTTP/1.1. What is no whole object to keep counts as nothing.
 * A peer whose connections fail, or that is late, again and again is left alone for a while; one
 * that answers, whatever it says, is not.
 */
public final class PeerClient implements AutoCloseable {
  /** Field of an answer that tells how far purges have come with the peer. */
  public static final String PURGES = "x-7tv-cdn-purges";

  /** Requests to all peers at once; beyond that the origin is asked. */
  static final int MAX_RUNNING = 1_000;

  /** Bytes per millisecond that a peer gives at least: large objects may take longer. */
  private static final int SLOWEST_BYTES_PER_MS = 8 << 10;

  private final PeerOptions options;
  private final int maxBodyBytes;
  private final Rendezvous rendezvous;
  private final ByteBufAllocator memory;
  private final LongSupplier nanoClock;
  private final HttpClient client;
  private final Map<URI, PeerHealth> health = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /**
   * A client.
   *
   * @param maxBodyBytes objects larger than this come from the origin
   * @param memory where bodies go
   */
  public PeerClient(
      PeerOptions options, int maxBodyBytes, ByteBufAllocator memory, LongSupplier nanoClock) {
    this.options = options;
    this.maxBodyBytes = maxBodyBytes;
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
   * @return completes with null if this node is the owner itself or the owner gives none; never
   *     exceptionally. The head comes within the timeout, the body within that and the time that
   *     its size takes at the slowest rate
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
    return client
        .sendAsync(request, this::body)
        .handle((response, failure) -> {
          running.decrementAndGet();
          if (response == null || failure != null) {
            state.failed();
            failures.increment();
            return null;
          }
          state.succeeded();
          return object(response);
        });
  }

  /** What to do with a body, as its head says: only objects to keep are taken. */
  private HttpResponse.BodySubscriber<Optional<ByteBuf>> body(HttpResponse.ResponseInfo info) {
    long length = number(field(info.headers(), "content-length"));
    if (length == 0 && info.statusCode() != 200) {
      return HttpResponse.BodySubscribers.replacing(Optional.empty()); // keeps the connection
    }
    boolean wanted =
        info.statusCode() == 200 && isKept(info.headers()) && length >= 0 && length <= maxBodyBytes;
    return new PeerBody(
        wanted ? allocate((int) length) : null,
        options.timeout().plusMillis(Math.max(0, length) / SLOWEST_BYTES_PER_MS));
  }

  private @Nullable ByteBuf allocate(int bytes) {
    try {
      return memory.directBuffer(bytes, bytes);
    } catch (OutOfMemoryError e) { // of the limit for direct memory: the heap is as well as ever
      return null;
    }
  }

  private static boolean isKept(HttpHeaders headers) {
    return number(field(headers, "age")) >= 0 && lifetime(headers) > 0;
  }

  private static long lifetime(HttpHeaders headers) {
    return CacheControl.parse(field(headers, "cache-control")).seconds("max-age");
  }

  private @Nullable PeerObject object(HttpResponse<Optional<ByteBuf>> response) {
    ByteBuf body = response.body().orElse(null);
    if (body == null) {
      (response.statusCode() == 404 ? misses : refusals).increment();
      return null;
    }
    hits.increment();
    HttpHeaders headers = response.headers();
    return new PeerObject(
        field(headers, "content-type"),
        field(headers, "etag"),
        field(headers, "last-modified"),
        number(field(headers, "age")),
        lifetime(headers),
        field(headers, PURGES),
        body);
  }

  private static @Nullable String field(HttpHeaders headers, String name) {
    return headers.firstValue(name).orElse(null);
  }

  private static long number(@Nullable String value) {
    return value != null && value.matches("[0-9]{1,18}") ? Long.parseLong(value) : -1;
  }

  /** Registers the figures. */
  public void register(Metrics metrics) {
    metrics.counter("cdn_peer_hits_total", "Objects that a peer had.", hits::sum);
    metrics.counter("cdn_peer_misses_total", "Look-ups at peers without result.", misses::sum);
    metrics.counter(
        "cdn_peer_refusals_total",
        "Answers of peers that were no objects to keep: errors, refusals, too large.",
        refusals::sum);
    metrics.counter("cdn_peer_failures_total", "Peers that failed or were late.", failures::sum);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
