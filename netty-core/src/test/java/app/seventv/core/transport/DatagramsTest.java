package app.seventv.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.transport.TransportOptions.Choice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Buffer;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Many datagrams per system call, in and out, on the sockets of Netty's channels. */
@ParameterizedClass
@EnumSource(
    value = Choice.class,
    names = {"IO_URING", "EPOLL"})
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class DatagramsTest {
  private static final int LIMIT_SECONDS = 30;
  private static final int EMSGSIZE = -90;
  private static final int EBADF = -9;

  @Parameter Choice transport;

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> batches = new LinkedBlockingQueue<>();
  private EventLoops loops;
  private Listener listener;
  private DatagramSocket peer;

  @BeforeEach
  void start() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    listener = loops.bindDatagramPerLoop(new InetSocketAddress(loopback, 0), _ -> new Reader());
    peer = new DatagramSocket(new InetSocketAddress(loopback, 0));
    peer.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
  }

  @AfterEach
  void stop() {
    peer.close();
    listener.close();
    loops.close();
  }

  private <T> T onLoop(Callable<T> work) throws Exception {
    return loops.loops().getFirst().submit(work).get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private Channel channel() {
    return listener.channels().getFirst();
  }

  /** Tells who sent what, and how many datagrams one turn has brought. */
  private final class Reader extends ChannelInboundHandlerAdapter {
    private int count;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      take(packet.content(), packet.sender());
      packet.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      try (DatagramInput input = Objects.requireNonNull(DatagramInput.of(ctx.channel()))) {
        int more = input.receive();
        for (int i = 0; i < more; i++) {
          InetSocketAddress sender = input.sender(i);
          assertThat(input.isFrom(i, DatagramPeer.of(sender))).isTrue();
          take(input.content(i), sender);
        }
      }
      batches.add(count);
      count = 0;
    }

    private void take(ByteBuf content, InetSocketAddress sender) {
      received.add(content.toString(StandardCharsets.US_ASCII) + " from " + sender.getPort());
      count++;
    }
  }

  @Test
  void whatWaitsIsReadInFewTurns() throws Exception {
    int datagrams = 30;
    CountDownLatch sent = new CountDownLatch(1);
    loops
        .loops()
        .getFirst()
        .execute(() -> {
          try {
            sent.await(LIMIT_SECONDS, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    for (int i = 0; i < datagrams; i++) {
      byte[] data = ("number " + i).getBytes(StandardCharsets.US_ASCII);
      peer.send(new java.net.DatagramPacket(data, data.length, listener.address()));
    }
    sent.countDown();
    for (int i = 0; i < datagrams; i++) {
      assertThat(received.poll(LIMIT_SECONDS, TimeUnit.SECONDS))
          .isEqualTo("number " + i + " from " + peer.getLocalPort());
    }
    assertThat(batches.size()).isLessThan(datagrams / 2);
  }

  @Test
  void anotherSenderIsToldFromTheKnownOne() throws Exception {
    DatagramPeer known = DatagramPeer.of((InetSocketAddress) peer.getLocalSocketAddress());
    InetSocketAddress six = new InetSocketAddress(InetAddress.getByName("2001:db8::1"), 7);
    assertThat(DatagramPeer.of(six)).isNotEqualTo(known);
    assertThat(DatagramPeer.of(six).isIpv4()).isFalse();
    assertThat(known.isIpv4()).isTrue();
    assertThat(known.port()).isEqualTo(peer.getLocalPort());
  }

  private String next() throws Exception {
    java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[2_000], 2_000);
    peer.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  @Test
  void burstsAreCutAndMessagesKeepTheirRecipients() throws Exception {
    InetSocketAddress to = (InetSocketAddress) peer.getLocalSocketAddress();
    ByteBuf data = Unpooled.directBuffer();
    data.writeCharSequence("one-two-endsingle", StandardCharsets.US_ASCII);
    long address = Buffer.memoryAddress(data.internalNioBuffer(0, data.readableBytes()));
    try (DatagramSocket other = new DatagramSocket(new InetSocketAddress(to.getAddress(), 0))) {
      other.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
      InetSocketAddress toOther = (InetSocketAddress) other.getLocalSocketAddress();
      int sent =
          onLoop(() -> {
            DatagramOutput output = Objects.requireNonNull(DatagramOutput.of(channel()));
            output.add(address, 11, 4, to);
            output.add(address + 11, 6, 0, toOther);
            output.add(address + 11, 6, 0, to);
            assertThat(output.segmentBytes(0)).isEqualTo(4);
            assertThat(output.segmentBytes(1)).isZero();
            assertThat(output.length(1)).isEqualTo(6);
            assertThat(output.recipient(1)).isEqualTo(toOther);
            return output.send(0);
          });
      assertThat(sent).isEqualTo(3);
      assertThat(next()).isEqualTo("one-");
      assertThat(next()).isEqualTo("two-");
      assertThat(next()).isEqualTo("end");
      assertThat(next()).isEqualTo("single");
      other.receive(new java.net.DatagramPacket(new byte[6], 6));
    } finally {
      data.release();
    }
  }

  @Test
  void errorsAreThoseOfTheFirstMessageThatWasRefused() throws Exception {
    InetSocketAddress to = (InetSocketAddress) peer.getLocalSocketAddress();
    ByteBuf data = Unpooled.directBuffer(1 << 17).writeZero(1 << 17);
    long address = Buffer.memoryAddress(data.internalNioBuffer(0, data.readableBytes()));
    DatagramOutput output = onLoop(() -> Objects.requireNonNull(DatagramOutput.of(channel())));
    onLoop(() -> {
      output.add(address, 10, 0, to);
      output.add(address, 1 << 17, 0, to);
      output.add(address, 20, 0, to);
      assertThat(output.send(0)).isEqualTo(1);
      assertThat(output.send(1)).isEqualTo(EMSGSIZE);
      assertThat(output.send(2)).isEqualTo(1);
      output.clear();
      assertThat(output.count()).isZero();
      return true;
    });
    assertThat(next()).hasSize(10);
    assertThat(next()).hasSize(20);
    listener.close();
    onLoop(() -> {
      output.add(address, 10, 0, to);
      assertThat(output.send(0))
          .as("nothing is written to a number that others get")
          .isEqualTo(EBADF);
      return true;
    });
    data.release();
  }

  @Test
  void otherChannelsAreLeftToNetty() {
    try (EventLoops nio = EventLoops.start(new TransportOptions(Choice.NIO, 1, true));
        Listener other =
            nio.bindDatagramPerLoop(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                _ -> new ChannelInboundHandlerAdapter())) {
      assertThat(DatagramOutput.of(other.channels().getFirst())).isNull();
      assertThat(DatagramInput.of(other.channels().getFirst())).isNull();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
