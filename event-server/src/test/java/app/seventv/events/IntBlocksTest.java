package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The lists against those of the JDK. */
class IntBlocksTest {
  private final IntBlocks blocks = new IntBlocks();

  /** A list and what it should hold. */
  private final class Pair {
    private final List<Integer> model = new ArrayList<>();
    private int block = IntBlocks.NONE;

    void insert(int position, int value) {
      block = blocks.insert(block, model.size(), position, value);
      model.add(position, value);
    }

    void remove(int position) {
      block = blocks.remove(block, model.size(), position);
      model.subList(position, position + 1).clear();
    }

    void free() {
      blocks.free(block, model.size());
      model.clear();
      block = IntBlocks.NONE;
    }

    void check() {
      for (int i = 0; i < model.size(); i++) {
        assertThat(blocks.get(block, i)).isEqualTo(model.get(i));
      }
      assertThat(block == IntBlocks.NONE).isEqualTo(model.isEmpty());
    }
  }

  @Test
  void manyListsOfAllSizesBesideEachOther() {
    Random random = new Random(3);
    Pair[] pairs = new Pair[60];
    Arrays.setAll(pairs, i -> new Pair());
    for (int step = 0; step < 200_000; step++) {
      // The higher the number, the more grows the list: up to some thousands.
      int number = random.nextInt(1 + random.nextInt(pairs.length));
      Pair pair = pairs[number];
      int size = pair.model.size();
      if (size > 0 && random.nextInt(100) < 45 - number) {
        pair.remove(random.nextInt(size));
      } else if (random.nextInt(2_000) == 0) {
        pair.free();
      } else {
        pair.insert(random.nextInt(size + 1), step);
      }
      if (size > 0 && step % 3 == 0 && pair.model.size() > 0) {
        int at = random.nextInt(pair.model.size());
        blocks.set(pair.block, at, -step);
        pair.model.set(at, -step);
      }
      if (step % 1_000 == 0) {
        for (Pair each : pairs) {
          each.check();
        }
      }
    }
    for (Pair pair : pairs) {
      pair.check();
    }
  }

  @Test
  void aListGrowsAndShrinksThroughEverySize() {
    Pair long1 = new Pair();
    Pair other = new Pair();
    int most = 3 * IntBlocks.MAX_SHARED_INTS;
    for (int i = 0; i < most; i++) {
      long1.insert(i, i);
      if (i < 2_000) {
        other.insert(0, -i);
      }
    }
    long1.check();
    other.check();
    while (!long1.model.isEmpty()) {
      long1.remove(long1.model.size() / 2);
      if (long1.model.size() % 97 == 0) {
        long1.check();
      }
    }
    other.check();
  }

  @Test
  void findsValuesWithinAPart() {
    Pair pair = new Pair();
    for (int value : new int[] {99, 10, 20, 30, 5}) {
      pair.insert(pair.model.size(), value);
    }
    assertThat(blocks.search(pair.block, 1, 4, 20)).isEqualTo(2);
    assertThat(blocks.search(pair.block, 1, 4, 15)).isEqualTo(~2);
    assertThat(blocks.search(pair.block, 1, 4, 99)).isEqualTo(~4);
    assertThat(blocks.search(pair.block, 1, 4, 5)).isEqualTo(~1);
  }

  @Test
  void whatIsGivenUpIsUsedAgain() {
    List<Pair> pairs = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 5_000; i++) {
        Pair pair = new Pair();
        for (int topic = 0; topic < 6; topic++) {
          pair.insert(topic, topic);
        }
        pairs.add(pair);
      }
      pairs.forEach(Pair::free);
      pairs.clear();
    }
    assertThat(blocks.capacity()).isLessThanOrEqualTo(5_000 * 6 + 2 * 4_096);
    Pair big = new Pair();
    for (int i = 0; i < 20_000; i++) {
      big.insert(i, i);
    }
    assertThat(blocks.capacity()).isGreaterThan(50_000);
    big.free();
    assertThat(blocks.capacity()).isLessThanOrEqualTo(5_000 * 6 + 3 * 4_096);
  }
}
