package app.seventv.api.cache;

import app.seventv.api.web.JsonWriter;
import app.seventv.core.content.Compression;
import app.seventv.core.content.ContentCoding;
import app.seventv.core.content.EntityTag;
import app.seventv.core.content.Representation;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
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

  /** An answer that was asked for so often will be asked for again. */
  static final int HITS_WORTH_EFFORT = 8;

  private final ChangeLog log;
  private final InstantSource clock;
  private final Compression compression;
  private final Compression quick;
  private final Compression best;
  private final Executor executor;
  private final boolean enabled;
  private final Cache<Key, Cached<Stored>> entries;
  private final SharedWork<Key, Answer> running = new SharedWork<>();
  private final Semaphore again = new Semaphore(1);
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /**
   * What is asked for.
   *
   * @param subject tells answers apart, by equality
   * @param coding what the client likes; small answers are not compressed all the same
   * @param gzip whether it likes gzip as well, which can be put together of pieces
   */
  public record Key(Object subject, ContentCoding coding, boolean gzip) {
    public Key(Object subject, ContentCoding coding) {
      this(subject, coding, coding == ContentCoding.GZIP);
    }
  }

  /** A subject that takes memory worth counting, e.g. a text that somebody may make up. */
  public interface Weighty {
    /** Bytes that it takes, roughly. */
    int weight();
  }

  /**
   * An answer's text, and what it was made of.
   *
   * @param splices parts that are compressed already and not in the text; only for those who like
   *     gzip
   */
  public record Rendered(JsonWriter json, Splices splices, DependencySet dependencies) {
    /** An answer whose text is whole. */
    public Rendered(JsonWriter json, DependencySet dependencies) {
      this(json, new Splices(), dependencies);
    }
  }

  /** An answer to be sent; whoever has it releases the body. */
  public record Answer(Representation representation, ByteBuf body) {}

  /**
   * @param hits of a body that was put together in haste; null for one that cannot be made better
   */
  private record Stored(Representation representation, ByteBuf body, @Nullable AtomicInteger hits) {
    Answer answer() {
      return new Answer(representation, body.retainedDuplicate());
    }
  }

  /**
   * @param compression of answers that are kept, so that many get what it takes
   * @param quick of answers that one client gets
   * @param best of answers that were put together of pieces and have many hits
   * @param executor compresses those again
   */
  public ResponseCache(
      ChangeLog log,
      InstantSource clock,
      Compression compression,
      Compression quick,
      Compression best,
      Executor executor,
      CacheLimits limits) {
    this.log = log;
    this.clock = clock;
    this.compression = compression;
    this.quick = quick;
    this.best = best;
    this.executor = executor;
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
      Answer answer = stored.answer();
      hits.increment();
      if (stored.hits != null && stored.hits.incrementAndGet() == HITS_WORTH_EFFORT) {
        executor.execute(() -> compressAgain(key, entry, stored.hits));
      }
      return answer;
    } catch (IllegalReferenceCountException e) {
      return null; // dropped a moment ago
    }
  }

  /** What is in memory, else made now; see {@link SharedWork}. */
  public Answer get(Key key, Supplier<Rendered> render) {
    if (!enabled) {
      return make(key, render);
    }
    Answer known = find(key);
    if (known != null) {
      return known;
    }
    return running.get(key, () -> find(key), () -> make(key, render), this::copy);
  }

  private Answer copy(Answer answer) {
    hits.increment();
    return new Answer(answer.representation, answer.body.retainedDuplicate());
  }

  private Answer make(Key key, Supplier<Rendered> render) {
    misses.increment();
    long position = log.position();
    Rendered rendered = render.get();
    boolean kept =
        enabled
            && position != ChangeLog.UNKNOWN
            && rendered.dependencies().untilMs() > clock.millis();
    Stored stored = encode(rendered, key.coding(), kept ? compression : quick);
    if (kept) {
      Answer answer = stored.answer();
      entries.put(key, new Cached<>(stored, rendered.dependencies(), position));
      return answer;
    }
    return new Answer(stored.representation, stored.body);
  }

  /** An answer that is right for its caller only. */
  public Answer uncached(ContentCoding coding, Rendered rendered) {
    Stored stored = encode(rendered, coding, quick);
    return new Answer(stored.representation, stored.body);
  }

  /** Takes the text. */
  private static Stored encode(Rendered rendered, ContentCoding wanted, Compression compression) {
    JsonWriter json = rendered.json();
    try {
      if (!rendered.splices().isEmpty()) {
        Splices.Joined joined = rendered.splices().join(json);
        return stored(ContentCoding.GZIP, joined.body(), joined.tag(), new AtomicInteger());
      }
      ContentCoding coding = compression.codingFor(wanted, JSON, json.length());
      ByteBuf body =
          coding == ContentCoding.IDENTITY ? plain(json) : compressed(json, coding, compression);
      return stored(coding, body, tag(body), null);
    } finally {
      json.recycle();
    }
  }

  private static Stored stored(
      ContentCoding coding, ByteBuf body, EntityTag tag, @Nullable AtomicInteger hits) {
    Representation representation =
        Representation.of(body.readableBytes(), JSON).withCoding(coding).withEtag(tag);
    return new Stored(representation, body, hits);
  }

  /** Replaces an answer that was put together by a smaller one; one at a time. */
  private void compressAgain(Key key, Cached<Stored> entry, AtomicInteger hitsSoFar) {
    if (!again.tryAcquire()) {
      hitsSoFar.set(0); // the next hits ask anew
      return;
    }
    try {
      Stored smaller = smaller(key, entry.value().answer().body());
      if (!entries.asMap().replace(key, entry, entry.with(smaller))) {
        smaller.body.release();
      }
    } catch (IllegalReferenceCountException e) {
      // dropped a moment ago
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      again.release();
    }
  }

  private Stored smaller(Key key, ByteBuf gzip) throws IOException {
    byte[] text;
    try (GZIPInputStream in = new GZIPInputStream(new ByteBufInputStream(gzip, true), 1 << 16)) {
      text = in.readAllBytes();
    }
    JsonWriter json = new JsonWriter(text.length).raw(text);
    return encode(new Rendered(json, new DependencySet()), key.coding(), best);
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

  private static EntityTag tag(ByteBuf body) {
    MessageDigest digest = Tags.sha256();
    digest.update(body.nioBuffer());
    return Tags.tag(digest);
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
