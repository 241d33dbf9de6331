package app.seventv.events;

import java.util.Arrays;

/**
 * What a session has been told about users, as records one behind the other in one array; the user
 * not seen longest is forgotten when there are too many. A record:
 *
 * <pre>
 *  user | badge | paint | number of sets | set …        0 stands for none
 * </pre>
 */
final class UserStates {
  static final int NOTHING = 0;

  private static final int BADGE = 1;
  private static final int PAINT = 2;
  private static final int SETS = 3;
  private static final int HEAD = 4;
  private static final int INITIAL_INTS = 8;

  private final short capacity;
  private short count;
  private int used;
  private int[] data = new int[INITIAL_INTS];

  UserStates(int capacity) {
    this.capacity = (short) capacity;
  }

  int size() {
    return count;
  }

  /** Where the record of a user starts, or −1. */
  int find(int user) {
    for (int at = 0; at < used; at += HEAD + data[at + SETS]) {
      if (data[at] == user) {
        return at;
      }
    }
    return -1;
  }

  int badge(int at) {
    return data[at + BADGE];
  }

  int paint(int at) {
    return data[at + PAINT];
  }

  int setCount(int at) {
    return data[at + SETS];
  }

  int set(int at, int position) {
    return data[at + HEAD + position];
  }

  boolean holdsSet(int at, int set) {
    for (int i = 0; i < setCount(at); i++) {
      if (set(at, i) == set) {
        return true;
      }
    }
    return false;
  }

  /** Forgets a user. */
  void remove(int at) {
    int length = HEAD + data[at + SETS];
    System.arraycopy(data, at + length, data, at, used - at - length);
    used -= length;
    count--;
  }

  /** Adds a user who is not there. */
  void add(int user, int badge, int paint, int[] sets) {
    if (count == capacity) {
      remove(0);
    }
    int length = HEAD + sets.length;
    if (used + length > data.length) {
      data = Arrays.copyOf(data, Math.max(used + length, used + (used >> 1)));
    }
    data[used] = user;
    data[used + BADGE] = badge;
    data[used + PAINT] = paint;
    data[used + SETS] = sets.length;
    System.arraycopy(sets, 0, data, used + HEAD, sets.length);
    used += length;
    count++;
  }

  /** Tells every user, the one seen longest ago first. */
  void forEach(Visitor visitor) {
    for (int at = 0; at < used; at += HEAD + data[at + SETS]) {
      int[] sets = Arrays.copyOfRange(data, at + HEAD, at + HEAD + data[at + SETS]);
      visitor.user(data[at], badge(at), paint(at), sets);
    }
  }

  /** Is told one user. */
  interface Visitor {
    void user(int user, int badge, int paint, int[] sets);
  }
}
