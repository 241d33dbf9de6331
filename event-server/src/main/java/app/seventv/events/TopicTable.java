package app.seventv.events;

import java.util.Arrays;

/**
 * The topics of one loop: each known one is an int, with a sorted set of the session slots that
 * hold it. Confined to the loop.
 *
 * <p>Keys are found by linear hashing (Litwin 1980): one bucket more is made for every two topics
 * more, out of the topics of one other bucket. So nothing ever doubles: no half of a table lies
 * unused, and no topic waits until all others have found their new place.
 *
 * <p>Bytes per topic: key 17, holder 4, next one of its bucket 4, half a bucket 2, together 27 in
 * pages of {@link #PAGE}. Bytes per member, unless there is just one: 4, and 4 for their number, in
 * {@link IntBlocks}.
 */
final class TopicTable {
  private static final int PAGE_BITS = 10;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int NONE = -1;
  private static final int TOPICS_PER_BUCKET = 2;

  /** Some topics, each an index. */
  private static final class Page {
    private final byte[] tags = new byte[PAGE];

    /** Both words of each key. */
    private final long[] scopes = new long[2 * PAGE];

    /**
     * The only member, or the complement of the block of several: their number, then they in rising
     * order.
     */
    private final int[] holders = new int[PAGE];

    /** Next topic of the bucket, or of those that are free. */
    private final int[] next = new int[PAGE];
  }

  private final IntBlocks members;
  private final long seed;
  private Page[] pages = {};
  private int used;
  private int free = NONE;
  private int size;
  private long memberships;

  /** First topic of each bucket. */
  private final IntPages heads = new IntPages();

  private int buckets = IntPages.PAGE;

  /** Buckets when splitting last began with the first one: a power of two. */
  private int round = IntPages.PAGE;

  /**
   * An empty table.
   *
   * @param members where members of topics are kept
   * @param seed of the hash, so that nobody can choose keys that share a bucket
   */
  TopicTable(IntBlocks members, long seed) {
    this.members = members;
    this.seed = seed;
    heads.addPage(NONE);
  }

  /** Number of topics with a member. */
  int size() {
    return size;
  }

  /** Topics that fit before the table grows. */
  int capacity() {
    return pages.length * PAGE;
  }

  /** Sum of members over all topics. */
  long memberships() {
    return memberships;
  }

  /** The topic of a key, or −1. */
  int find(TopicKey key) {
    int topic = heads.get(bucket(key.tag(), key.high(), key.low()));
    while (topic != NONE) {
      Page page = page(topic);
      int at = topic & (PAGE - 1);
      if (page.scopes[2 * at + 1] == key.low()
          && page.scopes[2 * at] == key.high()
          && page.tags[at] == key.tag()) {
        return topic;
      }
      topic = page.next[at];
    }
    return NONE;
  }

  byte tag(int topic) {
    return page(topic).tags[topic & (PAGE - 1)];
  }

  TopicKey key(int topic) {
    return new TopicKey(tag(topic), high(topic), low(topic));
  }

  /** Whether a topic has the scope of a key, of whatever type. */
  boolean isScope(int topic, TopicKey key) {
    return low(topic) == key.low()
        && high(topic) == key.high()
        && TopicKey.scopeKind(tag(topic)) == TopicKey.scopeKind(key.tag());
  }

  int count(int topic) {
    int holder = holder(topic);
    return holder >= 0 ? 1 : members.get(~holder, 0);
  }

  /** The member at a position from 0 to {@link #count}, in rising order of slots. */
  int member(int topic, int position) {
    int holder = holder(topic);
    return holder >= 0 ? holder : members.get(~holder, 1 + position);
  }

  boolean contains(int topic, int slot) {
    return search(topic, slot) >= 0;
  }

  /** Adds a member. Returns the topic, or −1 if the slot is a member already. */
  int add(TopicKey key, int slot) {
    int topic = find(key);
    if (topic < 0) {
      topic = create(key, slot);
    } else {
      int at = search(topic, slot);
      if (at >= 0) {
        return NONE;
      }
      insert(topic, ~at, slot);
    }
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
    int holder = holder(topic);
    if (holder >= 0) {
      forget(topic);
      return;
    }
    int block = ~holder;
    int left = members.get(block, 0) - 1;
    if (left == 1) {
      hold(topic, members.get(block, 2 - at));
      members.free(block, 3);
    } else {
      members.set(block, 0, left);
      hold(topic, ~members.remove(block, left + 2, at + 1));
    }
  }

  private int search(int topic, int slot) {
    int holder = holder(topic);
    if (holder >= 0) {
      return holder == slot ? 0 : holder < slot ? ~1 : ~0;
    }
    int at = members.search(~holder, 1, 1 + members.get(~holder, 0), slot);
    return at < 0 ? at + 1 : at - 1;
  }

  private void insert(int topic, int at, int slot) {
    int holder = holder(topic);
    if (holder >= 0) {
      int block = members.insert(IntBlocks.NONE, 0, 0, 2);
      block = members.insert(block, 1, 1, holder);
      hold(topic, ~members.insert(block, 2, 1 + at, slot));
      return;
    }
    int count = members.get(~holder, 0);
    int block = members.insert(~holder, 1 + count, 1 + at, slot);
    members.set(block, 0, count + 1);
    hold(topic, ~block);
  }

  private int create(TopicKey key, int slot) {
    int topic = free;
    if (topic != NONE) {
      free = next(topic);
    } else {
      if (used == capacity()) {
        pages = Arrays.copyOf(pages, pages.length + 1);
        pages[pages.length - 1] = new Page();
      }
      topic = used++;
    }
    Page page = page(topic);
    int at = topic & (PAGE - 1);
    page.tags[at] = key.tag();
    page.scopes[2 * at] = key.high();
    page.scopes[2 * at + 1] = key.low();
    page.holders[at] = slot;
    link(topic, bucket(topic));
    size++;
    if (size > TOPICS_PER_BUCKET * buckets) {
      split();
    }
    return topic;
  }

  private void forget(int topic) {
    int bucket = bucket(topic);
    int before = heads.get(bucket);
    if (before == topic) {
      heads.set(bucket, next(topic));
    } else {
      while (next(before) != topic) {
        before = next(before);
      }
      next(before, next(topic));
    }
    next(topic, free);
    free = topic;
    size--;
  }

  // Hashing.

  private void link(int topic, int bucket) {
    next(topic, heads.get(bucket));
    heads.set(bucket, topic);
  }

  /** Makes one bucket more; what belongs there has been in the one that is a round before it. */
  private void split() {
    if (buckets == heads.capacity()) {
      heads.addPage(NONE);
    }
    int old = buckets - round;
    int topic = heads.get(old);
    heads.set(old, NONE);
    buckets++;
    while (topic != NONE) {
      int after = next(topic);
      link(topic, bucket(topic));
      topic = after;
    }
    if (buckets == 2 * round) {
      round = buckets;
    }
  }

  private int bucket(int topic) {
    return bucket(tag(topic), high(topic), low(topic));
  }

  private int bucket(byte tag, long high, long low) {
    long words = Hash.mix(low ^ seed) + (high ^ Long.rotateLeft(seed, 32)) + tag * Hash.GOLDEN;
    int bucket = (int) Hash.mix(words) & (2 * round - 1);
    return bucket < buckets ? bucket : bucket - round;
  }

  // Columns.

  private Page page(int topic) {
    return pages[topic >>> PAGE_BITS];
  }

  private long high(int topic) {
    return page(topic).scopes[2 * (topic & (PAGE - 1))];
  }

  private long low(int topic) {
    return page(topic).scopes[2 * (topic & (PAGE - 1)) + 1];
  }

  private int holder(int topic) {
    return page(topic).holders[topic & (PAGE - 1)];
  }

  private void hold(int topic, int holder) {
    page(topic).holders[topic & (PAGE - 1)] = holder;
  }

  private int next(int topic) {
    return page(topic).next[topic & (PAGE - 1)];
  }

  private void next(int topic, int following) {
    page(topic).next[topic & (PAGE - 1)] = following;
  }
}
