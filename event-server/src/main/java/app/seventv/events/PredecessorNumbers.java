package app.seventv.events;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the process before this one calls the events that both receive. Its sessions stand at a
 * number of its own; the bus promises no order among publishers, so each event is told apart by
 * what it is (its identity), not by its place. Guarded by the lock of the log.
 */
final class PredecessorNumbers {
  /** Events that the predecessor has and this process waits for; with more, nobody resumes. */
  static final int MAX_AHEAD = 65_536;

  /** It cannot be told what the predecessor's sessions have missed. */
  static final long NOTHING_IS_SURE = Long.MAX_VALUE;

  /** Events of ours that the predecessor has not named, the eldest first. */
  private final Map<Long, ArrayDeque<SharedDispatch>> unnamed = new HashMap<>();

  /** Numbers of events that have not come here. */
  private final Map<Long, ArrayDeque<Long>> ahead = new HashMap<>();

  private int aheadCount;

  /** Highest number among the events that the log has dropped. */
  private long lost;

  /** The predecessor has said all. */
  private boolean ended;

  /** An event has come from the bus. */
  void append(SharedDispatch event) {
    Long number = poll(ahead, event.identity());
    if (number != null) {
      aheadCount--;
      event.predecessorNumber(number);
    } else if (!ended) {
      unnamed.computeIfAbsent(event.identity(), _ -> new ArrayDeque<>(1)).add(event);
    }
  }

  /** The predecessor names an event. */
  void name(long identity, long number) {
    SharedDispatch event = poll(unnamed, identity);
    if (event != null) {
      event.predecessorNumber(number);
    } else if (aheadCount == MAX_AHEAD) {
      giveUp();
    } else {
      ahead.computeIfAbsent(identity, _ -> new ArrayDeque<>(1)).add(number);
      aheadCount++;
    }
  }

  private static <T> @Nullable T poll(Map<Long, ArrayDeque<T>> map, long identity) {
    ArrayDeque<T> queue = map.get(identity);
    if (queue == null) {
      return null;
    }
    T first = queue.poll();
    if (queue.isEmpty()) {
      map.remove(identity);
    }
    return first;
  }

  /** What has not come of all up to a number was sent before this process listened to the bus. */
  void forgetAhead(long upTo) {
    ahead.values().forEach(numbers -> numbers.removeIf(number -> number <= upTo));
    ahead.values().removeIf(ArrayDeque::isEmpty);
    aheadCount = ahead.values().stream().mapToInt(ArrayDeque::size).sum();
  }

  /** Whether everything that the predecessor had up to a number has come here too. */
  boolean hasReached(long number) {
    return ahead.values().stream().allMatch(numbers -> numbers.peekFirst() > number);
  }

  /** The log drops an event. */
  void drop(SharedDispatch event) {
    long number = event.predecessorNumber();
    if (number == 0) {
      giveUp();
    } else {
      lost = Math.max(lost, number);
    }
  }

  /** Highest number that may be missing here. */
  long lost() {
    return lost;
  }

  /** The predecessor names no more. */
  void end() {
    ended = true;
    unnamed.clear();
  }

  /** Nobody can go on here: an event is missing on one side. */
  void giveUp() {
    end();
    ahead.clear();
    aheadCount = 0;
    lost = NOTHING_IS_SURE;
  }
}
