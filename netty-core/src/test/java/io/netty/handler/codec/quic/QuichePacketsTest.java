package io.netty.handler.codec.quic;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.transport.DatagramOutput;
import app.seventv.core.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of packets when the kernel takes them, refuses them, or has no room. */
@NullMarked
class QuichePacketsTest {
  private static final int PACKET_BYTES = 100;
  private static final int EIO = -5;
  private static final int EINVAL = -22;
  private static final int BROKEN = -9;

  private final List<String> told = new ArrayList<>();
  private final Queue<Integer> errors = new ArrayDeque<>();
  private final EmbeddedChannel channel = new EmbeddedChannel(new Kernel(), new Codec());
  private final QuicheSocket socket = new QuicheSocket(new Failures());
  private final List<ByteBuf> refused = new ArrayList<>();

  @AfterEach
  void close() {
    socket.close();
    channel.finishAndReleaseAll();
    assertThat(refused).allMatch(data -> data.refCnt() == 0);
  }

  private ChannelHandlerContext out() {
    return channel.pipeline().context(Codec.class);
  }

  private QuichePackets packets(Packets source) {
    return new QuichePackets(source, socket, Transport.IO_URING.datagramSegments());
  }

  /** Sends, and returns the first octet of each packet, with a dash between those of a burst. */
  private List<String> sent(QuichePackets packets) {
    assertThat(packets.send(out(), 10 * PACKET_BYTES)).isZero();
    channel.flush();
    channel.runPendingTasks();
    List<String> sent = new ArrayList<>();
    for (Object message = channel.readOutbound();
        message != null;
        message = channel.readOutbound()) {
      ByteBuf data = ((DatagramPacket) message).content();
      StringBuilder firsts = new StringBuilder();
      for (int at = 0; at < data.readableBytes(); at += PACKET_BYTES) {
        firsts.append(at == 0 ? "" : "-").append(data.getByte(data.readerIndex() + at));
      }
      sent.add(firsts.toString());
      ReferenceCountUtil.release(message);
    }
    return sent;
  }

  @Test
  void packetsOfOneSizeLeaveTogether() {
    QuichePackets packets = packets(new Packets(100, 100, 40, 100));
    assertThat(sent(packets)).containsExactly("0-1-2", "3");
    assertThat(told).isEmpty();
  }

  @Test
  void aDeviceThatCannotCutGetsThemOneByOneFromThenOn() {
    errors.add(EIO);
    QuichePackets packets = packets(new Packets(100, 100, 40));
    assertThat(sent(packets)).containsExactly("0", "1", "2");
    assertThat(told).containsExactly("burst for good");
    assertThat(sent(packets(new Packets(100, 100)))).as("of another").containsExactly("0", "1");
  }

  @ParameterizedTest
  @ValueSource(ints = {EINVAL, -90})
  void aPathThatTakesNoBurstsIsNoConcernOfOthers(int error) {
    errors.add(error);
    Packets source = new Packets(100, 100);
    QuichePackets packets = packets(source);
    assertThat(sent(packets)).containsExactly("0", "1");
    source.add(100, 100);
    assertThat(sent(packets)).containsExactly("2", "3");
    assertThat(told).containsExactly("burst");
    assertThat(sent(packets(new Packets(100, 100)))).as("of another").containsExactly("0-1");
  }

  /** EPERM, EAGAIN, EMSGSIZE, ENETUNREACH, ENOBUFS, EHOSTUNREACH. */
  @ParameterizedTest
  @ValueSource(ints = {-1, -11, -90, -101, -105, -113})
  void aPacketThatCannotBeSentIsCountedAndLost(int error) {
    errors.add(error);
    Packets source = new Packets(100);
    QuichePackets packets = packets(source);
    assertThat(sent(packets)).isEmpty();
    assertThat(told).containsExactly("packet");
    source.add(100, 100);
    assertThat(sent(packets)).containsExactly("1-2");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, -11, -101, -105, -113})
  void aBurstThatCannotBeSentIsCountedAndLost(int error) {
    errors.add(error);
    Packets source = new Packets(100, 100);
    QuichePackets packets = packets(source);
    assertThat(sent(packets)).isEmpty();
    assertThat(told).containsExactly("packet");
    source.add(100, 100);
    assertThat(sent(packets)).as("later ones leave together").containsExactly("2-3");
  }

  @Test
  void anErrorOfQuicheIsNotTheEndOfItsPackets() {
    Packets source = new Packets(100, 100);
    source.last = BROKEN;
    assertThat(packets(source).send(out(), PACKET_BYTES)).isEqualTo(BROKEN);
    channel.flush();
    assertThat(channel.outboundMessages()).as("what came before").hasSize(1);
  }

  @Test
  void moreThanFitsIntoOneBufferIsSentToTheEnd() {
    int[] lengths = new int[400];
    Arrays.fill(lengths, PACKET_BYTES);
    Packets source = new Packets(lengths);
    assertThat(packets(source).send(out(), PACKET_BYTES)).isZero();
    assertThat(source.lengths).isEmpty();
  }

  /** A kernel that is asked directly. */
  private final class Direct extends DatagramOutput {
    private final List<String> taken = new ArrayList<>();

    Direct() {
      super(new FileDescriptor(0));
    }

    @Override
    @SuppressWarnings("restricted") // as the kernel does
    public int send(int first) {
      Integer error = errors.poll();
      if (error != null && error < 0) {
        return error;
      }
      int end = error == null ? count() : Math.min(count(), first + error);
      for (int i = first; i < end; i++) {
        MemorySegment data = MemorySegment.ofAddress(address(i)).reinterpret(length(i));
        StringBuilder firsts = new StringBuilder();
        int size = segmentBytes(i) == 0 ? length(i) : segmentBytes(i);
        for (int at = 0; at < length(i); at += size) {
          firsts.append(at == 0 ? "" : "-").append(data.get(ValueLayout.JAVA_BYTE, at));
        }
        taken.add(firsts.toString());
      }
      return end - first;
    }
  }

  private Direct direct() {
    channel.pipeline().remove(Kernel.class); // nobody else looks at packets
    Direct direct = new Direct();
    socket.attach(direct);
    return direct;
  }

  @Test
  void packetsLeaveAtOncePastTheChannel() {
    Direct direct = direct();
    errors.add(1); // the kernel takes one message, then the others
    assertThat(sent(packets(new Packets(100, 100, 40, 100, 60, 70)))).isEmpty();
    assertThat(direct.taken).containsExactly("0-1-2", "3-4", "5");
    assertThat(direct.count()).isZero();
    assertThat(told).isEmpty();
  }

  @Test
  void whatTheKernelHasNoRoomForWaitsInTheChannelInItsOrder() {
    Direct direct = direct();
    errors.addAll(List.of(1, DatagramOutput.EAGAIN));
    assertThat(sent(packets(new Packets(100, 40, 100, 40, 50)))).containsExactly("2-3", "4");
    assertThat(direct.taken).containsExactly("0-1");
    assertThat(told).isEmpty();
  }

  @Test
  void nothingOvertakesWhatWaitsInTheChannel() {
    Direct direct = direct();
    errors.add(DatagramOutput.EAGAIN);
    Packets source = new Packets(100);
    QuichePackets packets = packets(source);
    assertThat(packets.send(out(), PACKET_BYTES)).isZero();
    source.add(40);
    assertThat(sent(packets)).containsExactly("0", "1");
    assertThat(direct.taken).isEmpty();
    source.add(50);
    assertThat(sent(packets)).isEmpty();
    assertThat(direct.taken).containsExactly("2");
  }

  @Test
  void aBurstThatWasRefusedAtOnceIsSentPacketByPacket() {
    Direct direct = direct();
    errors.add(EINVAL);
    Packets source = new Packets(100, 40, 50);
    QuichePackets packets = packets(source);
    assertThat(sent(packets)).containsExactly("0", "1");
    assertThat(direct.taken).containsExactly("2");
    assertThat(told).containsExactly("burst");
    source.add(100, 100);
    assertThat(sent(packets)).isEmpty();
    assertThat(direct.taken).as("this path takes no bursts").containsExactly("2", "3", "4");
  }

  @Test
  void aPacketThatIsLostAtOnceDoesNotHoldUpTheNext() {
    Direct direct = direct();
    errors.add(-105);
    assertThat(sent(packets(new Packets(100, 40, 50)))).isEmpty();
    assertThat(direct.taken).containsExactly("2");
    assertThat(told).containsExactly("packet");
  }

  @Test
  void anyNumberOfMessagesLeaves() {
    Direct direct = direct();
    int[] lengths = IntStream.rangeClosed(1, PACKET_BYTES).toArray(); // each its own message
    assertThat(lengths.length).isGreaterThan(DatagramOutput.MAX_MESSAGES);
    assertThat(sent(packets(new Packets(lengths)))).isEmpty();
    assertThat(direct.taken).hasSize(lengths.length);
  }

  /** Packets of given lengths, each of which begins with its number. */
  private final class Packets implements QuichePackets.Source {
    @Override
    public InetSocketAddress actual(InetSocketAddress recipient) {
      return recipient;
    }

    private final Queue<Integer> lengths = new ArrayDeque<>();
    private int last = Quiche.QUICHE_ERR_DONE;
    private byte number;

    Packets(int... lengths) {
      add(lengths);
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4433);
      QuicheSendInfo.setSendInfo(socket.sendInfo(), any, any);
    }

    void add(int... more) {
      for (int length : more) {
        lengths.add(length);
      }
    }

    @Override
    public int packetBytes() {
      return PACKET_BYTES;
    }

    @Override
    @SuppressWarnings("restricted") // as quiche does
    public int next(long address, int room) {
      Integer length = lengths.poll();
      if (length == null) {
        return last;
      }
      MemorySegment.ofAddress(address).reinterpret(room).set(ValueLayout.JAVA_BYTE, 0, number++);
      return length;
    }
  }

  private final class Failures implements QuicheSocket.SendFailures {
    @Override
    public void burstRefused(boolean forGood, Throwable cause) {
      told.add(forGood ? "burst for good" : "burst");
    }

    @Override
    public void sendFailed(Throwable cause) {
      told.add("packet");
    }
  }

  /** Where packets are written. */
  private static final class Codec extends ChannelInboundHandlerAdapter {}

  /** Refuses what the list of errors says, in the way of Netty's datagram channels. */
  private final class Kernel extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      Integer error = errors.poll();
      if (error == null) {
        ctx.write(message, promise);
        return;
      }
      assertThat(error != EIO || message instanceof SegmentedDatagramPacket).isTrue();
      refused.add(((DatagramPacket) message).content());
      ReferenceCountUtil.release(message);
      promise.setFailure(new NativeIoException("sendmsg", error, false));
    }
  }
}
