package app.seventv.events;

import app.seventv.model.Id;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One event on its way to all loops, rendered once. */
final class SharedDispatch {
  private static final byte[] NO_PAYLOAD = {};

  /**
   * Heap of an event without its content: the object 72, its key 32, two counters 16 each, the
   * start of the envelope 48, the head of the payload 16, places in two lists 12. Checked by {@code
   * HeapCostTest}.
   */
  static final int EVENT_BYTES = 212;

  /** The key of the second topic and its place in a list. */
  static final int KEY_BYTES = 36;

  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final TopicKey exact;
  private final @Nullable TopicKey wildcard;
  private final byte[] payload;
  private final @Nullable Presence presence;
  private final byte[] middle;
  private final long timeMs;
  private final long receivedNs;
  private final AtomicInteger loopsLeft;
  private final AtomicInteger deliveries = new AtomicInteger();
  private final Consumer<SharedDispatch> whenDone;
  private final long identity;

  /** Its number at the process before this one, 0 if that is not known; guarded by the log. */
  private long predecessorNumber;

  /** Place in the log; set before any loop sees the dispatch. */
  private long number;

  /**
   * Deliverer of events and where they came from.
   *
   * @param digest of the bus message
   */
  record Route(
      long timeMs, long receivedNs, int loops, Consumer<SharedDispatch> whenDone, long digest) {}

  private SharedDispatch(
      TopicKey exact,
      @Nullable TopicKey wildcard,
      byte[] payload,
      @Nullable Presence presence,
      long about,
      Route route) {
    this.exact = exact;
    this.wildcard = wildcard;
    this.payload = payload;
    this.presence = presence;
    this.timeMs = route.timeMs;
    this.middle = Frames.ascii(Frames.middle(Opcode.DISPATCH, route.timeMs));
    this.receivedNs = route.receivedNs;
    this.loopsLeft = new AtomicInteger(route.loops);
    this.whenDone = route.whenDone;
    this.identity = identity(route.digest, exact) ^ about;
  }

  /** A message has at most one event per topic and object. */
  private static long identity(long digest, TopicKey topic) {
    long mixed = (topic.low() ^ Long.rotateLeft(topic.high(), 23) ^ topic.tag()) * MIX;
    return digest ^ mixed ^ mixed >>> 32;
  }

  /**
   * A change of an object.
   *
   * @param wildcard topic of the whole group of types, if there is one
   * @param payload JSON of {@code d}; never changed
   * @param about the object, if it is another than that of the topic
   * @param route time in the envelope, arrival on the clock of the figures, number of loops it is
   *     handed to, what the last of them calls, and what tells the message apart
   */
  static SharedDispatch ofObject(
      TopicKey exact,
      @Nullable TopicKey wildcard,
      byte[] payload,
      @Nullable Id about,
      Route route) {
    long other = about == null ? 0 : (about.low() ^ Long.rotateLeft(about.high(), 23)) * MIX;
    return new SharedDispatch(exact, wildcard, payload, null, other, route);
  }

  /** A user seen in a channel: what a session is sent depends on what it has been told before. */
  static SharedDispatch ofPresence(Presence presence, Route route) {
    return new SharedDispatch(presence.topic(), null, NO_PAYLOAD, presence, 0, route);
  }

  TopicKey exact() {
    return exact;
  }

  @Nullable TopicKey wildcard() {
    return wildcard;
  }

  byte[] payload() {
    return payload;
  }

  @Nullable Presence presence() {
    return presence;
  }

  byte[] middle() {
    return middle;
  }

  long timeMs() {
    return timeMs;
  }

  long receivedNs() {
    return receivedNs;
  }

  long number() {
    return number;
  }

  void number(long place) {
    number = place;
  }

  /** The same for the same event in every process that receives it. */
  long identity() {
    return identity;
  }

  long predecessorNumber() {
    return predecessorNumber;
  }

  void predecessorNumber(long place) {
    predecessorNumber = place;
  }

  /** Size of what it keeps in memory, with its place in the log. */
  int bytes() {
    int content = presence == null ? payload.length : presence.bytes();
    return content + EVENT_BYTES + (wildcard == null ? 0 : KEY_BYTES);
  }

  /** Sessions that got it, on all loops that have finished. */
  int deliveries() {
    return deliveries.get();
  }

  /** A loop has written it to its sessions. */
  void finished(int sessions) {
    deliveries.addAndGet(sessions);
    if (loopsLeft.decrementAndGet() == 0) {
      whenDone.accept(this);
    }
  }
}
