package app.seventv.events;

import app.seventv.core.http.ClientAddress;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.http.ResponseStream;
import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one public route (event-api.md §2). */
final class EventEndpoint implements Handler {
  private static final String PATH = "/v3";
  private static final int MAX_APP_BYTES = 32;
  private static final int MAX_VERSION_BYTES = 16;
  private static final int MAX_FRAME_BYTES = 16_384;
  private static final int MAX_MESSAGE_BYTES = 18_432;
  private static final long CLOSE_TIMEOUT_MS = 5_000;
  private static final String RETRY_AFTER_SECONDS = "2";
  private static final String VARY =
      "origin, access-control-request-method, access-control-request-headers";

  private static final Exchange.BodySink IGNORED_BODY =
      new Exchange.BodySink() {
        @Override
        public void chunk(ByteBuf data) {
          data.release();
        }

        @Override
        public void end(HttpHeaders trailers) {}

        @Override
        public void aborted() {}
      };

  private final Map<EventExecutor, SessionLoop> loops;
  private final Population population;
  private final @Nullable Integer connectionLimit;
  private final Admission admission;
  private final ClientAddress clientAddress;
  private final ClientKinds clients;
  private final String serverName;
  private final WebSocketOptions webSocketOptions;
  private volatile boolean draining;

  EventEndpoint(
      Map<EventExecutor, SessionLoop> loops,
      Population population,
      @Nullable Integer connectionLimit,
      Admission admission,
      ClientAddress clientAddress,
      ClientKinds clients,
      String serverName) {
    this.loops = Map.copyOf(loops);
    this.population = population;
    this.connectionLimit = connectionLimit;
    this.admission = admission;
    this.clientAddress = clientAddress;
    this.clients = clients;
    this.serverName = serverName;
    HttpHeaders headers = Response.newHeaders();
    commonHeaders(headers);
    this.webSocketOptions =
        WebSocketOptions.builder()
            .maxFrameBytes(MAX_FRAME_BYTES)
            .maxMessageBytes(MAX_MESSAGE_BYTES)
            .closeTimeoutMs(CLOSE_TIMEOUT_MS)
            .responseHeaders(headers)
            .strictHandshake(false) // event-api.md §2.4: any key, offers are ignored
            .build();
  }

  /** Refuses new sessions from now on: nobody is there to take them over. */
  void startDraining() {
    draining = true;
  }

  @Override
  public void handle(Exchange exchange) {
    Request request = exchange.request();
    boolean isPreflight = request.method().equals("OPTIONS");
    boolean isEndpoint = request.path().startsWith(PATH);
    exchange.beforeHead((status, headers) -> {
      commonHeaders(headers);
      if (isEndpoint && isPreflight) {
        headers.remove("access-control-expose-headers");
        headers.set("access-control-allow-methods", "*");
        headers.set("access-control-allow-headers", "*");
      }
    });
    if (!isEndpoint) {
      exchange.respond(Response.of(404));
    } else if (isPreflight) {
      exchange.respond(Response.of(200));
    } else {
      connect(exchange, request);
    }
  }

  private void commonHeaders(HttpHeaders headers) {
    headers.set("server", serverName);
    headers.set("vary", VARY);
    headers.set("access-control-allow-origin", "*");
    headers.set("access-control-expose-headers", "*");
  }

  /** The checks of event-api.md §2.3, in their order. */
  private void connect(Exchange exchange, Request request) {
    InetAddress client;
    try {
      client = clientAddress.of(request);
    } catch (HttpError e) {
      Response refusal = Response.text(e.status(), e.clientMessage());
      refusal.headers().remove("content-type");
      exchange.respond(refusal);
      return;
    }
    FormQuery query = FormQuery.parse(request.rawQuery());
    checkClientNames(query);
    if (draining) {
      throw new HttpError(503, EndReason.RESTART.message());
    }
    if (connectionLimit != null && population.open() >= connectionLimit) {
      throw new HttpError(503, "connection limit reached");
    }
    boolean isWebSocket = isWebSocket(request);
    if ((isWebSocket || request.method().equals("GET")) && !admission.tryAdmit()) {
      Response refusal = Response.text(503, "too many connections at once");
      refusal.headers().set("retry-after", RETRY_AFTER_SECONDS);
      exchange.respond(refusal);
      return;
    }
    List<SubscriptionRequest> inline;
    try {
      inline = InlineSubscriptions.of(request, request.path().substring(PATH.length()), query);
    } catch (InvalidPayloadException e) {
      throw new HttpError(400, "failed to parse query");
    }
    if (isWebSocket) {
      ClientKind kind = kind(ClientKind.WEBSOCKET, request, query);
      SessionLoop loop = loop(exchange);
      exchange.upgrade(
          webSocketOptions,
          inline.isEmpty()
              ? new WebSocketSession(loop, kind)
              : new InlineWebSocketSession(loop, kind, inline));
    } else if (request.method().equals("GET")) {
      stream(exchange, kind(ClientKind.EVENT_STREAM, request, query), client, inline);
    } else {
      throw new HttpError(405, "method not allowed");
    }
  }

  private static void checkClientNames(FormQuery query) {
    for (String name : List.of("app", "version")) {
      if (query.isRepeated(name)) {
        throw new HttpError(
            400, "Failed to deserialize query string: duplicate field `" + name + "`");
      }
    }
    checkLength(query.first("app"), MAX_APP_BYTES, "app metadata too long");
    checkLength(query.first("version"), MAX_VERSION_BYTES, "version metadata too long");
  }

  private static void checkLength(@Nullable String value, int maxBytes, String message) {
    if (value != null && value.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
      throw new HttpError(400, message);
    }
  }

  /** A request that is no complete handshake becomes a stream (event-api.md §2.4). */
  private static boolean isWebSocket(Request request) {
    if (!"13".equals(request.header("sec-websocket-version"))) {
      return false;
    }
    if (request.connection().protocol() != Protocol.HTTP_1) {
      return WebSocketHandshake.isRequested(request);
    }
    String connection = String.join(",", request.headers().getAll("connection"));
    return request.method().equals("GET")
        && connection.toLowerCase(Locale.ROOT).contains("upgrade") // anywhere, as always
        && "websocket".equalsIgnoreCase(request.header("upgrade"))
        && request.header("sec-websocket-key") != null;
  }

  private ClientKind kind(String transport, Request request, FormQuery query) {
    return clients.of(
        transport, query.first("app"), query.first("version"), request.header("user-agent"));
  }

  private SessionLoop loop(Exchange exchange) {
    SessionLoop loop = loops.get(exchange.executor());
    if (loop == null) {
      throw new IllegalStateException("connection on a foreign loop");
    }
    return loop;
  }

  private void stream(
      Exchange exchange, ClientKind kind, InetAddress client, List<SubscriptionRequest> inline) {
    exchange.streamBody(IGNORED_BODY);
    HttpHeaders headers = Response.newHeaders();
    headers.set("content-type", "text/event-stream");
    headers.add("cache-control", "no-cache");
    headers.add("cache-control", "no-cache"); // twice, as clients have always got it
    headers.set("x-accel-buffering", "no");
    ResponseStream stream = exchange.start(200, headers);
    stream.endWithClient(); // who goes away is noticed now, not with the next heartbeat
    LastEventId last = LastEventId.of(exchange.request(), client);
    SseSession session =
        new SseSession(loop(exchange), kind, stream, last.request(), last.number());
    exchange.onEnd(() -> session.left(CloseLabels.ABNORMAL));
    session.open(inline);
  }
}
