package app.seventv.core.http;

import app.seventv.core.sockets.SocketEnd;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation of {@link Exchange}: the states of a request and its response, whatever
 * {@link ExchangeTransport} carries them. How the response leaves is {@link ExchangeResponse}'s.
 */
final class HttpExchange extends ExchangeResponse implements ExchangeSummary {
  private ServerContext server;
  private final Request request;
  private boolean headRequest;
  private long startNs;

  private final RequestBody body;
  private final EndActions endActions = new EndActions();
  private @Nullable List<HeadHook> headHooks;
  private int status;
  private long firstByteNs = -1;
  private long durationNs;
  private boolean webSocket;

  /** Whether the whole answer was there when the request came. */
  private boolean answeredAtOnce;

  /** Whether a handler, or the server's error mapper, may hold this exchange or its request. */
  private boolean seen;

  HttpExchange(ServerContext server, ExchangeTransport transport, Request request, long startNs) {
    super(transport);
    this.server = server;
    this.request = request;
    this.body = new RequestBody(this);
    begin(startNs);
  }

  private void begin(long nowNs) {
    startNs = nowNs;
    headRequest = request.method().equals("HEAD");
    request.bindIds(server.requestIds);
    server.observer.exchangeStarted(request);
  }

  /**
   * Serves for another request, which {@link #request} is already; only if {@link #isUnseen}. It is
   * like a new exchange then.
   */
  void renew(ServerContext otherServer, ExchangeTransport otherTransport, long nowNs) {
    server = otherServer;
    renew(otherTransport);
    body.renew();
    headHooks = null;
    status = 0;
    firstByteNs = -1;
    durationNs = 0;
    webSocket = false;
    answeredAtOnce = false;
    begin(nowNs);
  }

  /** Whether this has ended and no handler has ever had it. */
  boolean isUnseen() {
    return ended() && !seen;
  }

  /**
   * Has the handler answer.
   *
   * @param withoutBody whether the request is known to have no body
   */
  void handle(boolean withoutBody) {
    try {
      Response atOnce = withoutBody ? server.answerAtOnce(request) : null;
      if (atOnce != null) {
        answeredAtOnce = true;
        respond(atOnce);
      } else {
        seen = true;
        server.handle(this);
      }
    } catch (Throwable failure) { // an Error, too, costs this request only
      seen = true;
      fail(failure);
    }
  }

  @Override
  public Request request() {
    return request;
  }

  // Request body, always on the loop.

  @Override
  public void readBody(int maxBytes, Consumer<ByteBuf> receiver) {
    long declared = transport().declaredLength();
    if (declared > maxBytes) {
      fail(new HttpError(413, "request body exceeds " + maxBytes + " bytes"));
      return;
    }
    streamBody(new BodyCollector(this, transport().alloc(), maxBytes, receiver));
  }

  @Override
  public void streamBody(BodySink bodySink) {
    body.open(bodySink);
  }

  @Override
  public void pauseBody() {
    transport().reading(false);
  }

  @Override
  public void resumeBody() {
    transport().reading(true);
  }

  /** A part of the body arrived; takes its reference. */
  void bodyChunk(ByteBuf data) {
    body.chunk(data);
  }

  /** The request is complete. */
  void bodyEnd(HttpHeaders trailers) {
    body.end(trailers);
    endIfComplete();
  }

  // Response, from any thread.

  @Override
  public void beforeHead(HeadHook hook) {
    if (headHooks == null) {
      headHooks = new ArrayList<>(2);
    }
    headHooks.add(hook);
  }

  @Override
  public void onEnd(Runnable action) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> onEnd(action));
    } else if (ended()) {
      action.run();
    } else {
      endActions.add(action);
    }
  }

  @Override
  public void respond(Response response) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> respond(response));
      return;
    }
    if (headSent() || ended()) {
      response.body().release();
      return;
    }
    ByteBuf content = response.body();
    HttpHeaders headers = response.headers();
    boolean bodyAllowed = isBodyAllowed(response.status());
    if (bodyAllowed && !(headRequest && headers.contains(HttpHeaderNames.CONTENT_LENGTH))) {
      String length = RecentTexts.decimal(content.readableBytes());
      HeaderFields.setTrusted(headers, HttpHeaderNames.CONTENT_LENGTH, length);
    }
    if (body.isTooLongToDiscard()) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    prepareHead(response.status(), headers);
    if (headRequest || !bodyAllowed) {
      content.release();
      content = Unpooled.EMPTY_BUFFER;
    }
    sendWhole(response.status(), headers, content);
  }

  @Override
  public void fail(Throwable failure) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> fail(failure));
    } else if (headSent() && !complete()) {
      abort();
    } else if (!headSent() && !ended()) {
      respond(server.errorResponse(request, failure));
    }
  }

  @Override
  public ResponseStream start(int responseStatus, HttpHeaders headers) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> start(responseStatus, headers));
      return this;
    }
    if (headSent() || ended()) {
      return this;
    }
    prepareHead(responseStatus, headers);
    sendHead(responseStatus, headers, headRequest || !isBodyAllowed(responseStatus));
    return this;
  }

  /** RFC 9110 §6.4.1. */
  private static boolean isBodyAllowed(int responseStatus) {
    return responseStatus >= 200 && responseStatus != 204 && responseStatus != 304;
  }

  private void prepareHead(int responseStatus, HttpHeaders headers) {
    markHeadSent();
    status = responseStatus;
    long nowNs = System.nanoTime();
    firstByteNs = nowNs - startNs;
    if (request.showsId()) {
      headers.set(RequestIds.HEADER, request.id());
    }
    if (headHooks != null) {
      for (HeadHook hook : headHooks) {
        hook.apply(responseStatus, headers);
      }
    }
    HeaderFields.addMissing(headers, HttpHeaderNames.DATE, HttpDate.now(nowNs)); // RFC 9110 §6.6.1
    String altSvc = server.altSvc(request.connection());
    if (altSvc != null) {
      HeaderFields.addMissing(headers, HttpHeaderNames.ALT_SVC, altSvc);
    }
    transport().connectionHeaders(headers, body.isComplete());
  }

  @Override
  public void upgrade(WebSocketOptions options, WebSocketListener listener) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> upgrade(options, listener));
      return;
    }
    if (headSent() || ended()) {
      return;
    }
    transport().upgrade(this, options, listener);
    if (underWay()) {
      // A stream of HTTP/2 or HTTP/3 that goes on as a websocket: for the observer, the exchange
      // ends here. HTTP/1.1 has told by upgraded().
      webSocket = true;
      durationNs = System.nanoTime() - startNs;
      server.observer.exchangeEnded(this);
      server.observer.webSocketOpened(request.connection().protocol());
    }
  }

  // Life cycle, on the loop.

  /** The client is gone, or the channel was aborted. */
  void channelClosed() {
    body.close();
    finish(headSent() ? status : 499);
  }

  @Override
  void responseComplete() {
    body.discard();
    transport().responseSent(body.isComplete());
    endIfComplete();
  }

  private void endIfComplete() {
    if (body.isComplete() && complete()) {
      finish(status);
    }
  }

  private void finish(int finalStatus) {
    if (ended()) {
      return;
    }
    markEnded();
    body.close();
    if (webSocket) {
      server.observer.webSocketClosed(request.connection().protocol());
    } else {
      status = finalStatus;
      boolean sameMoment = answeredAtOnce && complete(); // clocks cost as much as a small head
      durationNs = sameMoment ? firstByteNs : System.nanoTime() - startNs;
      server.observer.exchangeEnded(this);
    }
    EndActions.run(endActions.take());
    transport().exchangeEnded(this);
  }

  /**
   * The exchange is over because its connection or stream is a websocket now. Actions of {@link
   * #onEnd} run when that ends.
   *
   * @param responseStatus status of the handshake's response
   * @return what is to be done when the websocket ends
   */
  SocketEnd upgraded(int responseStatus) {
    markEnded();
    markHeadSent();
    status = responseStatus;
    durationNs = System.nanoTime() - startNs;
    firstByteNs = durationNs;
    server.observer.exchangeEnded(this);
    server.observer.webSocketOpened(request.connection().protocol());
    // Captures no more than this: an idle websocket must not keep its exchange in memory.
    SocketEnd end = server.webSocketEnd;
    List<Runnable> actions = endActions.take();
    if (actions.isEmpty()) {
      return end;
    }
    return ageNs -> {
      end.ended(ageNs);
      EndActions.run(actions);
    };
  }

  /** When it ended, for those who need the time just then. */
  long endNs() {
    return startNs + durationNs;
  }

  // What the observer sees of an exchange that has ended.

  @Override
  public int status() {
    return status;
  }

  @Override
  public long durationNs() {
    return durationNs;
  }

  @Override
  public long firstByteNs() {
    return firstByteNs;
  }

  @Override
  public long requestBytes() {
    return body.bytes();
  }

  @Override
  public long responseBytes() {
    return sentBytes();
  }
}
