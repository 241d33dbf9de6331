package app.seventv.cdn.disk;

import org.agrona.collections.Long2LongHashMap;

/**
 * Where the record of a key lies: two numbers per object, so that millions fit into a small heap.
 * In stripes, so that one that grows keeps nobody else waiting.
 */
final class DiskIndex {
  private static final int STRIPES = 64;

  private final Long2LongHashMap[] stripes = new Long2LongHashMap[STRIPES];

  DiskIndex() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Long2LongHashMap(Location.NONE);
    }
  }

  private Long2LongHashMap stripe(long hash) {
    return stripes[(int) (hash >>> 58)];
  }

  /** The location, or {@link Location#NONE}. */
  long get(long hash) {
    Long2LongHashMap stripe = stripe(hash);
    synchronized (stripe) {
      return stripe.get(hash);
    }
  }

  void put(long hash, long location) {
    Long2LongHashMap stripe = stripe(hash);
    synchronized (stripe) {
      stripe.put(hash, location);
    }
  }

  /** Moves a record that is still where it was. */
  boolean replace(long hash, long oldLocation, long newLocation) {
    Long2LongHashMap stripe = stripe(hash);
    synchronized (stripe) {
      if (stripe.get(hash) != oldLocation) {
        return false;
      }
      stripe.put(hash, newLocation);
      return true;
    }
  }

  /** Forgets a key, wherever its record is. */
  void remove(long hash) {
    Long2LongHashMap stripe = stripe(hash);
    synchronized (stripe) {
      stripe.remove(hash);
    }
  }

  /** Forgets a record, unless its key has another one by now. */
  boolean remove(long hash, long location) {
    Long2LongHashMap stripe = stripe(hash);
    synchronized (stripe) {
      if (stripe.get(hash) != location) {
        return false;
      }
      stripe.remove(hash);
      return true;
    }
  }

  void clear() {
    for (Long2LongHashMap stripe : stripes) {
      synchronized (stripe) {
        stripe.clear();
        stripe.compact();
      }
    }
  }

  long size() {
    long sum = 0;
    for (Long2LongHashMap stripe : stripes) {
      synchronized (stripe) {
        sum += stripe.size();
      }
    }
    return sum;
  }
}
