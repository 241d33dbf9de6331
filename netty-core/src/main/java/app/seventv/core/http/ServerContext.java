package app.seventv.core.http;

import app.seventv.core.sockets.SocketEnd;
import app.seventv.core.sockets.SocketTables;
import app.seventv.core.websocket.WebSocketHandshake;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What every connection of a server shares. */
final class ServerContext {
  /** How long a client may remember the offer. */
  private static final int ALT_SVC_MAX_AGE_S = 86_400;

  final Handler handler;
  private final ErrorMapper errorMapper;
  final HttpLimits limits;
  final HttpObserver observer;
  final RequestIds requestIds;

  /** Open HTTP connections; a websocket leaves it, its server looks after it from then on. */
  final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  /** Who may come in. */
  final Door door;

  /** Where sockets of websockets go. */
  final SocketTables sockets;

  /** Room for TLS handshakes; the costliest thing a stranger can ask for. */
  final Semaphore handshakes;

  /** QUIC handshakes in progress. */
  final AtomicInteger quicHandshakes = new AtomicInteger();

  /** What ends with a websocket of HTTP/1.1 that nobody else has a word to say about. */
  final SocketEnd webSocketEnd;

  /** The same with its connection, once the socket has left its channel: no object for each. */
  final SocketEnd socketEnd;

  /** The same of a connection with TLS. */
  final SocketEnd secureSocketEnd;

  /** {@code Alt-Svc} values by the TCP port whose responses carry them. */
  private final Map<Integer, String> altSvc = new ConcurrentHashMap<>();

  /** Time for idle connections to ask for something once the server drains. */
  private volatile long drainGraceMs;

  /** The same for connections that have not asked for anything yet, but were opened for it. */
  private volatile long firstRequestGraceMs;

  private volatile boolean draining;

  ServerContext(
      Handler handler,
      ErrorMapper errorMapper,
      HttpLimits limits,
      HttpObserver observer,
      RequestIds requestIds,
      Door door,
      SocketTables sockets) {
    this.handler = handler;
    this.errorMapper = errorMapper;
    this.limits = limits;
    this.observer = observer;
    this.door = door;
    this.sockets = sockets;
    this.requestIds = requestIds;
    this.webSocketEnd = ageNs -> observer.webSocketClosed(Protocol.HTTP_1);
    this.socketEnd = socketEnd(false);
    this.secureSocketEnd = socketEnd(true);
    this.handshakes = new Semaphore(limits.maxConcurrentHandshakes());
  }

  /** Tells the observer of a connection now and when it ends. */
  void observe(Channel channel, Connection connection) {
    observer.connectionOpened(connection);
    ConnectionEnd.of(channel).opened(observer, connection);
  }

  private SocketEnd socketEnd(boolean secure) {
    return ageNs -> {
      socketEnded(secure, ageNs);
      observer.webSocketClosed(Protocol.HTTP_1);
    };
  }

  /** A websocket of HTTP/1.1 whose socket had left its channel has ended. */
  void socketEnded(boolean secure, long ageNs) {
    door.leave();
    observer.connectionClosed(Protocol.HTTP_1, secure, ageNs);
  }

  /** Responses over this TCP port tell of HTTP/3 on the UDP port of its number (RFC 7838 §3). */
  void announceHttp3(int port) {
    altSvc.put(port, "h3=\":" + port + "\"; ma=" + ALT_SVC_MAX_AGE_S);
  }

  /** Value of {@code Alt-Svc} for responses on a connection, or null. */
  @Nullable String altSvc(Connection connection) {
    return connection.protocol() == Protocol.HTTP_3 || !connection.secure()
        ? null
        : altSvc.get(connection.localPort());
  }

  /**
   * What a failure is answered with. A mapper that fails itself must not leave the client waiting.
   */
  Response errorResponse(Request request, Throwable failure) {
    try {
      Response response = errorMapper.map(request, failure);
      if (failure instanceof HttpError error) {
        error.applyTo(response.headers());
      }
      return response;
    } catch (RuntimeException | LinkageError broken) {
      broken.addSuppressed(failure);
      return ErrorMapper.PROBLEM_JSON.map(request, broken);
    }
  }

  /** What a head that is no request is answered with. */
  Response refusalResponse(Http1Refusal refusal) {
    return errorMapper.unreadable(refusal.response());
  }

  /** The answer that a handler has at hand, or null; the request has no body. */
  @Nullable Response answerAtOnce(Request request) throws Exception {
    return request.method().equals("CONNECT") ? null : handler.answerAtOnce(request);
  }

  /** Runs the handler, unless a CONNECT asks for what this server does not know. */
  void handle(HttpExchange exchange) throws Exception {
    Request request = exchange.request();
    if (request.method().equals("CONNECT")) {
      checkProtocol(request.connectProtocol());
    }
    handler.handle(exchange);
  }

  private static void checkProtocol(@Nullable String protocol) {
    if (protocol == null) { // RFC 9110 §9.3.6
      throw new HttpError(501, "this server is no proxy");
    }
    if (!protocol.equals(WebSocketHandshake.PROTOCOL)) { // RFC 9220 §3
      throw new HttpError(501, "this server knows no other protocol than websocket");
    }
  }

  boolean draining() {
    return draining;
  }

  long firstRequestGraceMs() {
    return firstRequestGraceMs;
  }

  /**
   * From now on every answer is the last of its connection.
   *
   * @param graceMs how long a connection between two requests may wait for one
   * @param firstRequestMs how long a new connection may take to come to speak HTTP, and from then
   *     on to its first request
   */
  void startDraining(long graceMs, long firstRequestMs) {
    drainGraceMs = graceMs;
    firstRequestGraceMs = firstRequestMs;
    draining = true;
  }

  /**
   * HTTP/2 and 3 can say that they are about to go. HTTP/1.1 only can in a response: connections
   * without a request in progress get some time to ask for one. Whoever is still in the handshake
   * of TLS is asked when that is over. On the channel's loop.
   */
  void askToLeave(Channel channel) {
    if (channel.pipeline().get("life") instanceof Http3Life life) {
      life.drain();
    } else if (channel.pipeline().get("http2") instanceof Http2Handler handler) {
      handler.leave();
    } else if (channel.pipeline().get("exchanges") instanceof Http1Handler handler) {
      long graceMs = handler.hasBeenAsked() ? drainGraceMs : firstRequestGraceMs;
      channel
          .eventLoop()
          .schedule(() -> closeIfIdle(channel, handler), graceMs, TimeUnit.MILLISECONDS);
    } else {
      channel
          .eventLoop()
          .schedule(() -> closeIfSilent(channel), firstRequestGraceMs, TimeUnit.MILLISECONDS);
    }
  }

  private void closeIfIdle(Channel channel, Http1Handler handler) {
    if (open.contains(channel)) { // else a websocket by now, or closed
      handler.closeIfIdle();
    }
  }

  /** Closes a connection that has not come to speak HTTP; all others have been asked by now. */
  private void closeIfSilent(Channel channel) {
    if (open.contains(channel)
        && channel.pipeline().get("exchanges") == null
        && channel.pipeline().get("http2") == null) {
      channel.close();
    }
  }
}
