package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.cdn.memory.BodyMemory;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the memory cache holds, and what it costs. */
class ObjectCacheTest {
  private static final int CAPACITY = 8 << 20;

  private final AtomicLong nowNs = new AtomicLong();
  private final ObjectCache cache =
      new ObjectCache(CAPACITY, object -> object.freshNs(), nowNs::get);

  private CachedObject object(int bytes) {
    ByteBuf body = cache.memory().directBuffer(bytes, bytes);
    body.writerIndex(bytes);
    ObjectHead head = new ObjectHead("image/webp", "\"x\"", -1, Duration.ofDays(7));
    return CachedObject.found(head, body, 0);
  }

  @Test
  void staysWithinItsBoundUnderAScan() {
    Random random = new Random(3);
    for (int i = 0; i < 50_000; i++) {
      cache.put("/emote/" + i, object(100 + random.nextInt(60_000)));
      assertThat(cache.weightBytes()).isLessThanOrEqualTo(CAPACITY);
      assertThat(cache.residentBytes() + cache.entries() * ObjectCost.HEAP_BYTES)
          .isLessThanOrEqualTo(CAPACITY + ObjectCost.HEAP_BYTES);
    }
    assertThat(cache.evictions() + cache.rejected()).isGreaterThan(40_000);
    assertThat(cache.rejected()).isPositive();
    assertThat(cache.evictedBytes()).isGreaterThan(CAPACITY);
    cache.clear();
    assertThat(cache.weightBytes()).isZero();
    assertThat(cache.directBytes()).isZero();
  }

  /** Blocks that are being filled count as well: entries make room for them, and get it back. */
  @Test
  void blocksWithoutAnEntryAreWithinTheBound() {
    for (int i = 0; i < 2_000; i++) {
      cache.put("/emote/" + i, object(10_000));
    }
    assertThat(cache.weightBytes()).isGreaterThan(CAPACITY * 9L / 10);
    List<ByteBuf> blocks = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      blocks.add(Objects.requireNonNull(cache.allocate(1 << 20)));
      assertThat(cache.residentBytes()).isLessThanOrEqualTo(CAPACITY);
    }
    assertThat(cache.weightBytes()).isLessThanOrEqualTo(CAPACITY - (6 << 20));
    blocks.forEach(ByteBuf::release);
    for (int i = 0; i < 2_000; i++) {
      cache.put("/emote/" + i, object(10_000));
    }
    assertThat(cache.weightBytes()).isGreaterThan(CAPACITY * 9L / 10);
    cache.clear();
    assertThat(cache.directBytes()).isZero();
  }

  @Test
  void aBodyThatIsBeingSentOutlivesItsEntry() {
    CachedObject object = object(1000);
    cache.put("/a", object);
    ByteBuf sent = object.retainBody();
    assertThat(sent).isNotNull();
    cache.remove("/a");
    assertThat(cache.directBytes()).isEqualTo(BodyMemory.blockBytes(1000));
    assertThat(object.retainBody()).isNotNull();
    object.release();
    if (sent != null) {
      sent.release();
    }
    assertThat(cache.directBytes()).isZero();
    assertThat(object.retainBody()).isNull();
  }

  @Test
  void removesByPrefix() {
    cache.put("/emote/a/1x.webp", object(10));
    cache.put("/emote/a/2x.webp", object(10));
    cache.put("/emote/b/1x.webp", object(10));
    cache.removePrefix("/emote/a/");
    assertThat(cache.get("/emote/a/1x.webp")).isNull();
    assertThat(cache.get("/emote/a/2x.webp")).isNull();
    assertThat(cache.get("/emote/b/1x.webp")).isNotNull();
    assertThat(cache.directBytes()).isEqualTo(BodyMemory.blockBytes(10));
    cache.removePrefix("/");
    assertThat(cache.directBytes()).isZero();
  }

  @Test
  void replacingFreesTheOldBytesAndRestartsTheClock() {
    cache.put("/a", object(10));
    nowNs.set(Duration.ofDays(6).toNanos());
    cache.put("/a", object(30));
    assertThat(cache.directBytes()).isEqualTo(BodyMemory.blockBytes(30));
    nowNs.set(Duration.ofDays(8).toNanos());
    assertThat(cache.get("/a")).isNotNull();
    nowNs.set(Duration.ofDays(14).toNanos());
    assertThat(cache.get("/a")).isNull();
    cache.clear();
    assertThat(cache.directBytes()).isZero();
  }

  @Test
  void anEntryCostsLittleBesideItsBytes() {
    int entries = 50_000;
    ObjectCache large = new ObjectCache(1L << 34, object -> object.freshNs(), nowNs::get);
    String[] keep = new String[entries];
    long before = usedHeap();
    for (int i = 0; i < entries; i++) {
      // As S3 sends them: a tag of 34 characters, a date, a type.
      ByteBuf body = large.memory().directBuffer(64, 64);
      body.writerIndex(64);
      ObjectHead head =
          new ObjectHead(
              String.join("", "image/", "webp"), // each answer brings its own text
              "\"%032x\"".formatted(i),
              1_700_000_000L + i,
              Duration.ofDays(7));
      keep[i] = "/emote/01F6MZGCNG000255K4X1K%05d/4x.webp".formatted(i);
      large.put(keep[i], CachedObject.found(head, body, 0));
      keep[i] = "";
    }
    long perObject = (usedHeap() - before) / entries;
    System.out.println("figure: cdn-overhead-bytes " + perObject);
    assertThat(large.entries()).isEqualTo(entries);
    assertThat(perObject).isLessThanOrEqualTo(ObjectCost.HEAP_BYTES);
    large.clear();
    assertThat(large.directBytes()).isZero();
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 4; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
