package app.seventv.events;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Who connects: application, version and transport, as far as figures tell them apart, and what is
 * counted of all such sessions. Usable from any thread.
 */
final class ClientKind {
  /** Label of a websocket. */
  static final String WEBSOCKET = "Websocket";

  /** Bounds in seconds: connections live from a moment to a little over an hour. */
  static final double[] LIFETIME_SECONDS = {1, 10, 60, 300, 900, 1800, 3600, 4000};

  private static final double MS_PER_SECOND = 1_000;

  /** Label of an SSE stream. */
  static final String EVENT_STREAM = "EventStream";

  private final String transport;
  private final String app;
  private final String version;

  /** Open sessions. */
  final LongAdder open = new LongAdder();

  private final Map<Opcode, LongAdder> sent = new EnumMap<>(Opcode.class);
  private final Map<Opcode, LongAdder> received = new EnumMap<>(Opcode.class);

  /** Ended sessions by label of the reason. */
  private final ConcurrentMap<String, LongAdder> closes = new ConcurrentHashMap<>();

  private final LongAdder[] lifetimes = new LongAdder[LIFETIME_SECONDS.length + 1];
  private final LongAdder lifetimeMs = new LongAdder();

  /** What the sessions of each loop share; lives as long as the kind. */
  private final ConcurrentMap<SessionLoop, SessionGroup> groups = new ConcurrentHashMap<>();

  private volatile long usedNs;

  ClientKind(String transport, String app, String version) {
    this.transport = transport;
    this.app = app;
    this.version = version;
    for (Opcode opcode : Opcode.values()) {
      received.put(opcode, new LongAdder()); // clients also send what only servers may
      if (opcode.isFromServer()) {
        sent.put(opcode, new LongAdder());
      }
    }
    Arrays.setAll(lifetimes, _ -> new LongAdder());
  }

  /** What the sessions of this kind on one loop share. */
  SessionGroup group(SessionLoop loop) {
    return groups.computeIfAbsent(loop, on -> new SessionGroup(on, this));
  }

  /** Somebody connects. */
  void used(long nowNs) {
    usedNs = nowNs;
  }

  /** Since when there has been no session; those that are open count as used now. */
  long idleNs(long nowNs) {
    if (open.sum() != 0) {
      usedNs = nowNs;
    }
    return nowNs - usedNs;
  }

  /**
   * Counts a session that has ended.
   *
   * @param code label of the reason
   */
  void ended(String code, long lifeMs) {
    closes.computeIfAbsent(code, _ -> new LongAdder()).increment();
    int bucket = Arrays.binarySearch(LIFETIME_SECONDS, lifeMs / MS_PER_SECOND);
    lifetimes[bucket < 0 ? -bucket - 1 : bucket].increment(); // a bound belongs to its bucket
    lifetimeMs.add(lifeMs);
  }

  /** Ended sessions by label of the reason. */
  Map<String, LongAdder> closes() {
    return closes;
  }

  /** Ended sessions per bucket of {@link #LIFETIME_SECONDS}, not cumulative. */
  long[] lifetimes() {
    return Arrays.stream(lifetimes).mapToLong(LongAdder::sum).toArray();
  }

  /** How long all ended sessions lived together. */
  double lifetimeSeconds() {
    return lifetimeMs.sum() / MS_PER_SECOND;
  }

  /** Counts a frame to a client. */
  void sent(Opcode opcode) {
    Objects.requireNonNull(sent.get(opcode)).increment();
  }

  /** Counts a message of a client. */
  void received(Command command) {
    LongAdder count =
        switch (command) {
          case Command.Subscribe _ -> received.get(Opcode.SUBSCRIBE);
          case Command.Unsubscribe _ -> received.get(Opcode.UNSUBSCRIBE);
          case Command.Resume _ -> received.get(Opcode.RESUME);
          case Command.Plain.BRIDGE -> received.get(Opcode.BRIDGE);
          case Command.Forbidden(Opcode opcode) -> received.get(opcode);
        };
    Objects.requireNonNull(count).increment();
  }

  /** Reports all counts: direction, name of the command, count. */
  void commands(CommandCounts counts) {
    sent.forEach((opcode, count) -> counts.read("Server", opcode.sseName(), count.sum()));
    received.forEach((opcode, count) -> counts.read("Client", opcode.sseName(), count.sum()));
  }

  /** Takes the counts of commands. */
  @FunctionalInterface
  interface CommandCounts {
    void read(String direction, String command, long count);
  }

  String transport() {
    return transport;
  }

  String app() {
    return app;
  }

  String version() {
    return version;
  }
}
