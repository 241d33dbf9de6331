package app.seventv.cdn.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Full disks, broken disks and files that somebody has damaged. */
class DiskFaultTest {
  private static final int OBJECTS = 150;
  private static final long CAPACITY = 8L * TestObjects.SEGMENT_BYTES;

  @TempDir Path directory = Path.of(".");
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
  private final AtomicLong nowNs = new AtomicLong();

  private DiskTier open(Path folder, FileOpener opener) {
    DiskTier tier =
        new DiskTier(
            TestObjects.options(folder, CAPACITY), opener, memory, key -> false, nowNs::get);
    await().pollInterval(1, TimeUnit.MILLISECONDS).until(tier::isOpen);
    return tier;
  }

  private long version(DiskTier tier, String key) {
    DiskObject object = tier.read(key).join();
    if (object == null) {
      return 0;
    }
    try {
      return TestObjects.version(key, object.body());
    } finally {
      object.body().release();
    }
  }

  @Test
  void aFullDiskIsATierThatMissesUntilThereIsRoom() {
    FaultyDisk disk = new FaultyDisk();
    DiskTier tier = open(directory, disk);
    for (int i = 0; i < 40; i++) {
      tier.write(TestObjects.key(i), TestObjects.object(TestObjects.key(i), 1), TestObjects.ALWAYS);
    }
    tier.purge("x").join();
    disk.room = 1_000; // in the middle of the next record
    for (int i = 100; i < 140; i++) {
      tier.write(TestObjects.key(i), TestObjects.object(TestObjects.key(i), 1), TestObjects.ALWAYS);
    }
    await().until(() -> tier.figures().dropped.sum() >= 30);
    assertThat(tier.figures().errors.sum()).isEqualTo(1);
    assertThat(version(tier, TestObjects.key(39))).isEqualTo(1); // reads go on
    disk.room = Long.MAX_VALUE;
    nowNs.addAndGet(DiskTier.RETRY_AFTER_ERROR.toNanos());
    tier.write("later", TestObjects.object("later", 7), TestObjects.ALWAYS);
    await().until(() -> version(tier, "later") == 7);
    tier.close();
    DiskTier again = open(directory, FileOpener.SYSTEM);
    assertThat(version(again, "later")).isEqualTo(7);
    assertThat(version(again, TestObjects.key(39))).isEqualTo(1);
    again.close();
    assertThat(memory.metric().usedDirectMemory()).isZero();
  }

  @Test
  void aPurgeThatCannotBeWrittenEmptiesTheTier() {
    FaultyDisk disk = new FaultyDisk();
    DiskTier tier = open(directory, disk);
    tier.write("a", TestObjects.object("a", 1), TestObjects.ALWAYS);
    tier.write("b", TestObjects.object("b", 1), TestObjects.ALWAYS);
    tier.purge("x").join();
    disk.room = 0;
    tier.purge("a").join();
    tier.close();
    DiskTier again = open(directory, FileOpener.SYSTEM);
    assertThat(version(again, "a")).isZero();
    assertThat(version(again, "b")).isZero();
    again.close();
  }

  @Test
  void aDiskThatCannotBeReadIsLeftAlone() {
    FaultyDisk disk = new FaultyDisk();
    DiskTier tier = open(directory, disk);
    tier.write("a", TestObjects.object("a", 1), TestObjects.ALWAYS);
    tier.purge("x").join();
    disk.unreadable = true;
    assertThat(version(tier, "a")).isZero();
    assertThat(tier.figures().errors.sum()).isEqualTo(1);
    disk.unreadable = false;
    assertThat(version(tier, "a")).isZero();
    nowNs.addAndGet(DiskTier.RETRY_AFTER_ERROR.toNanos());
    assertThat(version(tier, "a")).isEqualTo(1);
    tier.close();
  }

  @Test
  void damagedFilesNeverGiveWrongBytesNorBringPurgedOnesBack() throws Exception {
    long wrong = 0;
    long kept = 0;
    long seeds = 100;
    for (int seed = 0; seed < seeds; seed++) {
      Random random = new Random(seed);
      Path folder = Files.createDirectory(directory.resolve("seed-" + seed));
      Set<String> purged = new HashSet<>();
      fill(folder, random, purged);
      int faults = 1 + random.nextInt(3);
      for (int i = 0; i < faults; i++) {
        damage(folder, random);
      }
      DiskTier tier = open(folder, FileOpener.SYSTEM);
      for (int i = 0; i < OBJECTS; i++) {
        String key = TestObjects.key(i);
        long version = version(tier, key);
        kept += version > 0 ? 1 : 0;
        boolean bad = version < 0 || (version > 0 && purged.contains(key));
        if (bad) {
          System.out.println("wrong bytes: seed " + seed + ", key " + key + ": " + version);
          wrong++;
        }
      }
      tier.close();
    }
    System.out.println(
        "figure: cdn-disk-kept-after-damage " + 100 * kept / (seeds * OBJECTS) + " %");
    System.out.println("figure: cdn-wrong-bytes " + wrong);
    assertThat(wrong).isZero();
    assertThat(kept).isGreaterThan(seeds * OBJECTS / 4);
    assertThat(memory.metric().usedDirectMemory()).isZero();
  }

  private void fill(Path folder, Random random, Set<String> purged) {
    DiskTier tier = open(folder, FileOpener.SYSTEM);
    for (int i = 0; i < OBJECTS; i++) {
      String key = TestObjects.key(i);
      tier.write(key, TestObjects.object(key, 1 + random.nextInt(1_000)), TestObjects.ALWAYS);
      if (random.nextInt(10) == 0) {
        String victim = TestObjects.key(random.nextInt(i + 1));
        if (random.nextBoolean()) {
          tier.purge(victim).join();
        } else {
          tier.purgePrefix(victim.substring(0, victim.lastIndexOf('/') + 1)).join();
        }
        purged.add(victim);
      }
    }
    tier.close();
  }

  private static void damage(Path folder, Random random) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(f -> !f.endsWith("lock")).sorted().forEach(files::add);
    }
    Path file = files.get(random.nextInt(files.size()));
    boolean last = file.equals(lastSegment(files));
    byte[] bytes = Files.readAllBytes(file);
    switch (random.nextInt(last ? 2 : 4)) {
      case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        int at = random.nextInt(bytes.length);
        for (int i = at; i < Math.min(bytes.length, at + random.nextInt(5_000)); i++) {
          bytes[i] = (byte) random.nextInt();
        }
      }
      // Cutting the end of the log off would be a loss of what fsync has confirmed.
      case 2 -> bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
      default -> {
        Files.delete(file);
        return;
      }
    }
    Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static Path lastSegment(List<Path> files) {
    return files.stream().filter(f -> SegmentFile.idOf(f) > 0).reduce((a, b) -> b).orElseThrow();
  }
}
