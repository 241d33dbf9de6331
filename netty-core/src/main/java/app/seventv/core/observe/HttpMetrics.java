package app.seventv.core.observe;

import app.seventv.core.http.Connection;
import app.seventv.core.http.ExchangeSummary;
import app.seventv.core.http.Handshake;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.metrics.Distribution;
import app.seventv.core.metrics.Metrics;
import io.netty.util.concurrent.FastThreadLocal;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Figures of the HTTP servers of a process, under the names of operations.md §4.2 and a few of our
 * own (docs/observability.md). Each loop counts for itself, without locks and without garbage;
 * {@link HttpFigures} sums up when somebody scrapes.
 */
@SuppressWarnings("EnumOrdinal") // index of an array in memory, never stored
public final class HttpMetrics implements HttpObserver {
  /** Ages of connections in seconds: a page, a session, a live event, a day. */
  private static final double[] AGE_SECONDS = {0.1, 1, 10, 60, 300, 1800, 3600, 14400, 86400};

  private static final Set<String> TLS_VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

  /** Longer than any name of a cipher suite. */
  private static final int MAX_CIPHER_CHARS = 48;

  private final long[] boundsNs = Distribution.nanos(Metrics.durationBounds());
  private final long[] ageBoundsNs = Distribution.nanos(AGE_SECONDS);
  private final List<LoopFigures> loops = new CopyOnWriteArrayList<>();
  private final Counter handshakes;
  private final Counter handshakeFailures;
  private final Counter sessions;
  private final Counter quicSendFailures;

  private final FastThreadLocal<LoopFigures> ofThisLoop =
      new FastThreadLocal<>() {
        @Override
        protected LoopFigures initialValue() {
          LoopFigures figures = new LoopFigures(boundsNs, ageBoundsNs);
          loops.add(figures);
          return figures;
        }
      };

  /** Adds the figures; once per registry. */
  public HttpMetrics(Metrics metrics) {
    handshakes =
        metrics.counter("tls_handshakes_total", "TLS handshakes by outcome.", "socket", "outcome");
    handshakeFailures =
        metrics.counter(
            "tls_handshake_failures_total", "Why handshakes failed.", "socket", "reason");
    sessions =
        metrics.counter(
            "tls_sessions_total", "Handshakes by what was agreed.", "version", "cipher");
    quicSendFailures =
        metrics.counter(
            "quic_send_failures_total", "Sends of QUIC datagrams that the kernel refused.", "sent");
    new HttpFigures(loops, boundsNs, AGE_SECONDS, ageBoundsNs).register(metrics);
  }

  @Override
  public void connectionOpened(Connection connection) {
    ofThisLoop.get().opened.add(Wire.of(connection).ordinal(), 1);
  }

  @Override
  public void connectionClosed(Protocol protocol, boolean secure, long ageNs) {
    LoopFigures figures = ofThisLoop.get();
    int wire = Wire.of(protocol, secure).ordinal();
    figures.closed.add(wire, 1);
    figures.ages[wire].record(ageNs);
  }

  @Override
  public void handshakeEnded(Handshake handshake) {
    String socket = handshake.quic() ? Wire.QUIC_HTTP3.socket : Wire.TLS_HTTP1.socket;
    String failure = handshake.failure();
    if (failure != null) {
      handshakes.labelValues(socket, "failed").inc();
      handshakeFailures.labelValues(socket, failure).inc();
      return;
    }
    handshakes.labelValues(socket, handshake.resumed() ? "resumed" : "full").inc();
    String cipher = handshake.cipher();
    sessions
        .labelValues(
            TLS_VERSIONS.contains(handshake.version()) ? handshake.version() : "other",
            cipher.length() <= MAX_CIPHER_CHARS ? cipher : "other")
        .inc();
    LoopFigures.durations(ofThisLoop.get().handshakes, handshake.quic() ? 1 : 0)
        .record(handshake.durationNs());
  }

  @Override
  public void dropped(Protocol protocol, String reason) {
    int index = protocol.ordinal() * LoopFigures.REASONS + DropReason.of(reason).ordinal();
    ofThisLoop.get().drops.add(index, 1);
  }

  @Override
  public void quicSendFailed(QuicSend what) {
    quicSendFailures.labelValues(what == QuicSend.BURST ? "burst" : "packet").inc();
  }

  @Override
  public void exchangeStarted(Request request) {
    ofThisLoop.get().started.add(Wire.of(request.connection()).ordinal(), 1);
  }

  @Override
  public void exchangeEnded(ExchangeSummary exchange) {
    ofThisLoop.get().exchangeEnded(exchange);
  }

  @Override
  public void webSocketOpened(Protocol protocol) {
    ofThisLoop.get().webSocketsOpened.add(protocol.ordinal(), 1);
  }

  @Override
  public void webSocketClosed(Protocol protocol) {
    ofThisLoop.get().webSocketsClosed.add(protocol.ordinal(), 1);
  }
}
