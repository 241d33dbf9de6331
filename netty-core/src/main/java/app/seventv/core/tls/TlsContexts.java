package app.seventv.core.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS contexts of a listener, for TCP and QUIC. {@link #reload} reads the files again: new
 * connections use what they hold now, connections and handshakes under way end with what they began
 * with. Files that do not fit (half written, certificate and key of different pairs) change
 * nothing.
 */
public final class TlsContexts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);

  /** A client that does not take the goodbye is not waited for longer. */
  private static final long CLOSE_NOTIFY_LIMIT_MS = 2_000;

  private final TlsOptions options;
  private final List<String> alpn;
  private final boolean quic;
  private final TicketKeys ticketKeys;
  private final AtomicLong reloads = new AtomicLong();
  private final AtomicLong failedReloads = new AtomicLong();

  private volatile TlsGeneration current;
  private volatile boolean closed;
  private List<byte[]> ticketSecrets;
  private @Nullable String lastFailure;

  private TlsContexts(TlsOptions options, List<String> alpn, boolean quic, TicketKeys ticketKeys)
      throws IOException {
    this.options = options;
    this.alpn = alpn;
    this.quic = quic;
    this.ticketKeys = ticketKeys;
    ticketSecrets = ticketKeys.read();
    current = generation(TlsMaterial.read(options, null), ticketSecrets);
    warnOfExpired();
  }

  /**
   * Reads the files and makes the contexts.
   *
   * @param alpn protocols offered over TCP, most wanted first; empty for none
   * @param quic whether QUIC with HTTP/3 is wanted as well
   * @throws IOException if the files are missing or no valid certificates, keys and ticket keys
   */
  public static TlsContexts open(TlsOptions options, List<String> alpn, boolean quic)
      throws IOException {
    LongSupplier clockMs = () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    TicketKeys keys =
        options
            .ticketKeys()
            .map(TicketKeys::on)
            .orElseGet(() -> TicketKeys.random(new SecureRandom(), clockMs));
    return new TlsContexts(options, alpn, quic, keys);
  }

  private TlsGeneration generation(TlsMaterial material, List<byte[]> secrets) throws IOException {
    TlsGeneration made = new TlsGeneration(material, options.clientAuth(), alpn, quic);
    made.ticketSecrets(secrets);
    return made;
  }

  /** Pause between two calls of {@link #reload} that was asked for. */
  public long checkIntervalMs() {
    return options.checkInterval().toMillis();
  }

  /**
   * The handler that starts TLS on an accepted connection: an {@link SslHandler}, or one that makes
   * itself one once the client has named the host.
   *
   * @param handshakeTimeoutMs from now to the end of the handshake
   */
  public ChannelHandler newHandler(ByteBufAllocator alloc, long handshakeTimeoutMs) {
    TlsGeneration generation = acquire();
    try {
      return generation.hasSeveralCertificates()
          ? new SniChoice(this, handshakeTimeoutMs)
          : newHandler(generation, null, alloc, handshakeTimeoutMs);
    } finally {
      generation.release();
    }
  }

  SslHandler newHandlerFor(@Nullable String host, ByteBufAllocator alloc, long timeoutMs) {
    TlsGeneration generation = acquire();
    try {
      return newHandler(generation, host, alloc, timeoutMs);
    } finally {
      generation.release();
    }
  }

  /** The engine holds its context by itself. */
  private static SslHandler newHandler(
      TlsGeneration generation, @Nullable String host, ByteBufAllocator alloc, long timeoutMs) {
    SslHandler handler = generation.contextFor(host).newHandler(alloc);
    handler.setHandshakeTimeoutMillis(timeoutMs);
    handler.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_LIMIT_MS);
    return handler;
  }

  /**
   * Looks at a connection's first record before TLS does. Who resumes a session with a ticket of
   * ours gets X25519 for its key exchange if it has sent a share for it, and not the hybrid with
   * ML-KEM that a full handshake prefers: the secret of the session goes into the new keys as well
   * (RFC 8446 §7.1), and whoever has recorded both connections has to break the hybrid for it. See
   * docs/decisions/0020.
   *
   * @param handler of the connection, whose handshake has not begun
   * @param record from the start of the first record, which is there as a whole
   */
  public void firstRecord(SslHandler handler, ByteBuf record) {
    if (handler.engine() instanceof ReferenceCountedOpenSslEngine engine
        && engine.sslPointer() != 0 // else the connection has ended
        && ClientHello.resumesOverX25519(record, current.ticketSecrets())) {
      SSL.setCurvesList(engine.sslPointer(), "X25519");
    }
  }

  /** The engine of a new QUIC connection. */
  public QuicSslEngine newQuicEngine(ByteBufAllocator alloc) {
    return current.quic().newEngine(alloc); // collected when its last connection has ended
  }

  /** The current generation, held for the caller even if it is replaced at this moment. */
  TlsGeneration acquire() {
    while (true) {
      TlsGeneration generation = current;
      try {
        generation.retain();
        return generation;
      } catch (IllegalReferenceCountException replaced) {
        if (closed) {
          throw new IllegalStateException("TLS contexts are closed", replaced);
        }
      }
    }
  }

  /**
   * Reads all files again and, if they have changed, uses them for new connections. Reads and
   * parses on the calling thread, so not for event loops.
   *
   * @return why the files cannot be used; empty if they are in use now, changed or not
   */
  public synchronized Optional<String> reload() {
    if (closed) {
      return Optional.empty();
    }
    try {
      TlsGeneration before = current;
      TlsMaterial material = TlsMaterial.read(options, before.material());
      List<byte[]> secrets = ticketKeys.read();
      if (material != before.material()) {
        current = generation(material, secrets);
        before.release();
        reloads.incrementAndGet();
        LOG.info("certificates replaced, first expires {}", material.expiresAt());
        warnOfExpired();
      } else if (!same(secrets, ticketSecrets)) {
        before.ticketSecrets(secrets);
        LOG.info("session ticket keys replaced, {} in use", secrets.size());
      }
      ticketSecrets = secrets;
      lastFailure = null;
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      failedReloads.incrementAndGet();
      String failure = String.valueOf(e.getMessage());
      if (!failure.equals(lastFailure)) { // once, not at every look
        LOG.warn("TLS files cannot be used, the old ones stay: {}", failure);
      }
      lastFailure = failure;
      return Optional.of(failure);
    }
  }

  /** They are used all the same: some clients do not look, and nothing better may be there. */
  private void warnOfExpired() {
    Instant now = Instant.now();
    List<TlsMaterial.Identity> identities = current.material().identities();
    for (int i = 0; i < identities.size(); i++) {
      Instant end = identities.get(i).expiresAt();
      if (end.isBefore(now)) {
        Path file = options.certificates().get(i).certificate();
        LOG.warn("the certificate in {} expired at {}; clients refuse it", file, end);
      }
    }
  }

  private static boolean same(List<byte[]> a, List<byte[]> b) {
    boolean same = a.size() == b.size();
    for (int i = 0; same && i < a.size(); i++) {
      same = MessageDigest.isEqual(a.get(i), b.get(i));
    }
    return same;
  }

  /** How often certificates have been replaced. */
  public long reloads() {
    return reloads.get();
  }

  /** How often a look at the files found some that could not be used. */
  public long failedReloads() {
    return failedReloads.get();
  }

  /** When the first of the certificates in use expires. */
  public Instant expiresAt() {
    return current.material().expiresAt();
  }

  /** Lets go of the contexts; connections that are still open keep theirs. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      current.release();
    }
  }
}
