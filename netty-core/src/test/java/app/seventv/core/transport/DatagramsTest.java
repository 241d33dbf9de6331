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
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Many datagrams per system call, in and out, on the sockets of Netty's channels. */
@ParameterizedClass
@MethodSource("sockets")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class DatagramsTest {
  private static final int LIMIT_SECONDS = 30;
  private static final int EMSGSIZE = -90;
  private static final int EBADF = -9;

  /** What one turn brings at most: the channel reads one, and the rest is read by one call. */
  private static final int MAX_TURN = 1 + DatagramInput.MAX_DATAGRAMS;

  @Parameter(0)
  Choice transport;

  @Parameter(1)
  Bound bound;

  /** Where the socket is bound, and its peers. */
  enum Bound {
    IPV4("127.0.0.1", List.of("127.0.0.1")),
    IPV6("::1", List.of("::1")),
    BOTH("::", peersOfBoth());

    private final String address;

    @SuppressWarnings("ImmutableEnumChecker") // nobody can change these lists
    private final List<String> peers;

    Bound(String address, List<String> peers) {
      this.address = address;
      this.peers = peers;
    }

    /** Loopback, and what else the host has: one that is longer than ::1, one with a scope. */
    private static List<String> peersOfBoth() {
      Map<Boolean, String> own = new HashMap<>();
      try {
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> address instanceof Inet6Address && !address.isLoopbackAddress())
            .forEach(address -> own.put(address.isLinkLocalAddress(), address.getHostAddress()));
      } catch (SocketException e) {
        throw new UncheckedIOException(e);
      }
      return Stream.concat(Stream.of("127.0.0.1", "::1"), own.values().stream()).toList();
    }
  }

  static List<Arguments> sockets() {
    return Stream.of(Choice.IO_URING, Choice.EPOLL)
        .flatMap(choice -> Arrays.stream(Bound.values()).map(bound -> Arguments.of(choice, bound)))
        .toList();
  }

  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> batches = new LinkedBlockingQueue<>();
  private final List<DatagramSocket> peers = new ArrayList<>();
  private EventLoops loops;
  private Listener listener;

  /** A datagram, and who sent it. */
  private record Received(String text, SocketAddress sender) {}

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    listener =
        loops.bindDatagramPerLoop(new InetSocketAddress(bound.address, 0), _ -> new Reader());
    for (String address : bound.peers) {
      peers.add(peer(address));
    }
  }

  private static DatagramSocket peer(String address) throws SocketException {
    DatagramSocket peer = new DatagramSocket(new InetSocketAddress(address, 0));
    peer.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    return peer;
  }

  @AfterEach
  void stop() {
    peers.forEach(DatagramSocket::close);
    listener.close();
    loops.close();
  }

  private <T> T onLoop(Callable<T> work) throws Exception {
    return loops.loops().getFirst().submit(work).get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private Channel channel() {
    return listener.channels().getFirst();
  }

  private static InetSocketAddress address(DatagramSocket socket) {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /** Tells who sent what, and how many datagrams one turn has brought. */
  private final class Reader extends ChannelInboundHandlerAdapter {
    private @Nullable DatagramInput input;
    private int count;

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      input = DatagramInput.of(ctx.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      take(packet.content(), packet.sender());
      packet.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      DatagramInput more = Objects.requireNonNull(input);
      int waiting = more.receive();
      for (int i = 0; i < waiting; i++) {
        take(more.content(i), checkedSender(more, i));
      }
      batches.add(count);
      count = 0;
    }

    private InetSocketAddress checkedSender(DatagramInput more, int index) {
      InetSocketAddress sender = more.sender(index);
      DatagramPeer peer = DatagramPeer.of(sender);
      assertThat(more.isFrom(index, peer)).isTrue();
      for (DatagramPeer other :
          List.of(
              new DatagramPeer(peer.high() + 1, peer.low(), peer.scope(), peer.port()),
              new DatagramPeer(peer.high(), peer.low() + 1, peer.scope(), peer.port()),
              new DatagramPeer(peer.high(), peer.low(), peer.scope(), peer.port() + 1))) {
        assertThat(more.isFrom(index, other)).isFalse();
      }
      return sender;
    }

    private void take(ByteBuf content, InetSocketAddress sender) {
      received.add(new Received(content.toString(StandardCharsets.US_ASCII), sender));
      count++;
    }
  }

  /** Has datagrams wait at the socket, from each peer in turn, until all were sent. */
  private void sendAll(List<String> texts) throws Exception {
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
    for (int i = 0; i < texts.size(); i++) {
      DatagramSocket from = peers.get(i % peers.size());
      byte[] data = texts.get(i).getBytes(StandardCharsets.US_ASCII);
      InetSocketAddress to =
          new InetSocketAddress(from.getLocalAddress(), listener.address().getPort());
      from.send(new java.net.DatagramPacket(data, data.length, to));
    }
    sent.countDown();
  }

  private void assertReceived(List<String> texts) throws Exception {
    for (int i = 0; i < texts.size(); i++) {
      assertThat(received.poll(LIMIT_SECONDS, TimeUnit.SECONDS))
          .isEqualTo(new Received(texts.get(i), address(peers.get(i % peers.size()))));
    }
  }

  /** More than one call reads: the channel looks again. */
  @Test
  void whatWaitsIsReadInFewTurns() throws Exception {
    List<String> texts =
        IntStream.range(0, 3 * MAX_TURN).mapToObj(number -> "number " + number).toList();
    sendAll(texts);
    assertReceived(texts);
    onLoop(() -> true); // the turn is over
    assertThat(batches).hasSizeLessThan(texts.size() / 10);
    assertThat(batches).allMatch(count -> count <= MAX_TURN);
    assertThat(batches).contains(MAX_TURN);
  }

  /** QUIC's packets are shorter; what is longer is none, and must not reach into the next one. */
  @Test
  void aDatagramThatIsTooLongIsCutOff() throws Exception {
    String longest = "x".repeat(DatagramInput.DATAGRAM_BYTES);
    sendAll(List.of("read by the channel", longest, longest + "y", "behind", longest + longest));
    assertReceived(List.of("read by the channel", longest, longest, "behind", longest));
  }

  @Test
  void anotherSenderIsToldFromTheKnownOne() throws Exception {
    DatagramPeer known = DatagramPeer.of(address(peers.getFirst()));
    InetSocketAddress six = new InetSocketAddress(InetAddress.getByName("2001:db8::1"), 7);
    assertThat(DatagramPeer.of(six)).isNotEqualTo(known);
    assertThat(DatagramPeer.of(six).isIpv4()).isFalse();
    assertThat(known.isIpv4()).isEqualTo(bound != Bound.IPV6);
    assertThat(known.port()).isEqualTo(peers.getFirst().getLocalPort());
  }

  private static String next(DatagramSocket peer) throws Exception {
    java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[2_000], 2_000);
    peer.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  @Test
  void burstsAreCutAndMessagesKeepTheirRecipients() throws Exception {
    ByteBuf data = Unpooled.directBuffer();
    data.writeCharSequence("one-two-endsingle", StandardCharsets.US_ASCII);
    long address = Buffer.memoryAddress(data.internalNioBuffer(0, data.readableBytes()));
    DatagramSocket peer = peers.getFirst();
    InetSocketAddress to = address(peer);
    try (DatagramSocket other = peer(bound.peers.getLast())) {
      InetSocketAddress toOther = address(other);
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
      assertThat(List.of(next(peer), next(peer), next(peer), next(peer)))
          .containsExactly("one-", "two-", "end", "single");
      assertThat(next(other)).isEqualTo("single");
    } finally {
      data.release();
    }
  }

  @Test
  void errorsAreThoseOfTheFirstMessageThatWasRefused() throws Exception {
    DatagramSocket peer = peers.getLast();
    InetSocketAddress to = address(peer);
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
    assertThat(next(peer)).hasSize(10);
    assertThat(next(peer)).hasSize(20);
    data.release();
  }

  /** The number of a closed socket is soon another's. */
  @Test
  void nothingIsReadOrSentOnceTheSocketIsClosed() throws Exception {
    ByteBuf data = Unpooled.directBuffer(10).writeZero(10);
    long address = Buffer.memoryAddress(data.internalNioBuffer(0, data.readableBytes()));
    DatagramOutput output = onLoop(() -> Objects.requireNonNull(DatagramOutput.of(channel())));
    DatagramInput input = onLoop(() -> Objects.requireNonNull(DatagramInput.of(channel())));
    listener.close();
    onLoop(() -> true);
    for (int i = 0; i < 3; i++) { // one of them has the number
      DatagramSocket another = peer("127.0.0.1");
      peers.add(another);
      another.send(new java.net.DatagramPacket(new byte[10], 10, address(another)));
    }
    onLoop(() -> {
      output.add(address, 10, 0, address(peers.getLast()));
      assertThat(output.send(0)).isEqualTo(EBADF);
      assertThat(input.receive()).isZero();
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
      throw new UncheckedIOException(e);
    }
  }
}
