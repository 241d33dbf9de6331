package app.seventv.benchmarks;

import app.seventv.core.http.Connection;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.ReferenceCountUtil;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Decoding and echoing one read's worth of masked text frames, without a socket: this codec and
 * Netty's {@link WebSocketServerProtocolHandler}, both after their handshake.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WebSocketCodecJmh {
  private static final int MAX_FRAME_BYTES = 1 << 20;
  private static final int MASK = 0x5A17C3E9;

  private final byte[] small = frames(64, 32);
  private final byte[] medium = frames(32, 512);
  private final byte[] large = frames(1, 16 << 10);
  private EmbeddedChannel own = new EmbeddedChannel();
  private EmbeddedChannel stock = new EmbeddedChannel();

  /** Opens one session of each kind. */
  @Setup
  public void open() {
    own = new EmbeddedChannel();
    WebSocketHandshake.accept(
        own,
        exchange(),
        WebSocketOptions.builder().maxFrameBytes(MAX_FRAME_BYTES).build(),
        new Echo(),
        null);
    drain(own);
    stock =
        new EmbeddedChannel(
            new HttpServerCodec(),
            new HttpObjectAggregator(1024),
            new WebSocketServerProtocolHandler(
                WebSocketServerProtocolConfig.newBuilder()
                    .websocketPath("/")
                    .maxFramePayloadLength(MAX_FRAME_BYTES)
                    .build()),
            new StockEcho());
    stock.writeInbound(
        Unpooled.copiedBuffer(
            """
            GET / HTTP/1.1\r
            host: a\r
            upgrade: websocket\r
            connection: upgrade\r
            sec-websocket-version: 13\r
            sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r
            """,
            StandardCharsets.US_ASCII));
    drain(stock);
    if (echo(own, small) != echo(stock, small) || echo(own, large) != echo(stock, large)) {
      throw new IllegalStateException("the two do not echo the same");
    }
  }

  /** 64 frames of 32 bytes. */
  @Benchmark
  public int smallOwn() {
    return echo(own, small);
  }

  /** The same through Netty's codec. */
  @Benchmark
  public int smallStock() {
    return echo(stock, small);
  }

  /** 32 frames of 512 bytes. */
  @Benchmark
  public int mediumOwn() {
    return echo(own, medium);
  }

  /** The same through Netty's codec. */
  @Benchmark
  public int mediumStock() {
    return echo(stock, medium);
  }

  /** One frame of 16 KiB. */
  @Benchmark
  public int largeOwn() {
    return echo(own, large);
  }

  /** The same through Netty's codec. */
  @Benchmark
  public int largeStock() {
    return echo(stock, large);
  }

  private static int echo(EmbeddedChannel channel, byte[] frames) {
    channel.writeInbound(channel.alloc().directBuffer(frames.length).writeBytes(frames));
    return drain(channel);
  }

  /** Takes what the session has written; returns its length. */
  private static int drain(EmbeddedChannel channel) {
    int bytes = 0;
    for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      bytes += out instanceof ByteBuf buffer ? buffer.readableBytes() : 0;
      ReferenceCountUtil.release(out);
    }
    return bytes;
  }

  private static byte[] frames(int count, int payloadBytes) {
    ByteBuf all = Unpooled.buffer();
    for (int i = 0; i < count; i++) {
      all.writeByte(0x81);
      if (payloadBytes <= 125) {
        all.writeByte(0x80 | payloadBytes);
      } else {
        all.writeByte(0x80 | 126).writeShort(payloadBytes);
      }
      all.writeInt(MASK);
      for (int at = 0; at < payloadBytes; at++) {
        all.writeByte(('a' + at % 26) ^ (MASK >>> (24 - 8 * (at & 3))));
      }
    }
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes).release();
    return bytes;
  }

  /** An exchange that has a request and is good for a handshake only. */
  private static Exchange exchange() {
    InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    HttpHeaders headers =
        Response.newHeaders()
            .set("host", "a")
            .set("upgrade", "websocket")
            .set("connection", "upgrade")
            .set("sec-websocket-version", "13")
            .set("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    Request request =
        new Request("GET", "/", headers, new Connection(Protocol.HTTP_1, nobody, 1, false));
    return (Exchange)
        Proxy.newProxyInstance(
            Exchange.class.getClassLoader(),
            new Class<?>[] {Exchange.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("request")) {
                return request;
              }
              throw new IllegalStateException("handshake refused by " + method.getName());
            });
  }

  private static final class Echo implements WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, String subprotocol) {}

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {
      socket.writeText(utf8.retainedSlice());
      socket.flush();
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {}
  }

  private static final class StockEcho extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof WebSocketFrame) {
        ctx.write(message, ctx.voidPromise());
      } else {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }
}
