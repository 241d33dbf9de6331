package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

/** The table against maps and sets of the JDK. */
class TopicTableTest {
  private static TopicKey key(int number) {
    return new TopicKey((byte) (number % 7), number * 31L, number / 7);
  }

  @Test
  void behavesLikeAMapOfSets() {
    Random random = new Random(42);
    TopicTable table = new TopicTable(new IntBlocks(), 1);
    Map<TopicKey, TreeSet<Integer>> model = new HashMap<>();
    for (int step = 0; step < 60_000; step++) {
      TopicKey key = key(random.nextInt(400));
      int slot = random.nextInt(40);
      TreeSet<Integer> members = model.computeIfAbsent(key, k -> new TreeSet<>());
      if (step % 20_000 > 12_000 ? members.contains(slot) : random.nextInt(3) == 0) {
        if (members.remove(slot)) {
          table.remove(table.find(key), slot);
        }
      } else {
        boolean added = members.add(slot);
        assertThat(table.add(key, slot) >= 0).isEqualTo(added);
      }
      if (members.isEmpty()) {
        model.remove(key);
        assertThat(table.find(key)).isNegative();
      }
    }
    assertThat(table.size()).isEqualTo(model.size());
    assertThat(table.memberships())
        .isEqualTo(model.values().stream().mapToInt(TreeSet::size).sum());
    model.forEach((key, members) -> {
      int topic = table.find(key);
      List<Integer> found = new ArrayList<>();
      for (int i = 0; i < table.count(topic); i++) {
        found.add(table.member(topic, i));
      }
      assertThat(found).containsExactlyElementsOf(members);
      assertThat(table.tag(topic)).isEqualTo(key.tag());
      assertThat(table.contains(topic, members.first())).isTrue();
      assertThat(table.contains(topic, 1_000)).isFalse();
    });
  }

  @Test
  void reusesTheRoomOfForgottenTopics() {
    TopicTable table = new TopicTable(new IntBlocks(), 1);
    for (int i = 0; i < 100_000; i++) {
      int topic = table.add(key(i), 1);
      table.remove(topic, 1);
    }
    assertThat(table.size()).isZero();
    assertThat(table.capacity()).isLessThanOrEqualTo(1024);
  }

  @Test
  void findsEachOfManyTopicsWhileItGrowsAndShrinks() {
    TopicTable table = new TopicTable(new IntBlocks(), 1);
    int count = 20_000; // buckets are split several rounds over
    int[] topics = new int[count];
    for (int i = 0; i < count; i++) {
      topics[i] = table.add(key(i), i);
      if (i % 1_000 == 0) {
        for (int known = 0; known <= i; known++) {
          assertThat(table.find(key(known))).isEqualTo(topics[known]);
        }
      }
    }
    assertThat(topics).doesNotHaveDuplicates();
    for (int i = 0; i < count; i += 2) {
      table.remove(topics[i], i);
    }
    for (int i = 0; i < count; i++) {
      assertThat(table.find(key(i))).isEqualTo(i % 2 == 0 ? -1 : topics[i]);
      assertThat(table.find(key(count + i))).isEqualTo(-1);
    }
    assertThat(table.size()).isEqualTo(count / 2);
  }

  @Test
  void aTopicAndItsMembersCostWhatTheirSumsSay() {
    IntBlocks members = new IntBlocks();
    TopicTable table = new TopicTable(members, 1);
    int topics = 100 << 10;
    for (int i = 0; i < topics; i++) {
      table.add(key(i), i);
    }
    long bytes = GraphLayout.parseInstance(table).totalSize();
    assertThat((double) bytes / topics).isBetween(27.0, 27.3);
    for (int slot = 0; slot < 50 * 2_048; slot++) {
      table.add(key(topics + slot / 50), slot);
    }
    double more = GraphLayout.parseInstance(table).totalSize() - bytes;
    assertThat(more / table.memberships() * 2).isBetween(4.0, 5.5);
  }
}
