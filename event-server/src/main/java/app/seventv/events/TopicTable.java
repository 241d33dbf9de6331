package app.seventv.events;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The topics of one loop: each known one is an int, with a sorted set of the session slots that
 * hold it. Confined to the loop.
 *
 * <p>Bytes per topic: key 17, index entry 4 / load factor ≤ 0.5 → 8 to 16, count 4, first member 4,
 * reference to more members 4. Bytes per member beyond a lone one: 4, times up to 1.5 of slack.
 */
final class TopicTable {
  private static final int INITIAL_TOPICS = 64;
  private static final int INITIAL_MEMBERS = 4;
  private static final int NONE = -1;

  // By topic.
  private byte[] tags = new byte[INITIAL_TOPICS];
  private long[] highs = new long[INITIAL_TOPICS];
  private long[] lows = new long[INITIAL_TOPICS];
  private int[] counts = new int[INITIAL_TOPICS];

  /** The only member while there is one; next free topic while there is none. */
  private int[] singles = new int[INITIAL_TOPICS];

  /** Members in rising order, from two on. */
  private int[] @Nullable [] members = new int[INITIAL_TOPICS][];

  private int used;
  private int free = NONE;
  private int size;
  private long memberships;

  /** Open addressing with linear probing: topic + 1, 0 is empty; always at most half full. */
  private int[] index = new int[2 * INITIAL_TOPICS];

  /** Number of topics with a member. */
  int size() {
    return size;
  }

  /** Topics that fit before the table grows. */
  int capacity() {
    return tags.length;
  }

  /** Sum of members over all topics. */
  long memberships() {
    return memberships;
  }

  /** The topic of a key, or −1. */
  int find(TopicKey key) {
    return index[position(key.tag(), key.high(), key.low())] - 1;
  }

  byte tag(int topic) {
    return tags[topic];
  }

  TopicKey key(int topic) {
    return new TopicKey(tags[topic], highs[topic], lows[topic]);
  }

  /** Whether a topic has the scope of a key, of whatever type. */
  boolean isScope(int topic, TopicKey key) {
    return lows[topic] == key.low()
        && highs[topic] == key.high()
        && TopicKey.scopeKind(tags[topic]) == TopicKey.scopeKind(key.tag());
  }

  int count(int topic) {
    return counts[topic];
  }

  /** Adds a member. Returns the topic, or −1 if the slot is a member already. */
  int add(TopicKey key, int slot) {
    int topic = find(key);
    if (topic < 0) {
      topic = create(key);
      singles[topic] = slot;
    } else {
      int at = search(topic, slot);
      if (at >= 0) {
        return NONE;
      }
      insert(topic, ~at, slot);
    }
    counts[topic]++;
    memberships++;
    return topic;
  }

  /** Removes a member; a topic without members is forgotten. */
  void remove(int topic, int slot) {
    int at = search(topic, slot);
    if (at < 0) {
      throw new IllegalStateException("session slot " + slot + " does not hold topic " + topic);
    }
    memberships--;
    int left = --counts[topic];
    if (left == 0) {
      forget(topic);
      return;
    }
    int[] list = members[topic];
    if (list == null) {
      throw new IllegalStateException("topic " + topic + " has no member list");
    }
    System.arraycopy(list, at + 1, list, at, left - at);
    if (left == 1) {
      singles[topic] = list[0];
      members[topic] = null;
    } else if (left < list.length / 4) {
      members[topic] = Arrays.copyOf(list, list.length / 2);
    }
  }

  boolean contains(int topic, int slot) {
    return search(topic, slot) >= 0;
  }

  /** The member at a position from 0 to {@link #count}, in rising order of slots. */
  int member(int topic, int position) {
    int[] list = members[topic];
    return list == null ? singles[topic] : list[position];
  }

  private int search(int topic, int slot) {
    int[] list = members[topic];
    if (list != null) {
      return Arrays.binarySearch(list, 0, counts[topic], slot);
    }
    int only = singles[topic];
    return only == slot ? 0 : only < slot ? ~1 : ~0;
  }

  private void insert(int topic, int at, int slot) {
    int count = counts[topic];
    int[] list = members[topic];
    if (list == null) {
      list = new int[INITIAL_MEMBERS];
      list[0] = singles[topic];
    } else if (count == list.length) {
      list = Arrays.copyOf(list, count + (count >> 1));
    }
    System.arraycopy(list, at, list, at + 1, count - at);
    list[at] = slot;
    members[topic] = list;
  }

  private int create(TopicKey key) {
    int topic = free;
    if (topic != NONE) {
      free = singles[topic];
    } else {
      if (used == tags.length) {
        grow();
      }
      topic = used++;
    }
    tags[topic] = key.tag();
    highs[topic] = key.high();
    lows[topic] = key.low();
    index[position(key.tag(), key.high(), key.low())] = topic + 1;
    size++;
    return topic;
  }

  private void forget(int topic) {
    removeFromIndex(position(tags[topic], highs[topic], lows[topic]));
    singles[topic] = free;
    free = topic;
    size--;
  }

  /** Closes the gap so that no probe sequence is cut (Knuth, volume 3, algorithm 6.4 R). */
  private void removeFromIndex(int gap) {
    int mask = index.length - 1;
    int at = gap;
    int hole = gap;
    while (true) {
      at = (at + 1) & mask;
      int entry = index[at];
      if (entry == 0) {
        break;
      }
      int home = home(tags[entry - 1], highs[entry - 1], lows[entry - 1]);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        index[hole] = entry;
        hole = at;
      }
    }
    index[hole] = 0;
  }

  /** Where the key is, or where it would go. */
  private int position(byte tag, long high, long low) {
    int mask = index.length - 1;
    int at = home(tag, high, low);
    while (true) {
      int topic = index[at] - 1;
      if (topic < 0 || (lows[topic] == low && highs[topic] == high && tags[topic] == tag)) {
        return at;
      }
      at = (at + 1) & mask;
    }
  }

  private int home(byte tag, long high, long low) {
    long mixed = (low ^ Long.rotateLeft(high, 23) ^ tag) * 0x9E3779B97F4A7C15L;
    mixed ^= mixed >>> 32;
    mixed *= 0xD6E8FEB86659FD93L;
    return (int) (mixed >>> 33) & (index.length - 1);
  }

  private void grow() {
    int capacity = Math.multiplyExact(tags.length, 2);
    tags = Arrays.copyOf(tags, capacity);
    highs = Arrays.copyOf(highs, capacity);
    lows = Arrays.copyOf(lows, capacity);
    counts = Arrays.copyOf(counts, capacity);
    singles = Arrays.copyOf(singles, capacity);
    members = Arrays.copyOf(members, capacity);
    index = new int[2 * capacity];
    for (int topic = 0; topic < used; topic++) {
      index[position(tags[topic], highs[topic], lows[topic])] = topic + 1;
    }
  }
}
