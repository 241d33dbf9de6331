package app.seventv.core.websocket;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpDate;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.sockets.SocketMove;
import app.seventv.core.sockets.SocketTable;
import app.seventv.core.sockets.TlsEndHold;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Server side of the opening handshake (RFC 6455 §4.2, RFC 8441 §5, RFC 9220 §3). */
public final class WebSocketHandshake {
  private static final String ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** What {@code :protocol} and {@code upgrade} say. */
  public static final String PROTOCOL = "websocket";

  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;
  private static final int CRLF = '\r' << 8 | '\n';
  private static final byte[] HEAD_START =
      ("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
              + "sec-websocket-accept: ")
          .getBytes(StandardCharsets.US_ASCII);

  /** Looking the algorithm up costs more than the digest; asking resets it. */
  private static final FastThreadLocal<MessageDigest> SHA_1 =
      new FastThreadLocal<>() {
        @Override
        protected MessageDigest initialValue() throws NoSuchAlgorithmException {
          return MessageDigest.getInstance("SHA-1");
        }
      };

  private WebSocketHandshake() {}

  /** Whether a request asks for a websocket at all, in the way of its HTTP version. */
  public static boolean isRequested(Request request) {
    return request.connection().protocol() == Protocol.HTTP_1
        ? Tokens.contains(request.headers(), "connection", "upgrade")
            && Tokens.contains(request.headers(), "upgrade", PROTOCOL)
        : PROTOCOL.equals(request.connectProtocol());
  }

  /**
   * Completes the handshake of HTTP/1.1: takes the HTTP handlers out of the pipeline, puts the
   * session in and writes 101. A request that is no valid handshake gets its error through the
   * exchange. Bytes that the HTTP decoder has read ahead may be fired into the pipeline at any time
   * from the decoder's removal on.
   *
   * @param table where the socket moves if it can, so that the channel goes too; {@link SocketMove}
   *     is in the pipeline then
   * @return whether the connection is a websocket now
   */
  public static boolean accept(
      Channel channel,
      Exchange exchange,
      WebSocketOptions options,
      WebSocketListener listener,
      @Nullable SocketTable table) {
    Request request = exchange.request();
    HttpError defect = upgradeDefect(request, options);
    Agreement agreed = agree(exchange, options, defect);
    if (agreed == null) {
      return false;
    }
    String key = String.valueOf(request.header("sec-websocket-key")).strip();
    ByteBuf head = responseHead(channel, key, agreed, options);
    MoveOutcome outcome = move(channel, table, options, listener, head, agreed);
    outcome.add();
    if (outcome == MoveOutcome.MOVED) {
      return true;
    }
    var handler = new WebSocketChannelHandler(options, agreed.isCompressed(), listener);
    channel
        .config()
        .setWriteBufferWaterMark(
            new WriteBufferWaterMark(
                options.writeLowWatermarkBytes(), options.writeHighWatermarkBytes()));
    replaceHandlers(channel.pipeline(), handler);
    channel.config().setAutoRead(true); // HTTP may have paused it for what came ahead
    channel.pipeline().writeAndFlush(head);
    handler.session().open(agreed.subprotocol());
    return true;
  }

  private static MoveOutcome move(
      Channel channel,
      @Nullable SocketTable table,
      WebSocketOptions options,
      WebSocketListener listener,
      ByteBuf head,
      Agreement agreed) {
    if (table == null) {
      return MoveOutcome.NO_TABLE;
    }
    if (agreed.isCompressed()) {
      return MoveOutcome.COMPRESSED;
    }
    return move(channel, table, options, listener, head, agreed.subprotocol())
        ? MoveOutcome.MOVED
        : MoveOutcome.BOUND_TO_CHANNEL;
  }

  /** Makes a session of the table's and sends its socket there. */
  private static boolean move(
      Channel channel,
      SocketTable table,
      WebSocketOptions options,
      WebSocketListener listener,
      ByteBuf head,
      String subprotocol) {
    if (!SocketMove.isPossible(channel)) {
      return false;
    }
    SocketSession session = SocketSession.reserve(table, options, listener);
    if (session == null) {
      return false;
    }
    SocketMove move = session.move();
    TlsEndHold end = channel.pipeline().get(TlsEndHold.class);
    if (end != null) {
      end.holdUntilRemoved();
    }
    replaceHandlers(channel.pipeline(), move);
    session.open(head, subprotocol);
    move.start(channel);
    return true;
  }

  /**
   * Completes the handshake of HTTP/2 and HTTP/3: answers the extended CONNECT with 200 and makes
   * the stream a websocket. A request that is no valid handshake gets its error.
   *
   * @return whether the stream is a websocket now
   */
  public static boolean accept(
      Exchange exchange, WebSocketOptions options, WebSocketListener listener) {
    Agreement agreed = agree(exchange, options, connectDefect(exchange.request()));
    if (agreed == null) {
      return false;
    }
    var stream = exchange.start(200, agreed.headers(options));
    new WebSocketExchange(exchange, stream, options, agreed.isCompressed(), listener)
        .open(agreed.subprotocol());
    return true;
  }

  /** RFC 6455 §4.2.1. */
  private static @Nullable HttpError upgradeDefect(Request request, WebSocketOptions options) {
    HttpHeaders headers = request.headers();
    boolean isStrict = options.strictHandshake();
    if (!request.method().equals("GET") || (isStrict && !isRequested(request))) {
      return new HttpError(400, "not a websocket handshake");
    }
    if (request.authority() == null) {
      return new HttpError(400, "host is required");
    }
    if (headers.contains("transfer-encoding")
        || !headers.get("content-length", "0").strip().equals("0")) {
      return new HttpError(400, "a websocket handshake has no body");
    }
    List<String> keys = headers.getAll("sec-websocket-key");
    boolean isValid = keys.size() == 1 && isKey(keys.getFirst().strip());
    if (keys.isEmpty() || (isStrict && !isValid)) {
      return new HttpError(400, "sec-websocket-key must be 16 bytes in base64");
    }
    return null;
  }

  private static @Nullable HttpError connectDefect(Request request) {
    return request.method().equals("CONNECT") && isRequested(request)
        ? null
        : new HttpError(400, "not a websocket handshake");
  }

  private static boolean isKey(String key) {
    try {
      return key.length() == 24 && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** What both sides have agreed on; null if the exchange has been answered with an error. */
  private static @Nullable Agreement agree(
      Exchange exchange, WebSocketOptions options, @Nullable HttpError defect) {
    if (defect != null) {
      exchange.fail(defect);
      return null;
    }
    HttpHeaders headers = exchange.request().headers();
    List<String> versions = headers.getAll("sec-websocket-version");
    if (versions.size() != 1 || !versions.getFirst().strip().equals(VERSION)) {
      boolean upgradable = exchange.request().connection().protocol() == Protocol.HTTP_1;
      exchange.beforeHead((status, response) -> {
        response.set("sec-websocket-version", VERSION); // RFC 6455 §4.4
        if (upgradable) { // RFC 9110 §7.8, §15.5.22
          response.set("upgrade", PROTOCOL).set("connection", "upgrade");
        }
      });
      exchange.fail(new HttpError(426, "websocket version 13 is required"));
      return null;
    }
    String origin = headers.get("origin");
    if (origin != null
        && !options.allowedOrigins().isEmpty()
        && !options.allowedOrigins().contains(origin.strip().toLowerCase(Locale.ROOT))) {
      exchange.fail(new HttpError(403, "origin is not allowed"));
      return null;
    }
    List<ExtensionOffer> offers =
        ExtensionOffer.parse(String.join(",", headers.getAll("sec-websocket-extensions")));
    if (offers == null && options.strictHandshake()) {
      exchange.fail(new HttpError(400, "sec-websocket-extensions is malformed"));
      return null;
    }
    return new Agreement(
        subprotocol(Tokens.list(headers, "sec-websocket-protocol"), options.subprotocols()),
        offers != null && options.compression() ? extensions(offers) : "");
  }

  private static String subprotocol(List<String> offered, List<String> supported) {
    for (String protocol : supported) {
      if (offered.contains(protocol)) {
        return protocol;
      }
    }
    return "";
  }

  private static String extensions(List<ExtensionOffer> offers) {
    for (ExtensionOffer offer : offers) {
      String accepted = offer.accept();
      if (accepted != null) {
        return accepted;
      }
    }
    return "";
  }

  /**
   * Outcome of a handshake.
   *
   * @param subprotocol chosen application protocol, or the empty string
   * @param extensions value of {@code sec-websocket-extensions}, or the empty string
   */
  private record Agreement(String subprotocol, String extensions) {
    boolean isCompressed() {
      return !extensions.isEmpty();
    }

    HttpHeaders headers(WebSocketOptions options) {
      HttpHeaders headers = Response.newHeaders().add(options.responseHeaders());
      if (!subprotocol.isEmpty()) {
        headers.set("sec-websocket-protocol", subprotocol);
      }
      if (!extensions.isEmpty()) {
        headers.set("sec-websocket-extensions", extensions);
      }
      return headers;
    }
  }

  private static ByteBuf responseHead(
      Channel channel, String key, Agreement agreed, WebSocketOptions options) {
    byte[] fields = options.responseFields();
    ByteBuf head = channel.alloc().buffer(HEAD_START.length + fields.length + 128);
    head.writeBytes(HEAD_START);
    ByteBufUtil.writeAscii(head, acceptValue(key));
    head.writeShort(CRLF).writeBytes(fields);
    field(head, "date", HttpDate.now());
    field(head, "sec-websocket-protocol", agreed.subprotocol());
    field(head, "sec-websocket-extensions", agreed.extensions());
    return head.writeShort(CRLF);
  }

  private static void field(ByteBuf head, String name, String value) {
    if (!value.isEmpty()) {
      head.writeCharSequence(name + ": " + value + "\r\n", StandardCharsets.ISO_8859_1);
    }
  }

  static String acceptValue(String key) {
    byte[] salted = (key + ACCEPT_SALT).getBytes(StandardCharsets.ISO_8859_1);
    return Base64.getEncoder().encodeToString(SHA_1.get().digest(salted));
  }

  /**
   * Leaves only TLS and the session: an idle websocket must not pay for HTTP. The session goes in
   * before the HTTP decoder comes out, because that passes on bytes it has read ahead.
   */
  private static void replaceHandlers(ChannelPipeline pipeline, ChannelHandler session) {
    var old = new ArrayList<ChannelHandler>();
    for (Map.Entry<String, ChannelHandler> entry : pipeline) {
      ChannelHandler handler = entry.getValue();
      boolean moves = session instanceof SocketMove && handler instanceof TlsEndHold;
      if (!(handler instanceof SslHandler || moves)) {
        old.add(handler);
      }
    }
    pipeline.addLast(PROTOCOL, session);
    for (ChannelHandler handler : old) {
      if (pipeline.context(handler) != null) { // some leave together
        pipeline.remove(handler);
      }
    }
  }
}
