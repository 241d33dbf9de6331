package app.seventv.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.transport.TransportOptions.Choice;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same behaviour on every transport this kernel has. */
class EventLoopsTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static EventLoops start(Choice choice) {
    return EventLoops.start(new TransportOptions(choice, 2, true));
  }

  private static Function<EventLoop, ChannelHandler> echo(Set<EventLoop> used) {
    return _ ->
        new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel channel) {
            used.add(channel.eventLoop());
            channel
                .pipeline()
                .addLast(
                    new ChannelInboundHandlerAdapter() {
                      @Override
                      public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ctx.writeAndFlush(message);
                      }
                    });
          }
        };
  }

  @ParameterizedTest
  @EnumSource(Choice.class)
  void echoesManyBytesAndUsesEveryLoop(Choice choice) throws Exception {
    byte[] sent = new byte[300_000];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = (byte) (i * 31);
    }
    Set<EventLoop> used = ConcurrentHashMap.newKeySet();
    try (EventLoops loops = start(choice);
        Listener listener = loops.bindPerLoop(ANY_PORT, echo(used))) {
      for (int connection = 0; connection < 200 && used.size() < 2; connection++) {
        try (Socket socket = new Socket(ANY_PORT.getAddress(), listener.port())) {
          Thread writer =
              Thread.startVirtualThread(() -> {
                try {
                  socket.getOutputStream().write(sent);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
          assertThat(socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
          writer.join();
        }
      }
      assertThat(used).containsExactlyInAnyOrderElementsOf(loops.loops());
    }
  }

  @ParameterizedTest
  @EnumSource(Choice.class)
  void clientsAndDatagramsWork(Choice choice) throws Exception {
    BlockingQueue<String> received = new ArrayBlockingQueue<>(10);
    try (EventLoops loops = start(choice);
        Listener echo = loops.bindPerLoop(ANY_PORT, echo(ConcurrentHashMap.newKeySet()));
        Listener datagrams = loops.bindDatagramPerLoop(ANY_PORT, _ -> collect(received))) {
      Channel client =
          loops
              .client()
              .handler(
                  new SimpleChannelInboundHandler<ByteBuf>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
                      received.add(message.toString(StandardCharsets.US_ASCII));
                    }
                  })
              .connect(echo.address())
              .sync()
              .channel();
      client
          .writeAndFlush(
              client.alloc().buffer().writeBytes("tcp".getBytes(StandardCharsets.US_ASCII)))
          .sync();
      assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("tcp");

      Channel sender =
          new Bootstrap()
              .group(loops.group())
              .channel(loops.transport().datagramChannel())
              .handler(new ChannelInboundHandlerAdapter())
              .bind(ANY_PORT)
              .sync()
              .channel();
      sender
          .writeAndFlush(
              new DatagramPacket(
                  sender.alloc().buffer().writeBytes("udp".getBytes(StandardCharsets.US_ASCII)),
                  datagrams.address()))
          .sync();
      assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("udp");
    }
  }

  private static ChannelHandler collect(BlockingQueue<String> received) {
    return new SimpleChannelInboundHandler<DatagramPacket>() {
      @Override
      protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
        received.add(packet.content().toString(StandardCharsets.US_ASCII));
      }
    };
  }

  @ParameterizedTest
  @EnumSource(Choice.class)
  void aClosedListenerRefusesAndAcceptedConnectionsLiveOn(Choice choice) throws Exception {
    try (EventLoops loops = start(choice)) {
      Listener listener = loops.bindPerLoop(ANY_PORT, echo(ConcurrentHashMap.newKeySet()));
      try (Socket socket = new Socket(ANY_PORT.getAddress(), listener.port())) {
        socket.getOutputStream().write(1);
        assertThat(socket.getInputStream().read()).isEqualTo(1);
        listener.close();
        // The JDK's selector lets go of a closed socket only in its next round.
        Awaitility.await().until(() -> isRefused(listener));
        socket.getOutputStream().write(2);
        assertThat(socket.getInputStream().read()).isEqualTo(2);
      }
    }
  }

  /** A client that has vanished is found by the first bytes it does not acknowledge. */
  @ParameterizedTest
  @EnumSource(names = {"IO_URING", "EPOLL"})
  void theKernelGivesUpWhatIsNotAcknowledged(Choice choice) throws Exception {
    BlockingQueue<Integer> timeouts = new ArrayBlockingQueue<>(1);
    Function<EventLoop, ChannelHandler> handler =
        _ ->
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                timeouts.add(channel.config().getOption(Transport.TCP_USER_TIMEOUT));
              }
            };
    try (EventLoops loops = start(choice);
        Listener listener = loops.bindPerLoop(ANY_PORT, handler);
        Socket socket = new Socket(ANY_PORT.getAddress(), listener.port())) {
      assertThat(socket.isConnected()).isTrue();
      assertThat(timeouts.poll(10, TimeUnit.SECONDS)).isEqualTo(60_000);
    }
  }

  /** Small frames leave at once; what is accepted has it without being told. */
  @ParameterizedTest
  @EnumSource(names = {"IO_URING", "EPOLL", "NIO"})
  void acceptedSocketsDoNotWaitForMoreToSend(Choice choice) throws Exception {
    BlockingQueue<Boolean> undelayed = new ArrayBlockingQueue<>(1);
    Function<EventLoop, ChannelHandler> handler =
        _ ->
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                undelayed.add(channel.config().isTcpNoDelay());
              }
            };
    try (EventLoops loops = start(choice);
        Listener listener = loops.bindPerLoop(ANY_PORT, handler);
        Socket socket = new Socket(ANY_PORT.getAddress(), listener.port())) {
      assertThat(socket.isConnected()).isTrue();
      assertThat(undelayed.poll(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static boolean isRefused(Listener listener) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(listener.address());
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  /** With SO_REUSEPORT the kernel would give the second a share of the first one's clients. */
  @ParameterizedTest
  @EnumSource(names = {"IO_URING", "EPOLL", "NIO"})
  void aPortOnWhichSomebodyListensIsNotShared(Choice choice) throws Exception {
    try (EventLoops first = start(choice);
        EventLoops second = start(choice);
        Listener udp =
            first.bindDatagramPerLoop(ANY_PORT, _ -> new ChannelInboundHandlerAdapter())) {
      Listener tcp = first.bindPerLoop(ANY_PORT, echo(ConcurrentHashMap.newKeySet()));
      assertThatThrownBy(
              () -> second.bindPerLoop(tcp.address(), echo(ConcurrentHashMap.newKeySet())).close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on")
          .hasRootCauseInstanceOf(BindException.class);
      assertThatThrownBy(() ->
              second
                  .bindDatagramPerLoop(udp.address(), _ -> new ChannelInboundHandlerAdapter())
                  .close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on")
          .hasRootCauseInstanceOf(BindException.class);
      tcp.close();
      Awaitility.await().until(() -> isRefused(tcp));
      second.bindPerLoop(tcp.address(), echo(ConcurrentHashMap.newKeySet())).close();
    }
  }

  @Test
  void anAddressOfSomebodyElseIsAClearError() {
    InetSocketAddress foreign = new InetSocketAddress("192.0.2.1", 80);
    try (EventLoops loops = start(Choice.AUTO)) {
      assertThatThrownBy(
              () -> loops.bindPerLoop(foreign, echo(ConcurrentHashMap.newKeySet())).close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on")
          .hasMessageContaining("192.0.2.1:80");
    }
  }

  @Test
  void theFirstTransportThatWorksIsTaken() {
    try (EventLoops loops = start(Choice.AUTO)) {
      for (Transport better : Transport.values()) {
        if (better == loops.transport()) {
          break;
        }
        assertThat(better.isAvailable()).isFalse();
      }
      assertThat(loops.describe()).contains(loops.transport().name()).contains("2 event loops");
    }
  }
}
