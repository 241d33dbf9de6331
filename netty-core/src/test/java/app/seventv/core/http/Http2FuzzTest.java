package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.limits.AddressLimitOptions;
import app.seventv.core.limits.AddressLimits;
import app.seventv.core.sockets.SocketTables;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Frames at random, in random pieces: nothing is thrown and every buffer is freed. */
class Http2FuzzTest {
  private static final int RUNS = 3_000;
  private static final int FRAMES = 60;

  private final InetSocketAddress address =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  @Test
  void anyFramesInAnyOrderLeaveNothingBehind() {
    for (long seed = 0; seed < RUNS; seed++) {
      WatchedAllocator alloc = new WatchedAllocator();
      run(new Random(seed), alloc, seed);
      assertThat(alloc.unreleased()).as("buffers not freed with seed " + seed).isEmpty();
    }
  }

  /** Remembers every buffer it made. */
  private static final class WatchedAllocator extends AbstractByteBufAllocator {
    private final List<ByteBuf> made = new ArrayList<>();

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      ByteBuf buffer = new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
      made.add(buffer);
      return buffer;
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      return newHeapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }

    List<ByteBuf> unreleased() {
      return made.stream().filter(buffer -> buffer.refCnt() > 0).toList();
    }
  }

  private void run(Random random, WatchedAllocator alloc, long seed) {
    Random choices = new Random(seed);
    List<String> drops = new ArrayList<>();
    HttpObserver observer =
        new HttpObserver() {
          @Override
          public void dropped(Protocol protocol, String reason) {
            drops.add(reason);
          }
        };
    AddressLimits anyAddress = new AddressLimits(AddressLimitOptions.OFF);
    ServerContext server =
        new ServerContext(
            exchange -> handle(exchange, choices),
            ErrorMapper.PROBLEM_JSON,
            HttpLimits.DEFAULT,
            observer,
            RequestIds.DEFAULT,
            new Door(0, anyAddress, ClientAddress.OF_PEER, observer),
            SocketTables.NONE);
    Http2Handler handler =
        new Http2Handler(server, new Connection(Protocol.HTTP_2, address, 1, false));
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(alloc);
    channel.pipeline().addLast(handler);
    ByteBuf input = Unpooled.buffer();
    input.writeCharSequence(RawHttp2Client.PREFACE, StandardCharsets.US_ASCII);
    Http2Frames.writeHeader(input, 0, Http2Frames.SETTINGS, 0, 0);
    for (int i = 0; i < FRAMES; i++) {
      randomFrame(random, input);
    }
    while (input.isReadable() && channel.isOpen()) {
      int piece = Math.min(input.readableBytes(), 1 + random.nextInt(400));
      channel.writeInbound(alloc.buffer(piece).writeBytes(input, piece));
      drainOutput(channel);
      if (random.nextInt(20) == 0) {
        channel.advanceTimeBy(random.nextInt(3_000), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
      }
    }
    assertThat(drops).as("seed " + seed).doesNotContain("transport-error", "internal-error");
    channel.close();
    channel.runPendingTasks();
    channel.finishAndReleaseAll();
  }

  private static void drainOutput(EmbeddedChannel channel) {
    for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      ReferenceCountUtil.release(out);
    }
  }

  private static void handle(Exchange exchange, Random random) {
    switch (random.nextInt(6)) {
      case 0 -> exchange.respond(Response.text(200, "x".repeat(random.nextInt(100_000))));
      case 1 -> exchange.readBody(1_000, body -> exchange.respond(Response.of(200, "a/b", body)));
      case 2 -> {
        ResponseStream out = exchange.start(200, Response.newHeaders());
        out.write(exchangeBuffer(random));
        out.onWritable(() -> out.write(exchangeBuffer(random)));
        exchange.streamBody(new Answering(out));
      }
      case 3 -> exchange.start(200, Response.newHeaders()).abort();
      case 4 -> throw new HttpError(400, "no");
      default -> {
        // Never answered.
      }
    }
  }

  private static ByteBuf exchangeBuffer(Random random) {
    return Unpooled.wrappedBuffer(new byte[random.nextInt(30_000)]);
  }

  private record Answering(ResponseStream out) implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      out.writeAndFlush(data);
    }

    @Override
    public void end(HttpHeaders trailers) {
      out.end(trailers);
    }

    @Override
    public void aborted() {}
  }

  /** Mostly well-formed, so that more than the first check is reached. */
  private static void randomFrame(Random random, ByteBuf out) {
    int type = random.nextInt(12) == 0 ? random.nextInt(256) : random.nextInt(11);
    int flags = random.nextInt(4) == 0 ? random.nextInt(256) : 0x4 | random.nextInt(2);
    int streamId = random.nextInt(6) == 0 ? random.nextInt(4) : 2 * random.nextInt(20) + 1;
    ByteBuf payload = Unpooled.buffer();
    switch (type) {
      case Http2Frames.HEADERS -> {
        // :method GET, :scheme https, :path /, :authority a
        payload.writeBytes(new byte[] {(byte) 0x82, (byte) 0x87, (byte) 0x84, 0x41, 1, 'a'});
        if (random.nextInt(4) == 0) {
          payload.writeByte(random.nextInt(256));
        }
      }
      case Http2Frames.SETTINGS -> {
        streamId = 0;
        flags = 0;
        payload.writeShort(random.nextInt(10)).writeInt(random.nextInt(70_000));
      }
      case Http2Frames.PING, Http2Frames.GOAWAY -> {
        streamId = 0;
        payload.writeLong(random.nextLong());
      }
      case Http2Frames.RST_STREAM, Http2Frames.WINDOW_UPDATE ->
          payload.writeInt(random.nextInt(100_000));
      case Http2Frames.DATA -> payload.writeZero(random.nextInt(3_000));
      default -> payload.writeZero(random.nextInt(12));
    }
    Http2Frames.writeHeader(out, payload.readableBytes(), type, flags, streamId);
    out.writeBytes(payload);
  }
}
