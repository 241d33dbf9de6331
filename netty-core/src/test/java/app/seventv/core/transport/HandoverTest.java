package app.seventv.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conversation of two processes about their sockets, and what may go wrong in it. */
class HandoverTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir private Path directory = Path.of("");

  private Path path() {
    return directory.resolve("handover");
  }

  /** A process that listens on one port. */
  private static final class Serving implements AutoCloseable {
    final Handover handover;
    final EventLoops loops;
    final Listener listener;
    final CountDownLatch left = new CountDownLatch(1);

    Serving(Path path, InetSocketAddress address) throws IOException {
      handover = Handover.at(path, InheritedSockets.none());
      loops =
          EventLoops.start(new TransportOptions(TransportOptions.Choice.EPOLL, 1, false), handover);
      listener =
          loops.bindPerLoop(
              address,
              _ ->
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                      accepted.writeAndFlush(accepted.alloc().buffer(1).writeByte('x'));
                    }
                  });
    }

    Serving complete() throws IOException {
      handover.complete(loops, left::countDown);
      return this;
    }

    @Override
    public void close() {
      loops.close();
      handover.close();
    }
  }

  private static void accepts(Serving serving) throws IOException {
    InetSocketAddress address = serving.listener.address();
    try (Socket client = new Socket(address.getAddress(), address.getPort())) {
      client.setSoTimeout(10_000);
      assertThat(client.getInputStream().read()).isEqualTo('x');
    }
  }

  /** Is greeted by the predecessor, says the words, and dies. */
  private void talk(String words) {
    Awaitility.await() // until the predecessor has seen the end of the one before
        .until(() -> {
          try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            boolean greeted = channel.read(ByteBuffer.allocate(64)) > 0;
            if (greeted) {
              channel.write(ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII)));
            }
            return greeted;
          }
        });
  }

  @Test
  void aSuccessorTakesOverAndItsPredecessorLeaves() throws Exception {
    try (Serving first = new Serving(path(), ANY_PORT).complete();
        Serving second = new Serving(path(), first.listener.address()).complete()) {
      assertThat(first.left.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(second.handover.relay().generation())
          .isEqualTo((first.handover.relay().generation() + 1) % DatagramRelay.GENERATIONS);
      accepts(second);
    }
    assertThat(directory).isDirectoryContaining("glob:**/handover.lock");
    assertThat(directory.toFile().list()).hasSize(1);
  }

  @Test
  void thePredecessorGoesOnWhenItsSuccessorDies() throws Exception {
    try (Serving first = new Serving(path(), ANY_PORT).complete()) {
      talk("");
      talk("send\n");
      talk("ready\n");
      Awaitility.await()
          .pollDelay(Duration.ofMillis(200)) // it stops for a moment before it sees the end
          .until(() -> first.listener.channels().getFirst().config().isAutoRead());
      accepts(first);
      assertThat(first.left.getCount()).isEqualTo(1);
      try (Serving second = new Serving(path(), first.listener.address()).complete()) {
        assertThat(first.left.await(10, TimeUnit.SECONDS)).isTrue();
        accepts(second);
      }
    }
  }

  @Test
  void ofTwoSuccessorsOneIsTurnedAway() throws Exception {
    try (Serving first = new Serving(path(), ANY_PORT).complete();
        Serving second = new Serving(path(), first.listener.address())) {
      assertThatThrownBy(() -> Handover.at(path(), InheritedSockets.none()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process is just starting");
      second.complete();
      assertThat(first.left.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void whatAKilledProcessLeftIsReplaced() throws Exception {
    try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      killed.bind(UnixDomainSocketAddress.of(path()));
    }
    assertThat(path()).exists();
    try (Serving serving = new Serving(path(), ANY_PORT).complete()) {
      accepts(serving);
      talk("");
    }
  }

  @Test
  void onlyTheUserMayAsk() throws Exception {
    try (Serving serving = new Serving(path(), ANY_PORT).complete()) {
      Path relay = directory.resolve("handover." + serving.handover.relay().generation());
      for (Path file : new Path[] {path(), relay, directory.resolve("handover.lock")}) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void unfitPathsAreNamed() throws Exception {
    Path file = Files.writeString(directory.resolve("precious"), "x");
    assertThatThrownBy(() -> Handover.at(file, InheritedSockets.none()))
        .hasMessageContaining("is not a socket");
    assertThat(file).hasContent("x");
    Path nowhere = directory.resolve("missing").resolve("handover");
    assertThatThrownBy(() -> Handover.at(nowhere, InheritedSockets.none()))
        .hasMessageContaining("cannot write beside the handover path " + nowhere);
    Path far = directory.resolve("x".repeat(120));
    assertThatThrownBy(() -> Handover.at(far, InheritedSockets.none()))
        .hasMessageContaining("too many for a socket");
  }
}
