package app.seventv.core.websocket;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Request;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Server side of the opening handshake (RFC 6455 §4.2). */
public final class WebSocketHandshake {
  private static final String ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketHandshake() {}

  /** Whether a request asks for a websocket at all. */
  public static boolean isRequested(Request request) {
    return containsToken(request.headers(), "connection", "upgrade")
        && containsToken(request.headers(), "upgrade", "websocket");
  }

  /**
   * Completes the handshake: writes 101, takes the HTTP handlers out of the pipeline and puts the
   * frame codec in. A request that is no valid handshake gets its error through the exchange.
   *
   * @return whether the connection is a websocket now
   */
  public static boolean accept(
      Channel channel, Exchange exchange, WebSocketOptions options, WebSocketListener listener) {
    Request request = exchange.request();
    HttpError defect = defect(request);
    if (defect != null) {
      exchange.fail(defect);
      return false;
    }
    String key = request.headers().get("sec-websocket-key").trim();
    WebSocketChannelHandler session = new WebSocketChannelHandler(request, options, listener);
    channel.writeAndFlush(responseHead(channel, key, options.responseHeaders()));
    replaceHandlers(channel.pipeline(), session);
    session.opened();
    return true;
  }

  private static @Nullable HttpError defect(Request request) {
    HttpHeaders headers = request.headers();
    if (!request.method().equals("GET") || !isRequested(request)) {
      return new HttpError(400, "not a websocket handshake");
    }
    if (!"13".equals(headers.get("sec-websocket-version"))) {
      return new HttpError(426, "websocket version 13 is required");
    }
    String key = headers.get("sec-websocket-key");
    if (key == null) {
      return new HttpError(400, "sec-websocket-key is required");
    }
    return null;
  }

  private static ByteBuf responseHead(Channel channel, String key, HttpHeaders extra) {
    StringBuilder head = new StringBuilder(192);
    head.append("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n")
        .append("sec-websocket-accept: ")
        .append(acceptValue(key))
        .append("\r\n");
    for (Map.Entry<String, String> field : extra) {
      head.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
    }
    byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    return channel.alloc().buffer(bytes.length).writeBytes(bytes);
  }

  static String acceptValue(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + ACCEPT_SALT).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /**
   * Leaves only TLS and the frame codec: an idle websocket must not pay for HTTP. The codec goes in
   * before the HTTP decoder comes out, because that passes on bytes it has read ahead.
   */
  private static void replaceHandlers(ChannelPipeline pipeline, WebSocketChannelHandler session) {
    var old = new ArrayList<String>();
    for (Map.Entry<String, ChannelHandler> entry : pipeline) {
      if (!(entry.getValue() instanceof SslHandler)) {
        old.add(entry.getKey());
      }
    }
    pipeline.addLast("websocket", session);
    for (String name : old) {
      ChannelHandlerContext ctx = pipeline.context(name);
      if (ctx != null) {
        pipeline.remove(name);
      }
    }
  }

  private static boolean containsToken(HttpHeaders headers, String name, String token) {
    for (String value : headers.getAll(name)) {
      for (String part : value.split(",", -1)) {
        if (part.trim().toLowerCase(Locale.ROOT).equals(token)) {
          return true;
        }
      }
    }
    return false;
  }
}
