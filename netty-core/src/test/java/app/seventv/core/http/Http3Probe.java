package app.seventv.core.http;

import app.seventv.core.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3GoAwayFrame;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3SettingsFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An HTTP/3 connection whose frames a test writes and reads one by one, well formed or not. */
public final class Http3Probe implements AutoCloseable {
  private static final long LIMIT_SECONDS = 20;
  private static final long WINDOW_BYTES = 1 << 20;

  private final Channel datagrams;
  private final QuicChannel quic;

  /** Ids of the GOAWAY frames received. */
  final List<Long> goAways = new CopyOnWriteArrayList<>();

  /** The server's settings. */
  final CompletableFuture<Http3SettingsFrame> settings = new CompletableFuture<>();

  /** The server's control stream. */
  final CompletableFuture<QuicStreamChannel> control = new CompletableFuture<>();

  /** Error code of the CONNECTION_CLOSE received. */
  final CompletableFuture<Integer> closed = new CompletableFuture<>();

  /** Connects with a stream window that lets a megabyte arrive unread. */
  public Http3Probe(EventLoops loops, InetSocketAddress server) throws Exception {
    this(loops, server, WINDOW_BYTES);
  }

  Http3Probe(EventLoops loops, InetSocketAddress server, long windowBytes) throws Exception {
    QuicSslContext ssl =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .applicationProtocols("h3")
            .build();
    datagrams =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.transport().datagramChannel())
            .handler(
                Http3.newQuicClientCodecBuilder()
                    .sslContext(ssl)
                    .maxIdleTimeout(30, TimeUnit.SECONDS)
                    .initialMaxData(WINDOW_BYTES)
                    .initialMaxStreamDataBidirectionalLocal(windowBytes)
                    .initialMaxStreamDataUnidirectional(WINDOW_BYTES)
                    .initialMaxStreamsUnidirectional(16)
                    .build())
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    quic =
        QuicChannel.newBootstrap(datagrams)
            .handler(
                new ChannelInitializer<QuicChannel>() {
                  @Override
                  protected void initChannel(QuicChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new Http3ClientConnectionHandler(
                                new ControlReader(), null, null, null, true))
                        .addLast(new CloseReader());
                  }
                })
            .remoteAddress(server)
            .connect()
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Opens a stream. */
  public Stream open() throws Exception {
    Stream stream = new Stream();
    stream.channel = Http3.newRequestStream(quic, stream).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    return stream;
  }

  QuicChannel quic() {
    return quic;
  }

  @Override
  public void close() {
    quic.close().awaitUninterruptibly(LIMIT_SECONDS, TimeUnit.SECONDS);
    datagrams.close().awaitUninterruptibly(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** A request stream. */
  @SuppressWarnings("NullAway.Init") // open() sets the channel
  public static final class Stream extends ChannelInboundHandlerAdapter {
    private QuicStreamChannel channel;
    private @Nullable ChannelFuture last;
    private final GrowingBody body = new GrowingBody();
    private final List<Http3Headers> sections = new ArrayList<>();

    /** Completes when the server has ended the stream. */
    final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** Code of the server's RESET_STREAM. */
    final CompletableFuture<Long> reset = new CompletableFuture<>();

    /** Writes a field section; alternating names and values. */
    public Stream headers(String... fields) {
      Http3Headers section = new DefaultHttp3Headers(false);
      for (int i = 0; i < fields.length; i += 2) {
        section.add(fields[i], fields[i + 1]);
      }
      last = channel.writeAndFlush(new DefaultHttp3HeadersFrame(section));
      return this;
    }

    /** Writes a proper request head, with more fields. */
    public Stream request(String method, String path, String... more) {
      List<String> fields =
          new ArrayList<>(
              List.of(
                  ":method", method, ":scheme", "https", ":authority", "localhost", ":path", path));
      fields.addAll(List.of(more));
      return headers(fields.toArray(String[]::new));
    }

    /** Writes a DATA frame. */
    public Stream data(String text) {
      return data(text.getBytes(StandardCharsets.UTF_8));
    }

    Stream data(byte[] bytes) {
      last = channel.writeAndFlush(new DefaultHttp3DataFrame(Unpooled.wrappedBuffer(bytes)));
      return this;
    }

    /** Ends the client's side, once what was written before is on its way. */
    public Stream end() {
      if (last == null) {
        channel.shutdownOutput();
      } else {
        last.addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
      }
      return this;
    }

    QuicStreamChannel channel() {
      return channel;
    }

    synchronized String body() {
      return body.toString(StandardCharsets.UTF_8);
    }

    /** What has come of the body. */
    public synchronized byte[] bytes() {
      return body.toByteArray();
    }

    /** The body as it comes, up to the end of the stream, good or bad. */
    InputStream in() {
      return body.asStream(this::awaitMore);
    }

    private synchronized void awaitMore(int bytes) throws IOException {
      long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
      while (body.size() <= bytes && !ended.isDone() && !reset.isDone() && channel.isOpen()) {
        if (System.nanoTime() - endNs > 0) {
          throw new IOException("nothing came");
        }
        try {
          wait(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
      }
    }

    synchronized List<Http3Headers> sections() {
      return List.copyOf(sections);
    }

    /** Status of the latest response head, or an empty text. */
    synchronized String status() {
      String status = "";
      for (Http3Headers section : sections) {
        CharSequence value = section.status();
        status = value == null ? status : value.toString();
      }
      return status;
    }

    /** Fields of the first section. */
    synchronized Map<String, String> head() {
      Map<String, String> fields = new HashMap<>();
      sections.getFirst().forEach(e -> fields.put(e.getKey().toString(), e.getValue().toString()));
      return fields;
    }

    /** Waits for the end of the response. */
    public Stream await() throws Exception {
      ended.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      return this;
    }

    /** Waits for the server's reset and returns its code. */
    long awaitReset() throws Exception {
      return reset.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public synchronized void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http3HeadersFrame frame) {
        sections.add(frame.headers());
      } else if (message instanceof Http3DataFrame frame) {
        body.writeBytes(ByteBufUtil.getBytes(frame.content()));
      }
      notifyAll();
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        ended.complete(null);
        wakeUp();
      }
    }

    private synchronized void wakeUp() {
      notifyAll();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (cause instanceof QuicStreamResetException peerReset) {
        reset.complete(peerReset.applicationProtocolCode());
        wakeUp();
      }
    }
  }

  private final class ControlReader extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http3GoAwayFrame frame) {
        goAways.add(frame.id());
      } else if (message instanceof Http3SettingsFrame frame) {
        control.complete((QuicStreamChannel) ctx.channel());
        settings.complete(frame);
      }
      ReferenceCountUtil.release(message);
    }
  }

  private final class CloseReader extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof QuicConnectionCloseEvent close) {
        closed.complete(close.error());
      }
      ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      closed.complete(-1);
      ctx.fireChannelInactive();
    }
  }
}
