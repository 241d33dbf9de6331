package app.seventv.cdn.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Blocks never overlap, all memory comes back, and the kernel's count is ours. */
class BodyMemoryTest {
  private static final long LIMIT = 16 << 20;
  private static final Pattern RESIDENT = Pattern.compile("Rss:\\s+(\\d+) kB");

  private final Random random = new Random(11);
  private final BodyMemory memory = new BodyMemory(LIMIT);
  private final List<Filled> bodies = new ArrayList<>();

  /** Regions of other tests may lie next to ours, and count as one with it. */
  private static final long NEIGHBOURS_BYTES = 64 << 10;

  /** A body full of bytes that nobody else has. */
  private record Filled(ByteBuf body, long seed) {
    static Filled of(ByteBuf body, long seed) {
      Filled filled = new Filled(body, seed);
      int whole = body.capacity() / Long.BYTES * Long.BYTES;
      for (int i = 0; i < whole; i += Long.BYTES) {
        body.setLong(i, filled.at(i));
      }
      for (int i = whole; i < body.capacity(); i++) {
        body.setByte(i, (int) filled.at(i));
      }
      return filled;
    }

    private long at(int index) {
      return (seed + index) * 0x9E37_79B9_7F4A_7C15L;
    }

    void releaseIfIntact() {
      int wrong = 0;
      int whole = body.capacity() / Long.BYTES * Long.BYTES;
      for (int i = 0; i < whole; i += Long.BYTES) {
        wrong += body.getLong(i) == at(i) ? 0 : 1;
      }
      for (int i = whole; i < body.capacity(); i++) {
        wrong += body.getByte(i) == (byte) at(i) ? 0 : 1;
      }
      assertThat(wrong).isZero();
      assertThat(body.release()).isTrue();
    }
  }

  /** As image sizes are: most of them near the usual one, some many times as large. */
  private int size(int usual) {
    return (int) Math.clamp(usual * Math.exp(0.8 * random.nextGaussian()), 1, 1 << 20);
  }

  /** Frees bodies by lot until there is room for a new one, as a cache does. */
  private void replace(int length) {
    ByteBuf body = memory.allocate(length, LIMIT);
    while (body == null) {
      bodies.get(0).body(); // fails if nothing is left to give way
      takeOut(random.nextInt(bodies.size())).releaseIfIntact();
      body = memory.allocate(length, LIMIT);
    }
    assertThat(memory.residentBytes()).isLessThanOrEqualTo(LIMIT);
    bodies.add(Filled.of(body, random.nextLong()));
  }

  private Filled takeOut(int index) {
    Filled last = bodies.removeLast();
    return index == bodies.size() ? last : bodies.set(index, last);
  }

  @Test
  void staysWithinItsLimitHoweverSizesChange() throws IOException {
    for (int usual : new int[] {2_000, 20_000, 200_000, 8_000, 1_000}) {
      long written = 0;
      while (written < 2 * LIMIT) {
        int length = size(usual);
        replace(length);
        written += length;
      }
      long used = bodies.stream().mapToLong(b -> BodyMemory.blockBytes(b.body.capacity())).sum();
      long lengths = bodies.stream().mapToLong(b -> b.body.capacity()).sum();
      assertThat(memory.usedBytes()).isEqualTo(used);
      System.out.printf(
          "figure: cdn-memory-holes-%d %.3f%n", usual, memory.residentBytes() / (double) lengths);
      assertThat(lengths).isGreaterThan(LIMIT * 2 / 3);
      assertThat(residentByKernel(bodies.getFirst().body.memoryAddress()))
          .isBetween(memory.residentBytes() * 98 / 100, memory.residentBytes() + NEIGHBOURS_BYTES);
    }
    bodies.forEach(Filled::releaseIfIntact);
    assertThat(memory.usedBytes()).isZero();
    // Addresses may have run out in pieces too small, and a second region been made.
    assertThat(memory.residentBytes()).isIn(1L * Pages.BYTES, 2L * Pages.BYTES);
  }

  /** What the kernel says of the mapping around an address. */
  private static long residentByKernel(long address) throws IOException {
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-", -1);
        inside =
            Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
      }
      Matcher resident = RESIDENT.matcher(line);
      if (inside && resident.find()) {
        return Long.parseLong(resident.group(1)) << 10;
      }
    }
    throw new IOException("no mapping of the address");
  }

  @Test
  void isUsedToTheLastByte() {
    int length = 100_000;
    int blocks = (int) (LIMIT / BodyMemory.blockBytes(length));
    for (int i = 0; i < blocks - 1; i++) {
      bodies.add(new Filled(allocate(length), 0));
    }
    long left = LIMIT - memory.residentBytes();
    assertThat(left).isLessThan(2 * BodyMemory.blockBytes(length));
    assertThat(memory.allocate(2 * length, LIMIT)).isNull();
    assertThat(memory.usedBytes()).isEqualTo(BodyMemory.blockBytes(length) * bodies.size());
    bodies.forEach(b -> b.body.release());
    assertThat(memory.usedBytes()).isZero();
    assertThat(memory.residentBytes()).isEqualTo(Pages.BYTES);
  }

  @Test
  void takesAnotherRegionWhenTheFirstIsFull() {
    int length = 1 << 20;
    for (int i = 0; i < 50; i++) {
      bodies.add(Filled.of(allocate(length), i));
    }
    assertThat(memory.residentBytes()).isGreaterThan(2 * LIMIT);
    bodies.forEach(Filled::releaseIfIntact);
    assertThat(memory.usedBytes()).isZero();
    assertThat(memory.residentBytes()).isEqualTo(2L * Pages.BYTES);
    assertThat(memory.canHold((int) (2 * LIMIT) - 8)).isTrue();
    assertThat(memory.canHold((int) (2 * LIMIT) - 7)).isFalse();
    assertThat(memory.allocate(Integer.MAX_VALUE, Long.MAX_VALUE)).isNull();
  }

  private ByteBuf allocate(int length) {
    return Objects.requireNonNull(memory.allocate(length, Long.MAX_VALUE));
  }

  /** Whoever kept a body too long gets an error, never another object's bytes. */
  @Test
  void whatIsFreedStaysDeadWhenItsMemoryHasAnotherBody() {
    ByteBuf first = allocate(1_000).writerIndex(1_000);
    long address = first.memoryAddress();
    ByteBuf view = first.retainedSlice(10, 20);
    assertThat(first.release()).isFalse();
    assertThat(view.refCnt()).isEqualTo(1);
    assertThat(memory.usedBytes()).isEqualTo(BodyMemory.blockBytes(1_000));
    assertThat(view.release()).isTrue();
    assertThat(memory.usedBytes()).isZero();

    ByteBuf second = allocate(1_000).writerIndex(1_000);
    assertThat(second.memoryAddress()).isEqualTo(address);
    List<Runnable> uses =
        List.of(
            first::retain,
            first::release,
            first::retainedDuplicate,
            () -> first.getByte(0),
            () -> first.setByte(0, 1),
            first::memoryAddress,
            first::nioBuffer,
            () -> first.getBytes(0, new byte[1]),
            () -> first.setBytes(0, new byte[1]),
            () -> view.getByte(0),
            view::release);
    for (Runnable use : uses) {
      assertThatThrownBy(use::run).isInstanceOf(IllegalReferenceCountException.class);
    }
    assertThat(second.refCnt()).isEqualTo(1);
    assertThatThrownBy(() -> second.release(2)).isInstanceOf(IllegalReferenceCountException.class);
    assertThatThrownBy(() -> second.retain(Integer.MAX_VALUE))
        .isInstanceOf(IllegalReferenceCountException.class);
    assertThat(second.release()).isTrue();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void manyThreadsShareIt() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int seed = i;
        running.add(threads.submit(() -> churn(new Random(seed))));
      }
      for (Future<?> thread : running) {
        thread.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(memory.usedBytes()).isZero();
    assertThat(memory.residentBytes()).isEqualTo(Pages.BYTES);
  }

  private void churn(Random lot) {
    List<Filled> mine = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      mine.add(Filled.of(allocate(1 + lot.nextInt(20_000)), lot.nextLong()));
      if (mine.size() > 50) {
        mine.remove(lot.nextInt(mine.size())).releaseIfIntact();
      }
    }
    mine.forEach(Filled::releaseIfIntact);
  }
}
