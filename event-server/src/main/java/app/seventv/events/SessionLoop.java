package app.seventv.events;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.agrona.collections.IntArrayList;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one event loop, with their topics and deadlines. Everything but {@link #offer} is
 * confined to the loop's thread.
 */
final class SessionLoop {
  /** Resolution of heartbeats and lifetimes. */
  static final int TICK_MS = 100;

  /** Dispatches that can wait for the loop; beyond, the bus waits. */
  static final int MAX_QUEUED_DISPATCHES = 4096;

  /** Dispatches per turn, so that reading and writing go on between them. */
  static final int MAX_DISPATCHES_PER_TURN = 64;

  static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  private static final int INITIAL_SLOTS = 64;

  /** Heartbeat interval and lifetime are stretched by up to 1 / this. */
  private static final int JITTER_DIVISOR = 10;

  private static final long FULL_QUEUE_PAUSE_NS = 100_000;

  private final Executor turn;
  private final SessionOptions options;
  private final Population population;
  private final EventFigures figures;
  private final LongSupplier clockMs;
  private final RandomGenerator random;

  private @Nullable Session[] sessions = new Session[INITIAL_SLOTS];
  private int usedSlots;
  private final IntArrayList freeSlots = new IntArrayList();
  private final TopicTable topics = new TopicTable();
  private final DeadlineWheel wheel = new DeadlineWheel();

  private @Nullable Session[] toFlush = new Session[INITIAL_SLOTS];
  private int toFlushCount;
  private boolean flushPlanned;
  private final Runnable flushTask = this::flushPlanned;

  private final MessagePassingQueue<SharedDispatch> queue =
      new MpscAtomicArrayQueue<>(MAX_QUEUED_DISPATCHES);
  private final AtomicBoolean deliveryPlanned = new AtomicBoolean();
  private final Runnable deliveryTask = this::deliverQueued;
  private final FanOut fanOut = new FanOut();
  private boolean delivering;

  private int drainTicks;
  private int drainCursor;

  /**
   * An empty loop.
   *
   * @param turn runs a task in a later part of the loop's turn
   * @param clockMs Unix time
   */
  SessionLoop(
      Executor turn,
      SessionOptions options,
      Population population,
      EventFigures figures,
      LongSupplier clockMs,
      RandomGenerator random) {
    this.turn = turn;
    this.options = options;
    this.population = population;
    this.figures = figures;
    this.clockMs = clockMs;
    this.random = random;
    wheel.ensureCapacity(INITIAL_SLOTS);
  }

  SessionOptions options() {
    return options;
  }

  EventFigures figures() {
    return figures;
  }

  TopicTable topics() {
    return topics;
  }

  RandomGenerator random() {
    return random;
  }

  long timeMs() {
    return clockMs.getAsLong();
  }

  /** Sessions open on this instance. */
  int population() {
    return population.open();
  }

  // Sessions.

  /** Sessions open on this loop. */
  int size() {
    return usedSlots - freeSlots.size();
  }

  /** Gives a session its slot. */
  int add(Session session) {
    population.increment();
    int slot;
    if (!freeSlots.isEmpty()) {
      slot = freeSlots.removeAt(freeSlots.size() - 1);
    } else {
      if (usedSlots == sessions.length) {
        sessions = Arrays.copyOf(sessions, Math.multiplyExact(usedSlots, 2));
        wheel.ensureCapacity(sessions.length);
      }
      slot = usedSlots++;
    }
    sessions[slot] = session;
    return slot;
  }

  /** Frees the slot of a session that has ended. */
  void remove(int slot) {
    wheel.cancel(slot);
    sessions[slot] = null;
    freeSlots.addInt(slot);
    population.decrement();
  }

  // Time.

  /** The current tick. */
  int now() {
    return wheel.now();
  }

  void schedule(int slot, int deadlineTick) {
    wheel.schedule(slot, deadlineTick);
  }

  int drawHeartbeatMs() {
    return options.heartbeatMs() + random.nextInt(options.heartbeatMs() / JITTER_DIVISOR + 1);
  }

  int drawTtlTicks() {
    long ttlMs = options.ttlMs() + random.nextLong(options.ttlMs() / JITTER_DIVISOR + 1);
    return Math.toIntExact(Math.ceilDiv(ttlMs, TICK_MS));
  }

  /** Moves on to a tick: heartbeats, lifetimes, and the drain while there is one. */
  void advance(int tick) {
    wheel.advance(tick, this::due);
    if (drainTicks > 0) {
      drainSome();
    }
  }

  private void due(int slot) {
    Session session = sessions[slot];
    if (session != null) {
      session.due(wheel.now());
    }
  }

  /** Tells all sessions to connect again, spread evenly over so many ticks. */
  void drain(int ticks) {
    drainTicks = Math.max(1, ticks);
    drainCursor = 0;
  }

  private void drainSome() {
    int left = size();
    int now = Math.ceilDiv(left, drainTicks);
    while (now > 0 && drainCursor < usedSlots) {
      Session session = sessions[drainCursor++];
      if (session != null) {
        session.endWithReconnect(EndReason.RESTART);
        now--;
      }
    }
    drainTicks = Math.max(1, drainTicks - 1); // late arrivals go at once
    if (drainCursor == usedSlots) {
      drainCursor = 0;
    }
  }

  // Output.

  /** Flushes a session once at the end of this turn. */
  void flushLater(Session session) {
    if (toFlushCount == toFlush.length) {
      toFlush = Arrays.copyOf(toFlush, toFlushCount * 2);
    }
    toFlush[toFlushCount++] = session;
    if (!flushPlanned) {
      flushPlanned = true;
      turn.execute(flushTask);
    }
  }

  private void flushPlanned() {
    flushPlanned = false;
    int count = toFlushCount;
    toFlushCount = 0;
    for (int i = 0; i < count; i++) {
      Session session = toFlush[i];
      toFlush[i] = null;
      if (session != null) {
        session.flushTurn();
      }
    }
  }

  // Fan-out.

  /**
   * Hands a dispatch to the loop; from any thread. Waits while the loop has too many, so that the
   * bounded queue of the bus fills up instead of memory.
   */
  void offer(SharedDispatch dispatch) {
    while (!queue.offer(dispatch)) {
      LockSupport.parkNanos(FULL_QUEUE_PAUSE_NS);
    }
    if (deliveryPlanned.compareAndSet(false, true)) {
      turn.execute(deliveryTask);
    }
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
      deliveryPlanned.set(false);
      if (!queue.isEmpty() && deliveryPlanned.compareAndSet(false, true)) {
        turn.execute(deliveryTask);
      }
    }
  }

  /** Writes a dispatch once to each session that holds the exact topic, the wildcard, or both. */
  private void deliver(SharedDispatch dispatch) {
    int exact = topics.find(dispatch.exact());
    TopicKey wildcardKey = dispatch.wildcard();
    int wildcard = wildcardKey == null ? -1 : topics.find(wildcardKey);
    int delivered = 0;
    int most = count(exact) + count(wildcard);
    if (most > 0) {
      fanOut.begin(dispatch, most);
      delivering = true;
      try {
        delivered = merge(exact, wildcard);
      } finally {
        delivering = false;
        fanOut.end();
      }
      figures.sent(Opcode.DISPATCH, delivered);
    }
    dispatch.finished(delivered);
  }

  /** Whether members of topics are being walked, so that none may be removed. */
  boolean isDelivering() {
    return delivering;
  }

  /** Runs a task in a later part of the turn. */
  void later(Runnable task) {
    turn.execute(task);
  }

  private int count(int topic) {
    return topic < 0 ? 0 : topics.count(topic);
  }

  /** Both lists of members are sorted, so one pass meets each session once. */
  private int merge(int exact, int wildcard) {
    int exactLeft = count(exact);
    int wildcardLeft = count(wildcard);
    int exactAt = 0;
    int wildcardAt = 0;
    int delivered = 0;
    while (exactAt < exactLeft || wildcardAt < wildcardLeft) {
      int a = exactAt < exactLeft ? topics.member(exact, exactAt) : Integer.MAX_VALUE;
      int b = wildcardAt < wildcardLeft ? topics.member(wildcard, wildcardAt) : Integer.MAX_VALUE;
      int slot = Math.min(a, b);
      exactAt += a == slot ? 1 : 0;
      wildcardAt += b == slot ? 1 : 0;
      Session session = sessions[slot];
      if (session != null) {
        fanOut.send(session);
        delivered++;
      }
    }
    return delivered;
  }
}
