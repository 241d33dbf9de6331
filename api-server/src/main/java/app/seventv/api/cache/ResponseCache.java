package app.seventv.api.cache;

import app.seventv.api.web.JsonWriter;
import app.seventv.core.content.Compression;
import app.seventv.core.content.ContentCoding;
import app.seventv.core.content.EntityTag;
import app.seventv.core.content.Representation;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whole answers in memory, compressed as their clients like them, each with its tag. They lie
 * outside of the heap, from where they are sent without a copy. Judged by the {@link ChangeLog} at
 * each use; made once for all who ask for the same at the same time.
 */
public final class ResponseCache implements AutoCloseable {
  private static final String JSON = "application/json";

  /** Bytes of an entry without its body, dependencies and weighty subject, roughly. */
  private static final int ENTRY_BYTES = 400;

  /** Times that a request waits for another that makes the same answer. */
  private static final int MAX_WAITS = 3;

  private static final int TAG_BYTES = 16;

  private final ChangeLog log;
  private final InstantSource clock;
  private final Compression compression;
  private final Compression quick;
  private final boolean enabled;
  private final Cache<Key, Cached<Stored>> entries;
  private final ConcurrentHashMap<Key, CompletableFuture<Boolean>> running =
      new ConcurrentHashMap<>();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /**
   * What is asked for.
   *
   * @param subject tells answers apart, by equality
   * @param coding what the client likes; small answers are not compressed all the same
   */
  public record Key(Object subject, ContentCoding coding) {}

  /** A subject that takes memory worth counting, e.g. a text that somebody may make up. */
  public interface Weighty {
    /** Bytes that it takes, roughly. */
    int weight();
  }

  /** An answer's text, and what it was made of. */
  public record Rendered(JsonWriter json, DependencySet dependencies) {}

  /** An answer to be sent; whoever has it releases the body. */
  public record Answer(Representation representation, ByteBuf body) {}

  private record Stored(Representation representation, ByteBuf body) {}

  /**
   * @param compression of answers that are kept, so that many get what it takes
   * @param quick of answers that one client gets
   */
  public ResponseCache(
      ChangeLog log,
      InstantSource clock,
      Compression compression,
      Compression quick,
      CacheLimits limits) {
    this.log = log;
    this.clock = clock;
    this.compression = compression;
    this.quick = quick;
    this.enabled = limits.maxBytes() > 0;
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(limits.maxBytes())
            .<Key, Cached<Stored>>weigher((key, entry) ->
                entry.value().body.capacity()
                    + entry.dependencies().weight()
                    + (key.subject() instanceof Weighty subject ? subject.weight() : 0)
                    + ENTRY_BYTES)
            .expireAfterWrite(limits.maxAge())
            .ticker(CacheLimits.ticker(clock))
            .executor(Runnable::run)
            .removalListener((key, entry, cause) -> {
              if (entry != null) {
                entry.value().body.release();
              }
            })
            .build();
  }

  /** What is in memory and right, or null. */
  public @Nullable Answer find(Key key) {
    Cached<Stored> entry = entries.getIfPresent(key);
    if (entry == null || !entry.isCurrent(log, clock.millis())) {
      return null;
    }
    Stored stored = entry.value();
    try {
      Answer answer = new Answer(stored.representation, stored.body.retainedDuplicate());
      hits.increment();
      return answer;
    } catch (IllegalReferenceCountException e) {
      return null; // dropped a moment ago
    }
  }

  /** What is in memory, else made now; the code may throw and may run for several at once. */
  public Answer get(Key key, Supplier<Rendered> render) {
    for (int i = 0; i < MAX_WAITS && enabled && log.isLive(); i++) {
      Answer known = find(key);
      if (known != null) {
        return known;
      }
      CompletableFuture<Boolean> mine = new CompletableFuture<>();
      CompletableFuture<Boolean> other = running.putIfAbsent(key, mine);
      if (other == null) {
        try {
          return make(key, render);
        } finally {
          running.remove(key, mine);
          mine.complete(true);
        }
      }
      other.join();
    }
    return make(key, render);
  }

  private Answer make(Key key, Supplier<Rendered> render) {
    misses.increment();
    long position = log.position();
    Rendered rendered = render.get();
    boolean kept =
        enabled
            && position != ChangeLog.UNKNOWN
            && rendered.dependencies().untilMs() > clock.millis();
    Stored stored = encode(rendered.json(), key.coding(), kept ? compression : quick);
    if (kept) {
      ByteBuf body = stored.body.retainedDuplicate();
      entries.put(key, new Cached<>(stored, rendered.dependencies(), position));
      return new Answer(stored.representation, body);
    }
    return new Answer(stored.representation, stored.body);
  }

  /** An answer that is right for its caller only. */
  public Answer uncached(ContentCoding coding, Rendered rendered) {
    Stored stored = encode(rendered.json(), coding, quick);
    return new Answer(stored.representation, stored.body);
  }

  /** Takes the text; the result is for one if it is not kept, so little work goes into it. */
  private static Stored encode(JsonWriter json, ContentCoding wanted, Compression compression) {
    try {
      ContentCoding coding = compression.codingFor(wanted, JSON, json.length());
      ByteBuf body =
          coding == ContentCoding.IDENTITY ? plain(json) : compressed(json, coding, compression);
      Representation representation =
          Representation.of(body.readableBytes(), JSON)
              .withCoding(coding)
              .withEtag(EntityTag.strong(tag(body.nioBuffer())));
      return new Stored(representation, body);
    } finally {
      json.recycle();
    }
  }

  private static ByteBuf plain(JsonWriter json) {
    ByteBuf body = Unpooled.directBuffer(json.length(), json.length());
    json.copyTo(body);
    return body;
  }

  private static ByteBuf compressed(
      JsonWriter json, ContentCoding coding, Compression compression) {
    ByteBuf plain = json.asBuffer();
    ByteBuf encoded = null;
    try {
      encoded = compression.encode(plain, coding);
      return Unpooled.directBuffer(encoded.readableBytes(), encoded.readableBytes())
          .writeBytes(encoded);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (encoded != null) {
        encoded.release();
      }
      plain.release();
    }
  }

  /** Equal tags mean equal bytes: the bytes make the tag. */
  private static String tag(ByteBuffer body) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(body);
      byte[] tag = new byte[TAG_BYTES];
      System.arraycopy(sha256.digest(), 0, tag, 0, TAG_BYTES);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(tag);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }

  /** Requests that were answered from memory. */
  public long hits() {
    return hits.sum();
  }

  /** Answers that were made. */
  public long misses() {
    return misses.sum();
  }

  /** Bytes in use, by the estimates that the limit is about. */
  public long weight() {
    entries.cleanUp();
    return entries.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }

  @Override
  public void close() {
    entries.invalidateAll();
    entries.cleanUp();
  }
}
