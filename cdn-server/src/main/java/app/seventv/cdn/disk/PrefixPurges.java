package app.seventv.cdn.disk;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Prefixes whose older records are dead. The index does not know keys, so that a purge of a prefix
 * is a rule that every read checks; it ends when the records that it concerns are gone.
 */
final class PrefixPurges {
  /** Rules at once; beyond that it is cheaper to forget everything. */
  static final int MAX_RULES = 10_000;

  /** Prefix to the sequence number below which its records are dead. */
  private final Map<String, Long> rules = new HashMap<>();

  private final TreeSet<Integer> lengths = new TreeSet<>();

  /**
   * Adds a rule or moves one on.
   *
   * @return false if there are too many; the rule does not hold then
   */
  synchronized boolean add(String prefix, long beforeSequence) {
    if (rules.size() >= MAX_RULES && !rules.containsKey(prefix)) {
      return false;
    }
    rules.put(prefix, beforeSequence);
    lengths.add(prefix.length());
    return true;
  }

  synchronized boolean isDead(String key, long sequence) {
    if (rules.isEmpty()) {
      return false;
    }
    for (int length : lengths) {
      if (length > key.length()) {
        return false;
      }
      Long before = rules.get(key.substring(0, length));
      if (before != null && sequence < before) {
        return true;
      }
    }
    return false;
  }

  /** Drops the rules that only concern records older than any that is left. */
  synchronized void forgetBefore(long oldestSequence) {
    if (rules.values().removeIf(before -> before <= oldestSequence)) {
      lengths.clear();
      rules.keySet().forEach(prefix -> lengths.add(prefix.length()));
    }
  }

  synchronized int size() {
    return rules.size();
  }
}
