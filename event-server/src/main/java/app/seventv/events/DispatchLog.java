package app.seventv.events;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The events of the last minutes, numbered in the order of the bus, with a ring for each topic:
 * what a client that comes back has missed. Whether everything is still there can always be told,
 * so an answer is never a part of the truth. Bounded in age, bytes and events per topic.
 * Thread-safe; one thread appends.
 */
final class DispatchLog {
  /** Events kept per topic. */
  static final int MAX_PER_TOPIC = 512;

  private final long lifetimeMs;
  private final long maxBytes;

  /** All, the eldest first. */
  private final ArrayDeque<SharedDispatch> all = new ArrayDeque<>();

  private final Map<TopicKey, Ring> rings = new HashMap<>();
  private long bytes;
  private long last;

  /** Numbers up to this one may be missing. */
  private long lost;

  private static final class Ring {
    final ArrayDeque<SharedDispatch> events = new ArrayDeque<>(2);
    long lost;
  }

  DispatchLog(long lifetimeMs, long maxBytes) {
    this.lifetimeMs = lifetimeMs;
    this.maxBytes = maxBytes;
  }

  /** Numbers an event and keeps it for a while. */
  synchronized void append(SharedDispatch dispatch) {
    dispatch.number(++last);
    all.addLast(dispatch);
    bytes += dispatch.bytes();
    add(dispatch.exact(), dispatch);
    TopicKey wildcard = dispatch.wildcard();
    if (wildcard != null) {
      add(wildcard, dispatch);
    }
    expire(dispatch.timeMs());
  }

  private void add(TopicKey topic, SharedDispatch dispatch) {
    Ring ring = rings.computeIfAbsent(topic, _ -> new Ring());
    if (ring.events.size() == MAX_PER_TOPIC) {
      ring.lost = ring.events.removeFirst().number();
    }
    ring.events.addLast(dispatch);
  }

  /** Drops what is too old or too much. */
  synchronized void expire(long nowMs) {
    while (!all.isEmpty()) {
      SharedDispatch eldest = all.getFirst();
      if (eldest.timeMs() + lifetimeMs > nowMs && bytes <= maxBytes) {
        return;
      }
      all.removeFirst();
      bytes -= eldest.bytes();
      lost = Math.max(lost, eldest.number());
      remove(eldest.exact(), eldest);
      TopicKey wildcard = eldest.wildcard();
      if (wildcard != null) {
        remove(wildcard, eldest);
      }
    }
  }

  private void remove(TopicKey topic, SharedDispatch dispatch) {
    Ring ring = rings.get(topic);
    if (ring != null && ring.events.peekFirst() == dispatch) {
      ring.events.removeFirst();
      if (ring.events.isEmpty()) {
        rings.remove(topic);
      }
    }
  }

  /** Events may be missed from now on, until {@link #markGap}: nobody can catch up meanwhile. */
  synchronized void suspend() {
    lost = Long.MAX_VALUE;
  }

  /** Events may have been missed here: nobody can catch up with what came before. */
  synchronized void markGap() {
    lost = ++last;
  }

  /** Number of the latest event. */
  synchronized long last() {
    return last;
  }

  /** The latest number that may be missing. */
  synchronized long lost() {
    return lost;
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized int topics() {
    return rings.size();
  }

  /**
   * What subscribers of some topics were sent after one event and up to another, in order.
   *
   * @param after number of the last event they know
   * @param upTo number of the last event wanted
   * @param tail how many of the last changes of objects up to {@code after} to add at the front
   * @return null if anything of it may be missing
   */
  synchronized @Nullable List<SharedDispatch> between(
      List<TopicKey> topics, long after, long upTo, int tail) {
    if (after < lost) {
      return null;
    }
    Map<Long, SharedDispatch> later = new TreeMap<>();
    Map<Long, SharedDispatch> earlier = new TreeMap<>(Comparator.reverseOrder());
    long missing = lost;
    for (TopicKey topic : topics) {
      Ring ring = rings.get(topic);
      if (ring == null) {
        continue;
      }
      missing = Math.max(missing, ring.lost);
      Iterator<SharedDispatch> backwards = ring.events.descendingIterator();
      int wanted = tail;
      while (backwards.hasNext()) {
        SharedDispatch event = backwards.next();
        if (event.number() > after) {
          if (event.number() <= upTo) {
            later.put(event.number(), event);
          }
        } else if (wanted == 0) {
          break;
        } else if (event.presence() == null) {
          earlier.put(event.number(), event);
          wanted--;
        }
      }
    }
    List<SharedDispatch> result = new ArrayList<>(later.size() + tail);
    for (SharedDispatch event : earlier.values()) {
      if (result.size() == tail) {
        break;
      }
      result.addFirst(event);
    }
    long first = result.isEmpty() ? after : result.getFirst().number() - 1;
    if (result.size() < tail || missing > first) {
      return null;
    }
    result.addAll(later.values());
    return result;
  }
}
