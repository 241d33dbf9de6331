package app.seventv.events;

import app.seventv.model.Id;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Gives ids, and versions of what they name, a number each, so that a session can remember them in
 * four bytes. Numbers are not used twice; what nobody asked for longest is forgotten, and has
 * another number when it comes back, which is as if it had changed. Thread-safe.
 */
final class Interner {
  /** Version of an id as such. */
  static final long ANY_VERSION = -1;

  private final int capacity;
  private final Map<Key, Integer> numbers = new LinkedHashMap<>(64, 0.75f, true);
  private final Int2ObjectHashMap<Key> keys = new Int2ObjectHashMap<>();
  private int last;

  /**
   * What a number stands for.
   *
   * @param version {@link #ANY_VERSION} for the id as such
   */
  record Key(Id id, long version) {}

  Interner(int capacity) {
    this.capacity = capacity;
  }

  /** The number of an id, from 1 up. */
  int of(Id id) {
    return of(id, ANY_VERSION);
  }

  /** The number of a version of what an id names. */
  synchronized int of(Id id, long version) {
    Key key = new Key(id, version);
    Integer known = numbers.get(key);
    if (known != null) {
      return known;
    }
    if (numbers.size() == capacity) {
      Map.Entry<Key, Integer> eldest = numbers.entrySet().iterator().next();
      numbers.remove(eldest.getKey());
      keys.remove(eldest.getValue().intValue());
    }
    int number = ++last;
    numbers.put(key, number);
    keys.put(number, key);
    return number;
  }

  /** The id of a number, or null if it is forgotten. */
  @Nullable Id id(int number) {
    Key key = key(number);
    return key == null ? null : key.id;
  }

  /** What a number stands for, or null if it is forgotten. */
  synchronized @Nullable Key key(int number) {
    return keys.get(number);
  }

  synchronized int size() {
    return numbers.size();
  }
}
