package app.seventv.core.http;

import app.seventv.core.limits.AddressLimitOptions;
import app.seventv.core.limits.AddressLimits;
import app.seventv.core.tls.TlsContexts;
import app.seventv.core.tls.TlsOptions;
import app.seventv.core.tls.TlsWatcher;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.Listener;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A server that speaks HTTP/1.1, 2 and 3 to one {@link Handler}.
 *
 * <pre>{@code
 * HttpServer server = HttpServer.builder(loops, router)
 *     .listen(HttpListener.plain(address))
 *     .listen(HttpListener.tlsAndQuic(secureAddress, files))
 *     .start();
 * }</pre>
 */
public final class HttpServer implements AutoCloseable {
  /** Pause between looks at what is still open while draining. */
  private static final Duration DRAIN_STEP = Duration.ofMillis(20);

  /** Time for a request that was on its way when an idle HTTP/1.1 connection was to close. */
  private static final Duration IDLE_GRACE = Duration.ofSeconds(1);

  private final ServerContext context;
  private final List<Listener> listeners;
  private final List<InetSocketAddress> addresses;
  private final List<TlsContexts> tls;
  private final TlsWatcher tlsWatcher;
  private final AtomicBoolean closed = new AtomicBoolean();

  private HttpServer(
      ServerContext context,
      List<Listener> listeners,
      List<InetSocketAddress> addresses,
      List<TlsContexts> tls) {
    this.context = context;
    this.listeners = listeners;
    this.addresses = addresses;
    this.tls = tls;
    this.tlsWatcher = TlsWatcher.start(tls);
  }

  /** A server on these loops; add listeners and start it. */
  public static Builder builder(EventLoops loops, Handler handler) {
    return new Builder(loops, handler);
  }

  /** Addresses bound, in the order of {@link Builder#listen}, with their real ports. */
  public List<InetSocketAddress> addresses() {
    return addresses;
  }

  /** What listens: for each address a stream listener, and one for datagrams behind it if asked. */
  List<Listener> listeners() {
    return listeners;
  }

  /** Port of the first listener. */
  public int port() {
    return addresses.getFirst().getPort();
  }

  /** Connections accepted and not yet closed, websockets included. */
  public int acceptedConnections() {
    return context.door.open();
  }

  /** Number of open HTTP connections; websockets are not counted. */
  public int openConnections() {
    return context.open.size();
  }

  /** TLS handshakes over TCP under way. */
  int handshakesUnderWay() {
    return context.limits.maxConcurrentHandshakes() - context.handshakes.availablePermits();
  }

  /**
   * Reads certificates, ticket keys and client authorities again, as happens from time to time by
   * itself. New connections use what has changed; nothing else notices.
   *
   * @throws IllegalStateException if some cannot be used; the message says which and why, and they
   *     stay as they were
   */
  public void reloadCertificates() {
    tlsWatcher.reload();
  }

  /** What the listeners with TLS use, in their order; for figures. */
  public List<TlsContexts> tls() {
    return tls;
  }

  /**
   * Stops accepting, tells clients to go, and waits until the open exchanges have ended. Whoever
   * was accepted just before is served: it has the time of a handshake ({@link
   * HttpLimits#handshakeTimeoutMs}) to come to speak HTTP, and as long again for its first request,
   * which no client repeats if the connection ends without an answer.
   *
   * @param limit longest wait; what is left then is closed
   */
  public void drain(Duration limit) throws InterruptedException {
    long mostMs = limit.toMillis() / 2;
    context.startDraining(
        Math.min(IDLE_GRACE.toMillis(), mostMs),
        Math.min(context.limits.handshakeTimeoutMs(), mostMs));
    listeners.forEach(listener -> stopAccepting(listener));
    for (Channel channel : context.open) { // later ones are asked when they come
      channel.eventLoop().execute(() -> context.askToLeave(channel));
    }
    long deadline = System.nanoTime() + limit.toNanos();
    while (!context.open.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(DRAIN_STEP);
    }
    context.open.close().await(DRAIN_STEP.toMillis());
    listeners.forEach(Listener::close);
  }

  /** Datagram sockets stay: they carry the connections that are being drained. */
  private static void stopAccepting(Listener listener) {
    if (listener.channels().getFirst() instanceof ServerChannel) {
      listener.close();
    }
  }

  /** Closes everything at once. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    context.startDraining(0, 0);
    listeners.forEach(Listener::close);
    context.open.close().awaitUninterruptibly(DRAIN_STEP.toMillis());
    tlsWatcher.close();
  }

  /** Collects what a server needs. */
  public static final class Builder {
    private final EventLoops loops;
    private final Handler handler;
    private final List<HttpListener> listens = new ArrayList<>();
    private ErrorMapper errorMapper = ErrorMapper.PROBLEM_JSON;
    private HttpLimits limits = HttpLimits.DEFAULT;
    private HttpObserver observer = HttpObserver.NONE;
    private AddressLimits addressLimits = new AddressLimits(AddressLimitOptions.OFF);
    private ClientAddress clients = ClientAddress.OF_PEER;
    private RequestIds requestIds = RequestIds.DEFAULT;
    private QuicTokenKeys tokenKeys = QuicTokenKeys.random();
    private boolean announcing = true;

    private Builder(EventLoops loops, Handler handler) {
      this.loops = loops;
      this.handler = handler;
    }

    /** Adds an address. */
    public Builder listen(HttpListener listener) {
      listens.add(listener);
      return this;
    }

    /** Replaces the mapping from failures to responses. */
    public Builder errorMapper(ErrorMapper mapper) {
      this.errorMapper = mapper;
      return this;
    }

    /** Replaces the bounds. */
    public Builder limits(HttpLimits bounds) {
      this.limits = bounds;
      return this;
    }

    /**
     * Leaves it to the handler which responses tell of HTTP/3, and of which port: the server adds
     * no {@code Alt-Svc} of its own to those that have none.
     */
    public Builder withoutAnnouncements() {
      this.announcing = false;
      return this;
    }

    /** Shares the keys of QUIC's Retry tokens with other processes; random ones otherwise. */
    public Builder quicTokenKeys(QuicTokenKeys keys) {
      this.tokenKeys = keys;
      return this;
    }

    /**
     * Limits connections per client address. Servers that share a limiter share its counts.
     *
     * @param clientAddress tells who is a proxy: its clients are counted request by request
     */
    public Builder addressLimits(AddressLimits limiter, ClientAddress clientAddress) {
      this.addressLimits = limiter;
      this.clients = clientAddress;
      return this;
    }

    /** Sets who counts. */
    public Builder observer(HttpObserver counter) {
      this.observer = counter;
      return this;
    }

    /** Sets where request ids come from and go. */
    public Builder requestIds(RequestIds source) {
      this.requestIds = source;
      return this;
    }

    /**
     * Binds all addresses.
     *
     * @throws IOException if one cannot be bound or its certificate cannot be used; nothing stays
     *     open then
     */
    public HttpServer start() throws IOException {
      Door door = new Door(limits.maxConnections(), addressLimits, clients, observer);
      Handler counted =
          addressLimits.isEnabled()
              ? new ClientLimits(handler, addressLimits, clients, observer)
              : handler;
      ServerContext context =
          new ServerContext(
              counted, errorMapper, limits, observer, requestIds, door, loops.sockets());
      List<Listener> bound = new ArrayList<>();
      List<InetSocketAddress> addresses = new ArrayList<>();
      List<TlsContexts> tls = new ArrayList<>();
      try {
        for (HttpListener listen : listens) {
          addresses.add(bind(context, listen, bound, tls));
        }
      } catch (IOException | RuntimeException e) {
        bound.forEach(Listener::close);
        tls.forEach(TlsContexts::close);
        throw e;
      }
      return new HttpServer(context, List.copyOf(bound), List.copyOf(addresses), List.copyOf(tls));
    }

    private InetSocketAddress bind(
        ServerContext context, HttpListener listen, List<Listener> bound, List<TlsContexts> opened)
        throws IOException {
      TlsOptions options = listen.tls();
      List<String> alpn =
          listen.http2()
              ? List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)
              : List.of(ApplicationProtocolNames.HTTP_1_1);
      TlsContexts tls = options == null ? null : TlsContexts.open(options, alpn, listen.http3());
      if (tls != null) {
        opened.add(tls);
      }
      Listener tcp =
          loops.bindPerLoop(
              listen.address(),
              loop -> new ConnectionInitializer(context, listen, tls),
              accepted -> context.door.admit(accepted, Protocol.HTTP_1, listen.proxyProtocol()));
      bound.add(tcp);
      if (listen.http3() && tls != null) {
        QuicSteering steering = new QuicSteering(loops.relay(), observer);
        QuicInitializer quic =
            new QuicInitializer(
                context, tls, steering, tokenKeys, loops.transport().datagramSegments());
        bound.add(loops.bindDatagramPerLoop(tcp.address(), loop -> quic.datagramHandler()));
        loops.relay().receive(tcp.port(), steering::fromSuccessor);
        if (announcing) {
          context.announceHttp3(tcp.port());
        }
      }
      return tcp.address();
    }
  }
}
