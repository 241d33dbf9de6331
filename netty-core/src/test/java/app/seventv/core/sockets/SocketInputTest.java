package app.seventv.core.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of a real socket, of whose events the test tells. */
@SuppressWarnings("NullAway.Init") // JUnit calls connect() first
class SocketInputTest extends SocketPageFixture {
  private static final int ENOMEM = -12;

  private java.net.Socket client;
  private int descriptor;

  @BeforeEach
  void connect() throws Exception {
    Epoll.ensureAvailability(); // loads what Socket calls
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Socket own = Socket.newSocketStream();
      own.connect((InetSocketAddress) listening.getLocalSocketAddress());
      descriptor = own.intValue();
      client = listening.accept();
    }
    client.setSoTimeout(20_000);
  }

  @AfterEach
  void leave() throws Exception {
    client.close();
  }

  private void assertClosedByPoll() {
    assertCancelled(SocketOperations.POLL_ADD);
    complete(SocketOperations.POLL_ADD, ECANCELED, 0);
    assertThat(user.closed).isEqualTo(1);
  }

  private void arrived(int... parts) throws Exception {
    OutputStream out = client.getOutputStream();
    for (int bytes : parts) {
      out.write(new byte[bytes]);
    }
    out.flush();
  }

  @Test
  void theEndOfOneDirectionLeavesTheOther() throws Exception {
    onLoop(() -> {
      attach(descriptor);
      page.endOutput(INDEX);
      page.endOutput(INDEX);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(page.isClosing(INDEX)).isFalse();
      arrived(10);
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      assertThat(user.received).isEqualTo(10);
      assertThat(page.isClosing(INDEX)).isFalse();
      client.shutdownOutput();
      complete(SocketOperations.POLL_ADD, POLLIN | SocketOperations.POLLRDHUP, MORE);
      assertClosedByPoll();
    });
  }

  @Test
  void aSocketThatHoldsNothingIsNoError() throws Exception {
    onLoop(() -> {
      attach(descriptor);
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      assertThat(opcodes()).isEmpty();
      assertThat(page.isClosing(INDEX)).isFalse();
      page.close(INDEX);
      assertClosedByPoll();
    });
    assertThat(client.getInputStream().read()).as("the descriptor was closed").isEqualTo(-1);
  }

  @Test
  void aPollThatFailsClosesTheSocketInALaterPartOfTheTurn() throws Exception {
    onLoop(() -> {
      attach(descriptor);
      complete(SocketOperations.POLL_ADD, ENOMEM, 0);
      assertThat(page.isClosing(INDEX)).as("though it can be read").isTrue();
      assertThat(user.closed).isZero();
    });
    onLoop(() -> assertThat(user.closed).isEqualTo(1));
    assertThat(opcodes()).isEmpty();
  }

  /** Others have their turn in between. */
  @Test
  void aFullSocketIsReadInSeveralTurns() throws Exception {
    int bytes = 12 * SocketTable.READ_BYTES;
    client.setSendBufferSize(bytes);
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                arrived(bytes);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    onLoop(() -> {
      attach(descriptor);
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      assertThat(user.received).isLessThan(bytes);
    });
    while (sender.isAlive() || user.received < bytes) {
      onLoop(() -> {
        int before = user.received;
        complete(SocketOperations.POLL_ADD, POLLIN, MORE);
        assertThat(user.received - before).isLessThanOrEqualTo(4 * SocketTable.READ_BYTES);
      });
    }
    onLoop(() -> {
      page.close(INDEX);
      assertClosedByPoll();
    });
  }

  @Test
  void whatCameBeforeTheEndIsReadAsWell() throws Exception {
    arrived(10, 20);
    client.shutdownOutput();
    onLoop(() -> {
      attach(descriptor);
      complete(SocketOperations.POLL_ADD, POLLIN | SocketOperations.POLLRDHUP, MORE);
      assertThat(user.received).isEqualTo(30);
      assertClosedByPoll();
    });
  }

  @Test
  void whatWaitsForAClientThatHasEndedItsDirectionIsStillSent() throws Exception {
    client.shutdownOutput();
    onLoop(() -> {
      attach(descriptor);
      write(10);
      page.endOutput(INDEX);
      assertThat(opcodes()).containsExactly(SocketOperations.SEND);
      complete(SocketOperations.POLL_ADD, POLLIN | SocketOperations.POLLRDHUP, MORE);
      assertThat(page.isClosing(INDEX)).isFalse();
      complete(SocketOperations.SEND, 10, 0);
      assertClosedByPoll();
    });
  }

  @Test
  void aPausedSocketIsReadFromWhereItStandsOnceItIsWantedAgain() throws Exception {
    onLoop(() -> {
      attach(descriptor);
      page.reading(INDEX, false);
      arrived(10);
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      assertThat(user.received).isZero();
      page.reading(INDEX, true);
      assertThat(user.received).as("within the user's call").isZero();
    });
    onLoop(() -> {
      assertThat(user.received).isEqualTo(10);
      page.close(INDEX);
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      arrived(10);
      complete(SocketOperations.POLL_ADD, POLLIN, 0);
      assertThat(user.received).as("of a socket that is being closed").isEqualTo(10);
      assertThat(user.closed).isEqualTo(1);
    });
  }

  @Test
  void aUserThatPausesIsGivenNothingMoreOfTheRead() throws Exception {
    arrived(10);
    client.shutdownOutput();
    user.then = () -> page.reading(INDEX, false);
    onLoop(() -> {
      attach(descriptor);
      complete(SocketOperations.POLL_ADD, POLLIN | SocketOperations.POLLRDHUP, MORE);
      assertThat(user.received).isEqualTo(10);
      assertThat(page.isClosing(INDEX)).as("the end that comes next").isFalse();
      page.reading(INDEX, true);
    });
    onLoop(this::assertClosedByPoll);
  }

  /** What a user flushes while it is given bytes goes out in one send, behind them. */
  @Test
  void answersOfOneReadGoOutTogether() throws Exception {
    user.then =
        () -> {
          for (int i = 0; i < 3; i++) {
            write(10);
            page.flush(INDEX);
          }
        };
    onLoop(() -> {
      attach(descriptor);
      arrived(10);
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      assertThat(opcodes()).containsExactly(SocketOperations.SENDMSG);
      complete(SocketOperations.SENDMSG, 30, 0);
      write(10);
      assertThat(opcodes()).as("what nobody has flushed").isEmpty();
      arrived(10);
      user.then = () -> {};
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      assertThat(opcodes()).as("what nobody has flushed").isEmpty();
      page.close(INDEX);
      assertClosedByPoll();
    });
  }

  @Test
  void aUserMayEndItsDirectionWhileItIsGivenBytes() throws Exception {
    user.then = () -> page.endOutput(INDEX);
    onLoop(() -> {
      attach(descriptor);
      arrived(10);
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(page.isClosing(INDEX)).isFalse();
      page.close(INDEX);
      assertClosedByPoll();
    });
  }
}
