package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.disk.DiskOptions;
import app.seventv.cdn.disk.DiskTier;
import app.seventv.cdn.disk.PurgeFeed;
import app.seventv.core.http.HttpDate;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was written before a restart, while it is not known which purges came meanwhile. */
class DiskCacheTierTest {
  private static final String KEY = "emote/01F6MZGCNG000255K4X1K7NTHR/1x.webp";

  @TempDir Path directory = Path.of(".");
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
  private final PurgeState state = new PurgeState(System::nanoTime);

  private DiskTier open() {
    DiskTier disk =
        DiskTier.open(
            new DiskOptions(directory, 64 << 20, 2 << 20, 1 << 20, 1, 100), memory, key -> false);
    await().atMost(Duration.ofSeconds(30)).until(disk::isOpen);
    return disk;
  }

  private static boolean isCertain(Tier tier) throws Exception {
    Tier.Copy copy = Objects.requireNonNull(tier.lookup(KEY).get(30, TimeUnit.SECONDS));
    copy.object().release();
    return copy.isCertain();
  }

  @Test
  void isInDoubtFromTheFirstContactUntilItKnows() throws Exception {
    try (Tier before = new DiskCacheTier(open(), state, System::nanoTime, () -> 0)) {
      ObjectHead head = new ObjectHead(null, null, HttpDate.INVALID, Duration.ofDays(1));
      CachedObject object = CachedObject.found(head, Unpooled.wrappedBuffer(new byte[1]), 0);
      before.store(KEY, object, new Generations().ticket(KEY));
    }
    DiskTier disk = open();
    try (Tier after = new DiskCacheTier(disk, state, System::nanoTime, () -> 0)) {
      assertThat(isCertain(after)).isTrue(); // nobody can know yet; its life is short
      state.wants(new PurgeProgress("s", 9));
      assertThat(isCertain(after)).isFalse();
      state.connected(); // purges arrive, but those of before?
      assertThat(isCertain(after)).isFalse();
      PurgeFeed feed = new PurgeFeed("s", "consumer", 9, Set.of("consumer"));
      disk.purgesArrive(feed, feed.at(9)); // it has no position: something may be missing
      await().atMost(Duration.ofSeconds(30)).until(disk::isCertain);
      assertThat(after.lookup(KEY).get(30, TimeUnit.SECONDS)).isNull();
    }
    assertThat(memory.metric().usedDirectMemory()).isZero();
  }

  @Test
  void noAgeIsNegativeHoweverTheClockSteps() throws Exception {
    long[] wallMs = {5_000_000};
    try (Tier tier = new DiskCacheTier(open(), state, () -> 7_000_000_000L, () -> wallMs[0])) {
      ObjectHead head = new ObjectHead(null, null, HttpDate.INVALID, Duration.ofDays(1));
      // Fetched three seconds ago.
      CachedObject object =
          CachedObject.found(head, Unpooled.wrappedBuffer(new byte[1]), 4_000_000_000L);
      tier.store(KEY, object, new Generations().ticket(KEY));
      for (int step : new int[] {0, 2_000, -1_000_000}) {
        wallMs[0] = 5_000_000L + step;
        Tier.Copy copy = await().until(() -> tier.lookup(KEY).get(), Objects::nonNull);
        CachedObject read = copy.object();
        assertThat(read.ageSeconds(7_000_000_000L)).isEqualTo(Math.max(0, 3 + step / 1_000));
        assertThat(read.fetchedAtNs()).isLessThanOrEqualTo(7_000_000_000L);
        read.release();
      }
    }
  }
}
