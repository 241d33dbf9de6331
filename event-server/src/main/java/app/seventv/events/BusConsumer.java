package app.seventv.events;

import app.seventv.events.dispatch.Dispatch;
import app.seventv.events.dispatch.DispatchConverter;
import app.seventv.events.dispatch.PresenceContent;
import app.seventv.events.dispatch.StyleChange;
import app.seventv.model.DocumentException;
import app.seventv.model.Id;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.topic.Scope;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages off the bus: decodes each once, converts it once, renders it once and hands it to
 * every loop. A message or event that makes no sense is counted and skipped (event-api.md §20).
 */
final class BusConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(BusConsumer.class);

  private static final long IDLE = Long.MIN_VALUE;

  private final DispatchConverter converter;
  private final EventHub hub;
  private final Interner interner;
  private final boolean keepEmpty;
  private final EventFigures figures;
  private final LongSupplier clockMs;
  private final MessageDigest sha256 = sha256();
  private volatile long busySinceNs = IDLE;
  private final AtomicLong handled = new AtomicLong();

  /**
   * A consumer.
   *
   * @param keepEmpty whether clients are told that something happened without being told what
   */
  BusConsumer(
      DispatchConverter converter,
      EventHub hub,
      Interner interner,
      boolean keepEmpty,
      EventFigures figures,
      LongSupplier clockMs) {
    this.converter = converter;
    this.hub = hub;
    this.interner = interner;
    this.keepEmpty = keepEmpty;
    this.figures = figures;
    this.clockMs = clockMs;
  }

  /** How long the current message has taken; 0 if there is none. */
  long busyNs() {
    long since = busySinceNs;
    return since == IDLE ? 0 : System.nanoTime() - since;
  }

  /** Messages handled so far. */
  long handled() {
    return handled.get();
  }

  /** Handles one message; never throws. One thread at a time. */
  void accept(byte[] message) {
    long receivedNs = System.nanoTime();
    busySinceNs = receivedNs;
    try {
      BusEncoding.Decoded decoded = BusEncoding.decode(message);
      DispatchConverter.Result result = converter.convert(decoded.batch());
      figures.busEvents("converted", result.converted());
      figures.busEvents("ignored", result.ignored());
      figures.busEvents("unknown", decoded.unknown());
      figures.busEvents("rejected", result.rejected() + decoded.rejected().size());
      publish(result, receivedNs, digest(message));
    } catch (DocumentException e) {
      figures.busEvents("undecodable", 1);
      LOG.debug("bus message of {} bytes skipped: {}", message.length, e.getMessage());
    } catch (RuntimeException e) {
      figures.busEvents("undecodable", 1);
      LOG.warn("bus message of {} bytes skipped: {}", message.length, e.getClass().getName());
    } finally {
      handled.incrementAndGet();
      busySinceNs = IDLE;
    }
  }

  private long digest(byte[] message) {
    return ByteBuffer.wrap(sha256.digest(message)).getLong();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Dispatches first, then changes of style, then presences (event-api.md §15.5). */
  private void publish(DispatchConverter.Result result, long receivedNs, long digest) {
    long nowMs = clockMs.getAsLong();
    SharedDispatch.Route route =
        new SharedDispatch.Route(
            nowMs,
            receivedNs,
            hub.loops().size(),
            done -> figures.dispatched(done.deliveries(), System.nanoTime() - done.receivedNs()),
            digest);
    for (Dispatch dispatch : result.dispatches()) {
      if (keepEmpty || !dispatch.empty()) {
        Scope scope = new Scope.OfObject(dispatch.id());
        var wildcard = dispatch.type().wildcard();
        publish(
            SharedDispatch.ofObject(
                TopicKey.of(dispatch.type(), scope),
                wildcard == null ? null : TopicKey.of(wildcard, scope),
                dispatch.payload(),
                dispatch.about().equals(dispatch.id()) ? null : dispatch.about(),
                route));
      }
    }
    for (StyleChange change : result.styleChanges()) {
      hub.presences()
          .restyle(change)
          .forEach(presence -> publish(SharedDispatch.ofPresence(presence, route)));
    }
    for (PresenceContent content : result.presences()) {
      presence(content, nowMs, route);
    }
  }

  private void presence(PresenceContent content, long nowMs, SharedDispatch.Route route) {
    Presence presence = Presence.of(content, interner);
    Id target = content.onlySession();
    if (target == null) {
      hub.presences().put(presence, nowMs);
      publish(SharedDispatch.ofPresence(presence, route));
      return;
    }
    SessionIds.Place place = hub.ids().placeOf(target);
    if (place != null && place.loop() < hub.loops().size()) { // else it is on another instance
      SessionLoop loop = hub.loops().get(place.loop());
      loop.later(() -> loop.whisper(place, presence));
    }
  }

  private void publish(SharedDispatch dispatch) {
    hub.log().append(dispatch);
    for (SessionLoop loop : hub.loops()) {
      loop.offer(dispatch);
    }
  }
}
