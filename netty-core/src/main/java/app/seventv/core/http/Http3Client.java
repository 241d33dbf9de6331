package app.seventv.core.http;

import app.seventv.core.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.http3.Http3GoAwayFrame;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A plain HTTP/3 client on one connection, for checks and load: the JDK has none. It trusts any
 * certificate and holds whole bodies in memory, so it is no client for production.
 */
public final class Http3Client implements AutoCloseable {
  private static final long TIMEOUT_MS = 10_000;

  /** As long as servers wait, so that a slow answer finds its connection. */
  private static final long IDLE_MS = 30_000;

  private static final long WINDOW_BYTES = 16 << 20;

  private final InetSocketAddress server;
  private final Channel datagrams;
  private final QuicChannel quic;
  private final GoAwayReader goAway;

  private Http3Client(
      InetSocketAddress server, Channel datagrams, QuicChannel quic, GoAwayReader goAway) {
    this.server = server;
    this.datagrams = datagrams;
    this.quic = quic;
    this.goAway = goAway;
  }

  /**
   * Connects.
   *
   * @throws IOException if the handshake fails or takes over 10 s
   */
  public static Http3Client connect(EventLoops loops, InetSocketAddress server) throws IOException {
    QuicSslContext ssl =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .applicationProtocols(Http3.supportedApplicationProtocols())
            .build();
    Channel datagrams =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.transport().datagramChannel())
            .handler(
                Http3.newQuicClientCodecBuilder()
                    .sslContext(ssl)
                    .maxIdleTimeout(IDLE_MS, TimeUnit.MILLISECONDS)
                    .initialMaxData(WINDOW_BYTES)
                    .initialMaxStreamDataBidirectionalLocal(WINDOW_BYTES)
                    .initialMaxStreamDataUnidirectional(WINDOW_BYTES)
                    .initialMaxStreamsUnidirectional(16)
                    .build())
            .bind(
                new InetSocketAddress(
                    server.getAddress().isLoopbackAddress() ? "127.0.0.1" : "0.0.0.0", 0))
            .syncUninterruptibly()
            .channel();
    GoAwayReader goAway = new GoAwayReader();
    try {
      QuicChannel quic =
          QuicChannel.newBootstrap(datagrams)
              .handler(new Http3ClientConnectionHandler(goAway, null, null, null, true))
              .option(
                  QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                  loops.transport().datagramSegments())
              .remoteAddress(server)
              .connect()
              .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
      return new Http3Client(server, datagrams, quic, goAway);
    } catch (ExecutionException | TimeoutException e) {
      datagrams.close();
      throw new IOException("HTTP/3 handshake with " + server + " failed", e);
    } catch (InterruptedException e) {
      datagrams.close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted during the HTTP/3 handshake", e);
    }
  }

  /** The server has not looked at the request, which may be repeated (RFC 9114 §4.1.1). */
  public static final class RejectedException extends IOException {
    private static final long serialVersionUID = 1L;

    RejectedException(@Nullable Throwable cause) {
      super("the server has refused the request before it began", cause);
    }
  }

  /** A finished answer; header names are lower case, the last value wins. */
  public static final class Answer {
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    Answer(int status, Map<String, String> headers, byte[] body) {
      this.status = status;
      this.headers = headers;
      this.body = body;
    }

    /** HTTP status code. */
    public int status() {
      return status;
    }

    /** Header fields without pseudo-headers. */
    public Map<String, String> headers() {
      return headers;
    }

    /** Whole body; the caller must not change it. */
    public byte[] body() {
      return body;
    }
  }

  /**
   * Whether no more requests should be sent: the server has asked the client to leave (GOAWAY), or
   * the connection has ended.
   */
  public boolean isLeaving() {
    Http3ClientConnectionHandler handler = quic.pipeline().get(Http3ClientConnectionHandler.class);
    return !quic.isActive() || handler == null || handler.isGoAwayReceived();
  }

  /**
   * Sends a request on a new stream. It fails with {@link RejectedException} if the server cannot
   * have begun with it: repeat it on a new connection then.
   */
  public CompletableFuture<Answer> send(
      String method, String target, Map<String, String> headers, byte[] body) {
    return send(method, target, headers, body, part -> {});
  }

  /**
   * The same, and tells of each part of the answer's body as it arrives.
   *
   * @param arriving called on the event loop
   */
  public CompletableFuture<Answer> send(
      String method,
      String target,
      Map<String, String> headers,
      byte[] body,
      Consumer<byte[]> arriving) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Http3.newRequestStream(quic, new AnswerReader(answer, goAway, arriving))
        .addListener(opened -> {
          if (!opened.isSuccess()) {
            answer.completeExceptionally(new RejectedException(opened.cause()));
            return;
          }
          QuicStreamChannel stream = (QuicStreamChannel) opened.getNow();
          if (isLeaving()) {
            // A GOAWAY that came since the caller looked: the codec would drop what we write.
            answer.completeExceptionally(new RejectedException(null));
            stream.close();
            return;
          }
          write(stream, method, target, headers, body);
        });
    return answer;
  }

  /**
   * {@code GET}, waiting for the answer.
   *
   * @throws IOException if the stream fails or nothing arrives within 10 s
   */
  public Answer get(String target) throws IOException {
    try {
      return send("GET", target, Map.of(), new byte[0]).get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("HTTP/3 request failed: " + target, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted during an HTTP/3 request", e);
    }
  }

  private void write(
      QuicStreamChannel stream,
      String method,
      String target,
      Map<String, String> headers,
      byte[] body) {
    Http3Headers fields =
        new DefaultHttp3Headers()
            .method(method)
            .path(target)
            .scheme("https")
            .authority(server.getHostString() + ':' + server.getPort());
    headers.forEach(fields::add);
    if (body.length > 0) {
      stream.write(new DefaultHttp3HeadersFrame(fields));
      stream
          .writeAndFlush(new DefaultHttp3DataFrame(Unpooled.wrappedBuffer(body)))
          .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
    } else {
      stream
          .writeAndFlush(new DefaultHttp3HeadersFrame(fields))
          .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
    }
  }

  @Override
  public void close() {
    quic.close().awaitUninterruptibly(TIMEOUT_MS);
    datagrams.close().awaitUninterruptibly(TIMEOUT_MS);
  }

  private static final class AnswerReader extends Http3RequestStreamInboundHandler {
    private final CompletableFuture<Answer> answer;
    private final GoAwayReader goAway;
    private final Consumer<byte[]> arriving;
    private final Map<String, String> headers = new HashMap<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    AnswerReader(CompletableFuture<Answer> answer, GoAwayReader goAway, Consumer<byte[]> arriving) {
      this.answer = answer;
      this.goAway = goAway;
      this.arriving = arriving;
    }

    @Override
    protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame frame) {
      frame.headers().forEach(h -> headers.put(h.getKey().toString(), h.getValue().toString()));
    }

    @Override
    protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame frame) {
      byte[] part = ByteBufUtil.getBytes(frame.content());
      frame.release();
      body.writeBytes(part);
      arriving.accept(part);
    }

    @Override
    protected void channelInputClosed(ChannelHandlerContext ctx) {
      String status = headers.remove(":status");
      if (status == null) {
        answer.completeExceptionally(new IOException("stream ended without a response"));
      } else {
        answer.complete(new Answer(Integer.parseInt(status), headers, body.toByteArray()));
      }
      ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      boolean rejected =
          cause instanceof QuicStreamResetException reset
              && reset.applicationProtocolCode() == Http3ErrorCode.H3_REQUEST_REJECTED.code();
      answer.completeExceptionally(rejected ? new RejectedException(cause) : cause);
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      boolean refused = ((QuicStreamChannel) ctx.channel()).streamId() >= goAway.firstRefusedId;
      answer.completeExceptionally(
          refused
              ? new RejectedException(null)
              : new IOException("the connection ended before the response did"));
    }
  }

  /** Remembers from which request on the server takes none (RFC 9114 §5.2). */
  private static final class GoAwayReader extends SimpleChannelInboundHandler<Http3GoAwayFrame> {
    // Control and request streams of a connection are on one loop.
    private long firstRefusedId = Long.MAX_VALUE;

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Http3GoAwayFrame frame) {
      firstRefusedId = frame.id();
    }
  }
}
