package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels, devices and firewalls that do not take what is sent end no connection. */
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL"}) // those with UDP_SEGMENT
@Covers(value = Wire.H3, because = "datagrams")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3SendFailureTest {
  private static final int EIO = -5;
  private static final int ENOBUFS = -105;
  private static final byte[] BODY = new byte[300_000];
  private static final long LIMIT_SECONDS = 30;

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private final AtomicInteger bursts = new AtomicInteger();
  private final AtomicInteger packets = new AtomicInteger();
  private EventLoops loops;
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    for (int i = 0; i < BODY.length; i++) {
      BODY[i] = (byte) (i * 31);
    }
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    server =
        HttpServer.builder(
                loops,
                exchange ->
                    exchange.respond(
                        Response.of(200, Response.newHeaders(), Unpooled.wrappedBuffer(BODY))))
            .observer(new SendCounts())
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
    loops.close();
  }

  private void fault(ChannelOutboundHandlerAdapter handler) {
    Channel datagrams =
        server.listeners().stream()
            .flatMap(listener -> listener.channels().stream())
            .filter(DatagramChannel.class::isInstance)
            .findFirst()
            .orElseThrow();
    datagrams.pipeline().addFirst(handler);
  }

  private void download() throws Exception {
    try (Http3Client client = Http3Client.connect(loops, server.addresses().getFirst())) {
      Http3Client.Answer answer =
          client.send("GET", "/", Map.of(), new byte[0]).get(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(answer.body()).isEqualTo(BODY);
    }
  }

  @Test
  void aDeviceThatCannotSegmentIsServedPacketByPacket() throws Exception {
    fault(new NoSegments());
    download();
    assertThat(bursts.get()).as("bursts tried in vain").isPositive();
    int tried = bursts.get();
    download();
    assertThat(bursts.get()).as("by later connections too").isEqualTo(tried);
  }

  @Test
  void lostSendsAreRepeatedAndTheSocketStays() throws Exception {
    fault(new Losses());
    download();
    await().atMost(LIMIT_SECONDS, TimeUnit.SECONDS).until(() -> packets.get() > 0);
    assertThat(bursts.get()).isZero();
    download();
  }

  private final class SendCounts implements HttpObserver {
    @Override
    public void quicSendFailed(QuicSend what) {
      (what == QuicSend.BURST ? bursts : packets).incrementAndGet();
    }
  }

  private static void fail(Object message, ChannelPromise promise, int error) {
    ReferenceCountUtil.release(message);
    promise.setFailure(new NativeIoException("sendmsg", error, false));
  }

  /** A device without checksum offload. */
  @Sharable
  private static final class NoSegments extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      if (message instanceof SegmentedDatagramPacket) {
        fail(message, promise, EIO);
      } else {
        ctx.write(message, promise);
      }
    }
  }

  /** A kernel without buffers now and then. */
  private static final class Losses extends ChannelOutboundHandlerAdapter {
    private static final int EVERY = 5;
    private int count;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      count++;
      if (count % EVERY == 0) {
        fail(message, promise, ENOBUFS);
      } else {
        ctx.write(message, promise);
      }
    }
  }
}
