package app.seventv.cdn.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk tier on a real folder. */
class DiskTierTest {
  private static final long CAPACITY = 8L * TestObjects.SEGMENT_BYTES;

  @TempDir Path directory = Path.of(".");
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
  private @Nullable DiskTier tier;

  @AfterEach
  void everyByteIsFreed() {
    if (tier != null) {
      tier.close();
    }
    assertThat(memory.metric().usedDirectMemory()).isZero();
  }

  private DiskTier open() {
    return open(TestObjects.options(directory, CAPACITY), FileOpener.SYSTEM, key -> false);
  }

  private DiskTier open(DiskOptions options, FileOpener opener, Predicate<String> worthKeeping) {
    if (tier != null) {
      tier.close();
    }
    DiskTier opened = new DiskTier(options, opener, memory, worthKeeping, System::nanoTime);
    tier = opened;
    await().until(opened::isOpen);
    return opened;
  }

  private static void write(DiskTier tier, String key, long version) {
    long before = tier.figures().written.sum() + tier.figures().dropped.sum();
    tier.write(key, TestObjects.object(key, version), TestObjects.ALWAYS);
    await()
        .pollInterval(1, TimeUnit.MILLISECONDS)
        .until(() -> tier.figures().written.sum() + tier.figures().dropped.sum() > before);
  }

  /** The version read, or null on a miss. */
  private static @Nullable Long read(DiskTier tier, String key) {
    DiskObject object = tier.read(key).join();
    if (object == null) {
      return null;
    }
    try {
      return TestObjects.version(key, object.body());
    } finally {
      object.body().release();
    }
  }

  @Test
  void withoutMemoryForABodyItIsAMiss() {
    AtomicBoolean exhausted = new AtomicBoolean();
    ByteBufAllocator scarce =
        (ByteBufAllocator)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ByteBufAllocator.class},
                (proxy, method, arguments) -> {
                  if (exhausted.get()) {
                    throw new OutOfMemoryError("test");
                  }
                  return method.invoke(memory, arguments);
                });
    DiskOptions options = TestObjects.options(directory, CAPACITY);
    DiskTier opened =
        new DiskTier(options, FileOpener.SYSTEM, scarce, key -> false, System::nanoTime);
    tier = opened;
    await().until(opened::isOpen);
    write(opened, "a", 1);
    exhausted.set(true);
    assertThat(opened.read("a").orTimeout(10, TimeUnit.SECONDS).join()).isNull();
    assertThat(opened.figures().errors.sum()).isZero(); // the disk is well, and is read again
    exhausted.set(false);
    assertThat(read(opened, "a")).isEqualTo(1);
  }

  @Test
  void keepsBytesAndMetadataOverARestart() {
    DiskTier first = open();
    write(first, "a", 1);
    write(first, "a", 2);
    assertThat(read(first, "a")).isEqualTo(2);
    assertThat(read(first, "b")).isNull();
    DiskTier second = open();
    DiskObject object = second.read("a").join();
    assertThat(object).isNotNull();
    assertThat(object.contentType()).isEqualTo("image/webp");
    assertThat(object.etag()).isEqualTo("\"2\"");
    assertThat(object.lastModifiedSeconds()).isEqualTo(1_000);
    assertThat(object.storedAtMs()).isEqualTo(2_000);
    assertThat(object.lifetimeMs()).isEqualTo(3_000);
    assertThat(TestObjects.version("a", object.body())).isEqualTo(2);
    object.body().release();
    assertThat(second.entries()).isEqualTo(1);
  }

  @Test
  void whatTheOriginDidNotSayStaysUnsaid() {
    DiskTier opened = open();
    ByteBuf body = Unpooled.buffer().writeZero(3);
    opened.write(
        "a", new DiskObject(null, null, DiskObject.UNKNOWN, 1, 2, body), TestObjects.ALWAYS);
    await().until(() -> opened.figures().written.sum() == 1);
    DiskObject object = open().read("a").join();
    assertThat(object).isNotNull();
    assertThat(object.contentType()).isNull();
    assertThat(object.etag()).isNull();
    assertThat(object.lastModifiedSeconds()).isEqualTo(DiskObject.UNKNOWN);
    object.body().release();
  }

  @Test
  void purgesSurviveARestart() {
    DiskTier first = open();
    write(first, "emote/1/1x.webp", 1);
    write(first, "emote/1/2x.webp", 1);
    write(first, "emote/2/1x.webp", 1);
    write(first, "badge/1/1x.webp", 1);
    first.purge("badge/1/1x.webp").join();
    first.purgePrefix("emote/1/").join();
    write(first, "emote/1/2x.webp", 2);
    assertPurged(first);
    DiskTier last = open();
    assertPurged(last);
    last.purgePrefix("").join();
    assertThat(read(last, "emote/2/1x.webp")).isNull();
    assertThat(last.bytes()).isZero();
    assertThat(read(open(), "emote/2/1x.webp")).isNull();
  }

  private static void assertPurged(DiskTier tier) {
    assertThat(read(tier, "badge/1/1x.webp")).isNull();
    assertThat(read(tier, "emote/1/1x.webp")).isNull();
    assertThat(read(tier, "emote/1/2x.webp")).isEqualTo(2);
    assertThat(read(tier, "emote/2/1x.webp")).isEqualTo(1);
  }

  @Test
  void aFetchThatBeganBeforeAPurgeIsNotStored() {
    DiskTier first = open();
    CompletableFuture<Void> purged = new CompletableFuture<>();
    // The purge comes when the record is written and not yet indexed.
    first.write(
        "a",
        TestObjects.object("a", 1),
        new Admission() {
          @Override
          public boolean isCurrent() {
            return true;
          }

          @Override
          public boolean commit(Runnable insert) {
            first.purge("a");
            purged.complete(null);
            return false;
          }
        });
    purged.join();
    first.purge("b").join(); // behind all of it
    assertThat(read(first, "a")).isNull();
    assertThat(read(open(), "a")).isNull();
  }

  @Test
  void staysWithinItsCapacityAndKeepsWhatIsWorthIt() {
    DiskTier opened =
        open(
            TestObjects.options(directory, CAPACITY),
            FileOpener.SYSTEM,
            key -> key.equals(TestObjects.key(3)));
    for (int i = 0; i < 1_000; i++) {
      write(opened, TestObjects.key(i), 1);
      assertThat(opened.bytes()).isLessThanOrEqualTo(CAPACITY);
    }
    assertThat(read(opened, TestObjects.key(3))).isEqualTo(1);
    assertThat(read(opened, TestObjects.key(4))).isNull();
    assertThat(read(opened, TestObjects.key(999))).isEqualTo(1);
    long files = opened.entries();
    assertThat(open().entries()).isEqualTo(files);
  }

  @Test
  void readsFromTheOldEndMoveAnObjectToTheYoungOne() {
    DiskTier opened = open();
    write(opened, "old", 1);
    for (int i = 0; i < 1_000; i++) {
      write(opened, TestObjects.key(i), 1);
      assertThat(read(opened, "old")).isEqualTo(1);
    }
  }

  @Test
  void whatDoesNotFitIsNotKept() {
    DiskTier opened = open();
    ByteBuf body = Unpooled.buffer().writeZero(TestObjects.SEGMENT_BYTES / 4 + 1);
    opened.write("a", new DiskObject("t", "e", 0, 0, 0, body), TestObjects.ALWAYS);
    assertThat(opened.figures().dropped.sum()).isEqualTo(1);
    assertThat(body.refCnt()).isEqualTo(1);
    opened.write(
        "a",
        new DiskObject("t", "e".repeat(5_000), 0, 0, 0, Unpooled.buffer().writeZero(1)),
        TestObjects.ALWAYS);
    opened.purge("b").join();
    assertThat(read(opened, "a")).isNull();
  }

  @Test
  void dropsWhenTheQueueIsFull() {
    DiskTier opened =
        open(TestObjects.options(directory, 8 * CAPACITY), FileOpener.SYSTEM, key -> false);
    CountDownLatch blocked = new CountDownLatch(1);
    first(opened, blocked);
    ByteBuf body = Unpooled.buffer().writeZero(10_000);
    for (int i = 0; i < 200; i++) {
      opened.write("k" + i, new DiskObject("t", "e", 0, 0, 0, body), TestObjects.ALWAYS);
    }
    assertThat(opened.figures().dropped.sum()).isBetween(90L, 110L); // 1 MiB of 10,000 bytes each
    blocked.countDown();
    opened.purge("x").join();
    assertThat(body.refCnt()).isEqualTo(1);
    assertThat(read(opened, "first")).isEqualTo(1);
  }

  /** Writes an object that keeps the writing thread until the latch opens. */
  private static void first(DiskTier tier, CountDownLatch blocked) {
    tier.write(
        "first",
        TestObjects.object("first", 1),
        new Admission() {
          @Override
          public boolean isCurrent() {
            try {
              return blocked.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }

          @Override
          public boolean commit(Runnable insert) {
            insert.run();
            return true;
          }
        });
  }

  @Test
  void waitsForThePredecessorAndRemembersPurgesMeanwhile() {
    DiskTier first = open();
    write(first, "a", 1);
    write(first, "b", 1);
    DiskTier second =
        new DiskTier(
            TestObjects.options(directory, CAPACITY),
            FileOpener.SYSTEM,
            memory,
            key -> false,
            System::nanoTime);
    assertThat(read(second, "a")).isNull();
    var purged = second.purge("a");
    assertThat(second.isOpen()).isFalse();
    first.close();
    tier = second;
    purged.join();
    await().until(second::isOpen);
    assertThat(read(second, "a")).isNull();
    assertThat(read(second, "b")).isEqualTo(1);
  }

  private static PurgeFeed feed(String stream, String consumer, long since, String... held) {
    Set<String> all = new HashSet<>(List.of(held));
    all.add(consumer);
    return new PurgeFeed(stream, consumer, since, all);
  }

  private static void arrive(DiskTier tier, PurgeFeed feed, long sequence) {
    tier.purgesArrive(feed, feed.at(sequence));
    tier.purge("x").join();
  }

  @Test
  void isEmptiedIfPurgesMayHaveBeenMissed() {
    DiskTier first = open();
    arrive(first, feed("s", "a", 3), 5);
    write(first, "a", 1);
    arrive(first, feed("s", "a", 3), 7);
    DiskTier held = open(); // the old consumer is there still: it has kept what came meanwhile
    arrive(held, feed("s", "b", 9, "a"), 10);
    assertThat(read(held, "a")).isEqualTo(1);
    DiskTier nothingCame = open();
    arrive(nothingCame, feed("s", "c", 10), 10);
    assertThat(read(nothingCame, "a")).isEqualTo(1);
    DiskTier missed = open();
    arrive(missed, feed("s", "d", 11), 11);
    assertThat(read(missed, "a")).isNull();
    write(missed, "a", 1);
    DiskTier otherStream = open(); // made anew: its numbers begin again
    arrive(otherStream, feed("t", "d", 0), 0);
    assertThat(read(otherStream, "a")).isNull();
  }

  @Test
  void isCertainOnceItHasLookedForMissedPurges() {
    DiskTier first = open();
    assertThat(first.isCertain()).isFalse(); // whoever wrote it may have ended long ago
    arrive(first, feed("s", "a", 3), 5);
    assertThat(first.isCertain()).isTrue();
    write(first, "a", 1);
    first.distrust();
    assertThat(first.isCertain()).isFalse();
    assertThat(read(first, "a")).isEqualTo(1); // it is there, and for whoever reads it to judge
    arrive(first, feed("s", "b", 9), 9);
    assertThat(first.isCertain()).isTrue();
    assertThat(read(first, "a")).isNull();
  }

  @Test
  void whatWasSaidBeforeADoubtDoesNotSettleIt() throws Exception {
    DiskTier opened = open();
    CountDownLatch go = new CountDownLatch(1);
    opened.write(
        "a",
        TestObjects.object("a", 1),
        new Admission() {
          @Override
          public boolean isCurrent() {
            try {
              return go.await(30, TimeUnit.SECONDS); // the disk is slow
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }

          @Override
          public boolean commit(Runnable insert) {
            insert.run();
            return true;
          }
        });
    PurgeFeed feed = feed("s", "a", 3);
    opened.purgesArrive(feed, feed.at(3));
    opened.distrust();
    go.countDown();
    opened.purge("x").join();
    assertThat(opened.isCertain()).isFalse();
  }

  @Test
  void tooManyPrefixesEmptyIt() {
    DiskTier opened =
        open(TestObjects.options(directory, 8 * CAPACITY), FileOpener.SYSTEM, key -> false);
    write(opened, "a", 1);
    for (int i = 0; i < PrefixPurges.MAX_RULES; i++) {
      opened.purgePrefix("p" + i);
    }
    opened.purge("x").join();
    assertThat(read(opened, "a")).isEqualTo(1);
    opened.purgePrefix("one more").join();
    assertThat(read(opened, "a")).isNull();
    assertThat(opened.bytes()).isZero();
  }

  @Test
  void aFolderThatCannotBeMadeIsNoTier() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "x");
    DiskTier broken =
        DiskTier.open(TestObjects.options(file.resolve("sub"), CAPACITY), memory, key -> false);
    await().until(() -> broken.figures().errors.sum() == 1);
    broken.write("a", TestObjects.object("a", 1), TestObjects.ALWAYS);
    assertThat(read(broken, "a")).isNull();
    broken.purge("a").get(10, TimeUnit.SECONDS);
    broken.close();
  }
}
