package app.seventv.events;

import app.seventv.model.Id;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one event loop, with their topics and deadlines. Everything but {@link #offer} is
 * confined to the loop's thread.
 */
final class SessionLoop {
  /** Resolution of heartbeats and lifetimes. */
  static final int TICK_MS = 100;

  static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  private static final int INITIAL_FLUSHES = 64;

  /** Heartbeat interval and lifetime are stretched by up to 1 / this. */
  private static final int JITTER_DIVISOR = 10;

  private static final int MS_PER_SECOND = 1_000;

  private final Executor turn;
  private final int index;
  private final EventHub hub;
  private final SessionOptions options;
  private final Population population;
  private final EventFigures figures;
  private final LongSupplier clockMs;
  private final RandomGenerator random;

  private final SessionTable sessions = new SessionTable();
  private final IntBlocks lists = new IntBlocks();
  private final TopicTable topics;
  private final DeadlineWheel wheel = new DeadlineWheel();

  private @Nullable SessionOutput[] toFlush = new SessionOutput[INITIAL_FLUSHES];
  private int toFlushCount;
  private boolean flushPlanned;
  private final Runnable flushTask = this::flushPlanned;

  private final Delivery delivery = new Delivery(this);
  private final FanOut personal = new FanOut();
  private final List<Sweep> sweeps = new ArrayList<>();
  private final long startMs;

  /** Of the jitter of heartbeats and lifetimes. */
  private final long jitterSeed;

  private int lastSerial;
  private int gapTick = -1;

  /** Number of the latest gap that this loop knows of. */
  private long gap;

  /**
   * An empty loop.
   *
   * @param turn runs a task in a later part of the loop's turn
   * @param index of the loop, from 0
   * @param clockMs Unix time
   */
  SessionLoop(
      Executor turn,
      int index,
      EventHub hub,
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
    this.index = index;
    this.hub = hub;
    this.startMs = clockMs.getAsLong();
    this.topics = new TopicTable(lists, random.nextLong());
    this.jitterSeed = random.nextLong();
  }

  SessionOptions options() {
    return options;
  }

  EventHub hub() {
    return hub;
  }

  EventFigures figures() {
    return figures;
  }

  TopicTable topics() {
    return topics;
  }

  /** Lists of topics and of members. */
  IntBlocks lists() {
    return lists;
  }

  /** What sessions of a kind of client share here. */
  SessionGroup group(ClientKind client) {
    return client.group(this);
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

  /** A websocket enters its closing handshake, or ends. */
  void closing(boolean begins) {
    if (begins) {
      population.closing();
    } else {
      population.closed();
    }
  }

  // Sessions.

  /** Sessions open on this loop. */
  int size() {
    return sessions.size();
  }

  /** The session in a slot, if there is one. */
  @Nullable Session session(int slot) {
    return sessions.get(slot);
  }

  /** The next number that tells sessions in one slot apart. */
  int nextSerial() {
    return ++lastSerial;
  }

  Id idOf(int startTick, int slot, int serial) {
    return hub.ids()
        .of(startMs + (long) startTick * TICK_MS, new SessionIds.Place(index, slot, serial));
  }

  /** Gives a session its slot. */
  int add(Session session) {
    population.increment();
    int slot = sessions.add(session);
    wheel.ensureCapacity(slot + 1);
    return slot;
  }

  /** Frees the slot of a session that has ended. */
  void remove(int slot) {
    wheel.cancel(slot);
    sessions.remove(slot);
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

  /** Whether a slot has a deadline. */
  boolean isScheduled(int slot) {
    return wheel.isScheduled(slot);
  }

  /** Moves the deadline of a slot. */
  void reschedule(int slot, int deadlineTick) {
    wheel.cancel(slot);
    wheel.schedule(slot, deadlineTick);
  }

  int writeTimeoutTicks() {
    return Math.ceilDiv(options.writeTimeoutMs(), TICK_MS);
  }

  /** The current time in units of the rate of commands. */
  int commandTime() {
    return (int) ((long) now() * TICK_MS * options.commandsPerSecond() / MS_PER_SECOND);
  }

  /** Heartbeat interval of the session with this number: the same whenever it is asked for. */
  int heartbeatMs(int serial) {
    return (int) stretched(options.heartbeatMs(), 2L * serial);
  }

  /** Lifetime of the session with this number: the same whenever it is asked for. */
  int ttlTicks(int serial) {
    return Math.toIntExact(Math.ceilDiv(stretched(options.ttlMs(), 2L * serial + 1), TICK_MS));
  }

  private long stretched(long ms, long number) {
    long drawn = Hash.mix(jitterSeed + number * Hash.GOLDEN);
    return ms + Math.floorMod(drawn, ms / JITTER_DIVISOR + 1);
  }

  /** Moves on to a tick: heartbeats, lifetimes, and what all sessions are to be told. */
  void advance(int tick) {
    wheel.advance(tick, this::due);
    sweeps.removeIf(sweep -> !sweep.tick(sessions));
  }

  private void due(int slot) {
    Session session = sessions.get(slot);
    if (session != null) {
      session.due(wheel.now());
    }
  }

  /** Ends all sessions, spread evenly over so many ticks, and tells them when to come back. */
  void drain(int ticks, boolean isMaintenance) {
    sweeps.add(
        new Sweep(
            ticks,
            true,
            isMaintenance
                ? session -> session.end(EndReason.MAINTENANCE)
                : session -> session.endWithReconnect(EndReason.RESTART)));
  }

  /**
   * Events may have been missed: those who wait for any are to connect again.
   *
   * @param number of the gap in the log
   */
  void resync(int ticks, long number) {
    gap = number;
    gapTick = now();
    int tick = gapTick;
    sweeps.add(new Sweep(ticks, false, session -> session.endAfterGap(tick)));
  }

  /**
   * Whether a session that started then may have missed events. Events from behind a gap can come
   * before this loop hears of it; until then nobody here knows better.
   */
  boolean missedEvents(int startTick) {
    return gap != hub.log().gap() || (gapTick >= 0 && startTick - gapTick <= 0);
  }

  // Output.

  /** Flushes a session once at the end of this turn. */
  void flushLater(SessionOutput session) {
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
      SessionOutput session = toFlush[i];
      toFlush[i] = null;
      if (session != null) {
        session.flushTurn();
      }
    }
  }

  // Events.

  /** Hands a dispatch to the loop; from any thread. */
  void offer(SharedDispatch dispatch) {
    delivery.offer(dispatch);
  }

  /** Number of the last event that has been written to the sessions. */
  long delivered() {
    return delivery.delivered();
  }

  /** Whether members of topics are being walked, so that none may be removed. */
  boolean isDelivering() {
    return delivery.isDelivering();
  }

  /** Whether nothing follows in this turn that a session could be sent with what it is sent now. */
  boolean isFlushingAtOnce() {
    return delivery.isLast();
  }

  /** Runs a task in a later part of the turn; from any thread. */
  void later(Runnable task) {
    turn.execute(task);
  }

  /** Starts sending to one session alone; {@link FanOut#end} ends it. */
  FanOut beginPersonal(int frames) {
    personal.begin(Frames.ascii(Frames.middle(Opcode.DISPATCH, timeMs())), frames);
    return personal;
  }

  /** Tells a session that has just joined a channel who is there, as far as it takes it at once. */
  void tellRecent(Session session, TopicKey channel) {
    if (options.joinPresences() == 0) {
      return;
    }
    List<Presence> recent =
        hub.presences().recent(channel, options.joinPresences(), options.joinBytes());
    if (recent.isEmpty()) {
      return;
    }
    FanOut out = beginPersonal(recent.size());
    List<byte[]> scratch = new ArrayList<>();
    for (Presence presence : recent) {
      if (!session.isWritable()) {
        break;
      }
      session.tell(presence, out, scratch);
    }
    out.end();
  }

  /** Tells one session alone about a presence, if it is still there. */
  void whisper(SessionIds.Place place, Presence presence) {
    Session session = session(place.slot());
    if (session != null && session.serial() == place.serial()) {
      FanOut out = beginPersonal(1);
      session.tell(presence, out, new ArrayList<>());
      out.end();
    }
  }
}
