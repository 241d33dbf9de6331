package app.seventv.events;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;

/** Events on their way to the sessions of one loop. Everything but {@link #offer} is confined. */
final class Delivery {
  /** Dispatches that can wait for the loop; beyond, the bus waits. */
  static final int MAX_QUEUED_DISPATCHES = 4096;

  /** Dispatches per turn, so that reading and writing go on between them. */
  static final int MAX_DISPATCHES_PER_TURN = 64;

  /** Sessions that are looked at before the first of them is served. */
  static final int NEXT_SESSIONS = 32;

  private static final long FULL_QUEUE_PAUSE_NS = 100_000;

  private final SessionLoop loop;
  private final MessagePassingQueue<SharedDispatch> queue =
      new MpscAtomicArrayQueue<>(MAX_QUEUED_DISPATCHES);
  private final AtomicBoolean planned = new AtomicBoolean();
  private final Runnable task = this::deliverQueued;
  private final FanOut fanOut = new FanOut();
  private final List<byte[]> scratch = new ArrayList<>();
  private final int[] next = new int[NEXT_SESSIONS];

  /** What {@link Session#look} gave; kept so that the compiler does not leave it out. */
  @SuppressWarnings("unused")
  private int looks;

  private boolean delivering;
  private boolean last;
  private long delivered;

  Delivery(SessionLoop loop) {
    this.loop = loop;
  }

  /**
   * Hands a dispatch to the loop; from any thread. Waits while the loop has too many, so that the
   * bounded queue of the bus fills up instead of memory.
   */
  void offer(SharedDispatch dispatch) {
    while (!queue.offer(dispatch)) {
      LockSupport.parkNanos(FULL_QUEUE_PAUSE_NS);
    }
    if (planned.compareAndSet(false, true)) {
      loop.later(task);
    }
  }

  /** Whether members of topics are being walked, so that none may be removed. */
  boolean isDelivering() {
    return delivering;
  }

  /**
   * Whether a dispatch is being delivered that is one frame for each session, and no other one
   * waits: a frame sent right after it was written is still in the processor's caches.
   */
  boolean isLast() {
    return last;
  }

  /** Number of the last event that has been written to the sessions. */
  long delivered() {
    return delivered;
  }

  private void deliverQueued() {
    try {
      for (int i = 0; i < MAX_DISPATCHES_PER_TURN; i++) {
        SharedDispatch dispatch = queue.poll();
        if (dispatch == null) {
          break;
        }
        deliver(dispatch);
      }
    } finally {
      // Whatever went wrong with one dispatch, the next ones are delivered.
      planned.set(false);
      if (!queue.isEmpty() && planned.compareAndSet(false, true)) {
        loop.later(task);
      }
    }
  }

  /** Writes a dispatch once to each session that holds the exact topic, the wildcard, or both. */
  private void deliver(SharedDispatch dispatch) {
    TopicTable topics = loop.topics();
    int exact = topics.find(dispatch.exact());
    TopicKey wildcardKey = dispatch.wildcard();
    int wildcard = wildcardKey == null ? -1 : topics.find(wildcardKey);
    int sessions = 0;
    int most = count(exact) + count(wildcard);
    if (most > 0) {
      fanOut.begin(dispatch.middle(), most);
      delivering = true;
      last = dispatch.presence() == null && queue.isEmpty();
      try {
        sessions = merge(exact, wildcard, dispatch);
      } finally {
        delivering = false;
        last = false;
        delivered = dispatch.number();
        fanOut.end();
      }
    }
    delivered = dispatch.number();
    dispatch.finished(sessions);
  }

  private int count(int topic) {
    return topic < 0 ? 0 : loop.topics().count(topic);
  }

  /** Both lists of members are sorted, so one pass meets each session once. */
  private int merge(int exact, int wildcard, SharedDispatch dispatch) {
    TopicTable topics = loop.topics();
    int exactLeft = count(exact);
    int wildcardLeft = count(wildcard);
    int exactAt = 0;
    int wildcardAt = 0;
    int sessions = 0;
    int count = 0;
    while (exactAt < exactLeft || wildcardAt < wildcardLeft) {
      int a = exactAt < exactLeft ? topics.member(exact, exactAt) : Integer.MAX_VALUE;
      int b = wildcardAt < wildcardLeft ? topics.member(wildcard, wildcardAt) : Integer.MAX_VALUE;
      int slot = Math.min(a, b);
      exactAt += a == slot ? 1 : 0;
      wildcardAt += b == slot ? 1 : 0;
      next[count++] = slot;
      if (count == NEXT_SESSIONS) {
        sessions += sendToNext(count, dispatch);
        count = 0;
      }
    }
    return sessions + sendToNext(count, dispatch);
  }

  /**
   * Sends to the sessions that have been looked up. All are looked at before the first is served:
   * the processor fetches what it does not find in its caches, which is nearly everything, for many
   * at once, instead of waiting for each.
   */
  private int sendToNext(int count, SharedDispatch dispatch) {
    int seen = 0;
    for (int i = 0; i < count; i++) {
      Session session = loop.session(next[i]);
      if (session != null) {
        seen += session.look();
      }
    }
    looks = seen;
    int sessions = 0;
    for (int i = 0; i < count; i++) {
      Session session = loop.session(next[i]);
      if (session != null && send(session, dispatch)) {
        sessions++;
      }
    }
    return sessions;
  }

  private boolean send(Session session, SharedDispatch dispatch) {
    Presence presence = dispatch.presence();
    if (presence != null) {
      return session.tell(presence, fanOut, scratch) > 0;
    }
    fanOut.send(session, dispatch.payload(), false);
    return true;
  }
}
