package app.seventv.events;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The events of the last minutes, numbered in the order of the bus, with a ring for each topic:
 * what a client that comes back has missed. Whether everything is still there can always be told,
 * so an answer is never a part of the truth. Bounded in age, bytes and events per topic.
 * Thread-safe; one thread appends.
 */
final class DispatchLog {
  /**
   * Heap of a topic with its first event: the ring 32, its list 24 and that one's array 24, an
   * entry of the map 24 and its place in the table 8. Checked by {@code HeapCostTest}.
   */
  static final int RING_BYTES = 112;

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

  /** Unix ms since which every event is here; none is while the bus is away. */
  private long knownSinceMs = Long.MAX_VALUE;

  /** Number of the latest gap; read by loops without the lock. */
  private volatile long gap;

  /** Numbers of the process before this one, while its sessions may come. */
  private @Nullable PredecessorNumbers predecessor;

  /** Hears of every event, in order: the way to a successor. */
  private @Nullable Consumer<SharedDispatch> follower;

  private static final class Ring {
    final ArrayDeque<SharedDispatch> events = new ArrayDeque<>(2);
    long lost;
    long predecessorLost;
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
    if (predecessor != null) {
      predecessor.append(dispatch);
    }
    if (follower != null) {
      follower.accept(dispatch);
    }
    expire(dispatch.timeMs());
  }

  private void add(TopicKey topic, SharedDispatch dispatch) {
    Ring ring = rings.get(topic);
    if (ring == null) {
      ring = new Ring();
      rings.put(topic, ring);
      bytes += RING_BYTES;
    }
    if (ring.events.size() == MAX_PER_TOPIC) {
      SharedDispatch eldest = ring.events.removeFirst();
      ring.lost = eldest.number();
      ring.predecessorLost = Math.max(ring.predecessorLost, placeThere(eldest));
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
      knownSinceMs = Math.max(knownSinceMs, eldest.timeMs());
      if (predecessor != null) {
        predecessor.drop(eldest);
      }
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
        bytes -= RING_BYTES;
      }
    }
  }

  /** The bus is heard from now on, for the first time. */
  synchronized void listening(long nowMs) {
    knownSinceMs = nowMs;
  }

  /**
   * The Unix ms after which no subscriber of a topic was sent anything: the time of its latest
   * event, or as far back as this log remembers.
   */
  synchronized long unchangedSince(TopicKey topic, long nowMs) {
    Ring ring = rings.get(topic);
    SharedDispatch latest = ring == null ? null : ring.events.peekLast();
    long known = Math.min(knownSinceMs, nowMs);
    return latest == null ? known : Math.max(known, latest.timeMs());
  }

  /** Events may be missed from now on, until {@link #markGap}: nobody can catch up meanwhile. */
  synchronized void suspend() {
    lost = Long.MAX_VALUE;
    knownSinceMs = Long.MAX_VALUE;
    if (predecessor != null) {
      predecessor.giveUp();
    }
  }

  /**
   * Events may have been missed here: nobody can catch up with what came before.
   *
   * @return number of the gap
   */
  synchronized long markGap(long nowMs) {
    knownSinceMs = nowMs;
    if (predecessor != null) {
      predecessor.giveUp();
    }
    lost = ++last;
    gap = lost;
    return lost;
  }

  /** Number of the latest gap, 0 without one. */
  long gap() {
    return gap;
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

  /** Sessions of a predecessor may come: its numbers are kept from now on. */
  synchronized PredecessorNumbers expectPredecessor() {
    PredecessorNumbers numbers = new PredecessorNumbers();
    predecessor = numbers;
    return numbers;
  }

  /** The predecessor calls an event by a number. */
  synchronized void nameOfPredecessor(PredecessorNumbers numbers, long identity, long number) {
    numbers.name(identity, number);
  }

  /** See {@link PredecessorNumbers#forgetAhead}. */
  synchronized void forgetAhead(PredecessorNumbers numbers, long upTo) {
    numbers.forgetAhead(upTo);
  }

  /** See {@link PredecessorNumbers#hasReached}. */
  synchronized boolean hasReached(PredecessorNumbers numbers, long number) {
    return numbers.hasReached(number);
  }

  /** The predecessor has named all that its sessions were sent. */
  synchronized void predecessorEnded(PredecessorNumbers numbers) {
    numbers.end();
  }

  /** The predecessor went away in the middle. */
  synchronized void predecessorLost(PredecessorNumbers numbers) {
    numbers.giveUp();
  }

  /** Tells the events that are here, and each that comes later before any loop gets it. */
  synchronized void follow(Consumer<SharedDispatch> sink) {
    all.forEach(sink);
    follower = sink;
  }

  private static long placeHere(SharedDispatch event) {
    return event.number();
  }

  /** What the predecessor does not know it has not sent. */
  private static long placeThere(SharedDispatch event) {
    return event.predecessorNumber() == 0 ? Long.MAX_VALUE : event.predecessorNumber();
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
    return after < lost
        ? null
        : find(topics, after, upTo, tail, lost, DispatchLog::placeHere, ring -> ring.lost);
  }

  /** The same for a session of the predecessor: {@code after} is one of its numbers. */
  synchronized @Nullable List<SharedDispatch> sincePredecessor(
      List<TopicKey> topics, long after, long upTo, int tail) {
    long missing = predecessor == null ? Long.MAX_VALUE : predecessor.lost();
    return after < missing
        ? null
        : find(
            topics,
            after,
            upTo,
            tail,
            missing,
            DispatchLog::placeThere,
            ring -> ring.predecessorLost);
  }

  /** Looks through the rings; places are numbers here or there. */
  private @Nullable List<SharedDispatch> find(
      List<TopicKey> topics,
      long after,
      long upTo,
      int tail,
      long lostPlace,
      ToLongFunction<SharedDispatch> place,
      ToLongFunction<Ring> ringLost) {
    Map<Long, SharedDispatch> later = new TreeMap<>();
    Map<Long, SharedDispatch> earlier = new TreeMap<>(Comparator.reverseOrder());
    long missing = lostPlace;
    for (TopicKey topic : topics) {
      Ring ring = rings.get(topic);
      if (ring == null) {
        continue;
      }
      missing = Math.max(missing, ringLost.applyAsLong(ring));
      for (SharedDispatch event : ring.events) {
        long at = place.applyAsLong(event);
        if (at > after) {
          if (event.number() <= upTo) {
            later.put(event.number(), event);
          }
        } else if (tail > 0 && event.presence() == null) {
          earlier.put(at, event);
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
    long first = result.isEmpty() ? after : place.applyAsLong(result.getFirst()) - 1;
    if (result.size() < tail || missing > first) {
      return null;
    }
    result.addAll(later.values());
    return result;
  }
}
