package app.seventv.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Many websocket clients that shake hands, send their subscriptions and then sit still. Raw bytes
 * instead of a client library: the generator must not cost more than the server.
 */
final class IdleClients implements AutoCloseable {
  /** Handshakes under way at once. */
  private static final int CONCURRENT_HANDSHAKES = 256;

  /** The same with TLS, where a busy machine would let them time out. */
  private static final int CONCURRENT_TLS_HANDSHAKES = 48;

  private static final long HANDSHAKE_LIMIT_SECONDS = 60;

  /** See tcp(7). */
  private static final ChannelOption<Integer> TCP_MAXSEG =
      new IntegerUnixChannelOption("TCP_MAXSEG", 6, 2);

  private static final byte[] ACK_MARK = "\"op\":5".getBytes(StandardCharsets.US_ASCII);

  private final ClientLoop loops;
  private final InetSocketAddress server;
  private final String path;
  private final IntFunction<List<String>> subscriptions;
  private @Nullable Tls tls;
  private @Nullable InetAddress source;
  private int receiveBufferBytes;
  private int segmentBytes;
  private final int minFrameBytes;
  private final FrameListener frames;
  private volatile int lastFrameBytes;
  private final List<Channel> channels = new ArrayList<>();
  private final AtomicInteger failed = new AtomicInteger();

  /**
   * @param subscriptions messages that the client of a number sends after the handshake; each is
   *     answered by one ACK (opcode 5)
   */
  IdleClients(
      ClientLoop loops,
      InetSocketAddress server,
      String path,
      IntFunction<List<String>> subscriptions) {
    this(loops, server, path, subscriptions, 0, (first, count) -> {});
  }

  /**
   * @param minFrameBytes frames with a smaller payload are not told
   * @param frames is told of each client's further frames
   */
  IdleClients(
      ClientLoop loops,
      InetSocketAddress server,
      String path,
      IntFunction<List<String>> subscriptions,
      int minFrameBytes,
      FrameListener frames) {
    this.minFrameBytes = minFrameBytes;
    this.frames = frames;
    this.loops = loops;
    this.server = server;
    this.path = path;
    this.subscriptions = subscriptions;
  }

  /** Connects with TLS; the certificate is not checked. */
  IdleClients withTls() throws IOException {
    return withTls(Tls.create());
  }

  /** Connects with TLS and resumes the sessions of earlier clients. */
  IdleClients withTls(Tls settings) {
    tls = settings;
    return this;
  }

  /** Connects from an address. */
  IdleClients from(InetAddress address) {
    source = address;
    return this;
  }

  /** Lets the kernel take in little of what a client does not read; the kernel adds to it. */
  IdleClients withReceiveBuffer(int bytes) {
    receiveBufferBytes = bytes;
    return this;
  }

  /**
   * Has the kernel send in small segments, so that it takes in little on the server's side, too: it
   * sizes a send buffer by them.
   */
  IdleClients withSegments(int bytes) {
    segmentBytes = bytes;
    return this;
  }

  /** Settings of TLS clients, and the sessions that they can resume. */
  record Tls(SslContext context) {
    static Tls create() throws IOException {
      return new Tls(
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.OPENSSL_REFCNT)
              .protocols("TLSv1.3")
              .trustManager(InsecureTrustManagerFactory.INSTANCE)
              .endpointIdentificationAlgorithm(null)
              .build());
    }
  }

  /** Told of frames that arrive. */
  interface FrameListener {
    /**
     * A client has got some.
     *
     * @param first number of the first, counted for the client
     */
    void received(int first, int count);
  }

  /** Size of the largest frame that was counted last, with its header. */
  int lastFrameBytes() {
    return lastFrameBytes;
  }

  /** The clients read nothing any more. */
  void stopReading() {
    channels.forEach(channel -> channel.config().setAutoRead(false));
  }

  /** Opens clients until there are {@code count}, all of them acknowledged. */
  void growTo(int count) throws IOException, InterruptedException {
    int concurrent = tls == null ? CONCURRENT_HANDSHAKES : CONCURRENT_TLS_HANDSHAKES;
    Semaphore slots = new Semaphore(concurrent);
    Bootstrap bootstrap = loops.client();
    if (receiveBufferBytes > 0) {
      bootstrap.option(ChannelOption.SO_RCVBUF, receiveBufferBytes);
    }
    if (segmentBytes > 0) {
      bootstrap.option(TCP_MAXSEG, segmentBytes);
    }
    while (channels.size() < count) {
      if (!slots.tryAcquire(HANDSHAKE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("handshakes are stuck at " + channels.size() + " clients");
      }
      int number = channels.size();
      Client client = new Client(slots, subscriptions.apply(number));
      channels.add(
          bootstrap
              .clone()
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      Tls secure = tls;
                      if (secure != null) {
                        channel
                            .pipeline()
                            .addLast(
                                secure
                                    .context()
                                    .newHandler(
                                        channel.alloc(), server.getHostString(), server.getPort()));
                      }
                      channel.pipeline().addLast(client);
                    }
                  })
              .connect(server, source == null ? null : new InetSocketAddress(source, 0))
              .channel());
    }
    if (!slots.tryAcquire(concurrent, HANDSHAKE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("not every client was acknowledged");
    }
    if (failed.get() > 0) {
      throw new IOException(failed.get() + " of " + count + " clients were refused or cut off");
    }
  }

  @Override
  public void close() {
    for (Channel channel : channels) {
      channel.close();
    }
    for (Channel channel : channels) {
      channel.closeFuture().awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
  }

  private final class Client extends ChannelInboundHandlerAdapter {
    private final Semaphore slots;
    private final List<String> messages;
    private int acknowledged;
    private int matched;
    private boolean upgraded;
    private boolean done;
    private final FrameCounter counter = new FrameCounter(minFrameBytes);
    private int framesReceived;

    Client(Semaphore slots, List<String> messages) {
      this.slots = slots;
      this.messages = messages;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      String request =
          "GET "
              + path
              + " HTTP/1.1\r\nhost: bench\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
              + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
      ctx.writeAndFlush(
          ctx.alloc().buffer().writeBytes(request.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf data = (ByteBuf) message;
      try {
        if (!upgraded) {
          if (!skipHead(data)) {
            return;
          }
          upgraded = true;
          subscribe(ctx);
        }
        if (!done) {
          count(data.duplicate());
        }
        countFrames(data);
        if (!done && acknowledged >= messages.size()) {
          done = true;
          slots.release();
        }
      } finally {
        data.release();
      }
    }

    private int headEnd;

    /** Reads to the end of the response's head; false if it is not complete. */
    private boolean skipHead(ByteBuf data) {
      while (data.isReadable() && headEnd < 4) {
        byte next = data.readByte();
        headEnd = next == (headEnd % 2 == 0 ? '\r' : '\n') ? headEnd + 1 : 0;
      }
      return headEnd == 4;
    }

    private void countFrames(ByteBuf data) {
      int count = counter.count(data);
      if (count > 0) {
        lastFrameBytes = counter.lastFrameBytes();
        frames.received(framesReceived, count);
        framesReceived += count;
      }
    }

    private void subscribe(ChannelHandlerContext ctx) {
      ByteBuf frames = ctx.alloc().buffer(1024);
      for (String text : messages) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        frames.writeByte(0x81);
        if (utf8.length <= 125) {
          frames.writeByte(0x80 | utf8.length);
        } else {
          frames.writeByte(0x80 | 126).writeShort(utf8.length);
        }
        frames.writeInt(0).writeBytes(utf8); // masked with zeros: the bytes stay as they are
      }
      ctx.writeAndFlush(frames);
    }

    /** Counts ACKs; the mark may be cut in two by the boundary of a read. */
    private void count(ByteBuf data) {
      while (data.isReadable()) {
        byte next = data.readByte();
        if (next == ACK_MARK[matched]) {
          matched++;
        } else {
          matched = next == ACK_MARK[0] ? 1 : 0;
        }
        if (matched == ACK_MARK.length) {
          matched = 0;
          acknowledged++;
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      giveUp();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }

    private void giveUp() {
      if (!done) {
        done = true;
        failed.incrementAndGet();
        slots.release();
      }
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
      giveUp();
    }
  }
}
