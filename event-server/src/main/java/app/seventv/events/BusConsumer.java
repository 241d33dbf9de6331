package app.seventv.events;

import app.seventv.events.dispatch.Dispatch;
import app.seventv.events.dispatch.DispatchConverter;
import app.seventv.model.DocumentException;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.topic.Scope;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages off the bus: decodes each once, converts it once, renders it once and hands it to
 * every loop. A message or event that makes no sense is counted and skipped (event-api.md §20).
 */
final class BusConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(BusConsumer.class);

  private final DispatchConverter converter;
  private final List<SessionLoop> loops;
  private final EventFigures figures;
  private final LongSupplier clockMs;

  BusConsumer(
      DispatchConverter converter,
      List<SessionLoop> loops,
      EventFigures figures,
      LongSupplier clockMs) {
    this.converter = converter;
    this.loops = List.copyOf(loops);
    this.figures = figures;
    this.clockMs = clockMs;
  }

  /** Handles one message; never throws. */
  void accept(byte[] message) {
    long receivedNs = System.nanoTime();
    try {
      BusEncoding.Decoded decoded = BusEncoding.decode(message);
      DispatchConverter.Result result = converter.convert(decoded.batch());
      figures.busEvents("converted", result.converted());
      figures.busEvents("ignored", result.ignored());
      figures.busEvents("unknown", decoded.unknown());
      figures.busEvents("rejected", result.rejected() + decoded.rejected().size());
      result.dispatches().forEach(dispatch -> publish(dispatch, receivedNs));
    } catch (DocumentException e) {
      figures.busEvents("undecodable", 1);
      LOG.debug("bus message of {} bytes skipped: {}", message.length, e.getMessage());
    } catch (RuntimeException e) {
      figures.busEvents("undecodable", 1);
      LOG.warn("bus message of {} bytes skipped: {}", message.length, e.getClass().getName());
    }
  }

  private void publish(Dispatch dispatch, long receivedNs) {
    Scope scope = new Scope.OfObject(dispatch.id());
    var wildcard = dispatch.type().wildcard();
    SharedDispatch shared =
        new SharedDispatch(
            TopicKey.of(dispatch.type(), scope),
            wildcard == null ? null : TopicKey.of(wildcard, scope),
            dispatch.payload(),
            clockMs.getAsLong(),
            receivedNs,
            loops.size(),
            done -> figures.dispatched(done.deliveries(), System.nanoTime() - done.receivedNs()));
    for (SessionLoop loop : loops) {
      loop.offer(shared);
    }
  }
}
