package app.seventv.events;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One event on its way to all loops, rendered once. */
final class SharedDispatch {
  private final TopicKey exact;
  private final @Nullable TopicKey wildcard;
  private final byte[] payload;
  private final byte[] middle;
  private final long receivedNs;
  private final AtomicInteger loopsLeft;
  private final AtomicInteger deliveries = new AtomicInteger();
  private final Consumer<SharedDispatch> whenDone;

  /**
   * A dispatch.
   *
   * @param wildcard topic of the whole group of types, if there is one
   * @param payload JSON of {@code d}; never changed
   * @param timeMs time in the envelope, Unix ms
   * @param receivedNs when the bus message arrived, on the clock of the figures
   * @param loops number of loops it is handed to
   * @param whenDone called on the last loop to finish
   */
  SharedDispatch(
      TopicKey exact,
      @Nullable TopicKey wildcard,
      byte[] payload,
      long timeMs,
      long receivedNs,
      int loops,
      Consumer<SharedDispatch> whenDone) {
    this.exact = exact;
    this.wildcard = wildcard;
    this.payload = payload;
    this.middle = Frames.ascii(Frames.middle(Opcode.DISPATCH, timeMs));
    this.receivedNs = receivedNs;
    this.loopsLeft = new AtomicInteger(loops);
    this.whenDone = whenDone;
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

  byte[] middle() {
    return middle;
  }

  long receivedNs() {
    return receivedNs;
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
