package app.seventv.core.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.uring.ScriptedKernel.Operation;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Completions in every order, as a real kernel brings them too seldom to be tested with it. */
class SocketPageTest extends SocketPageFixture {
  /** No descriptor of any process: what reads or closes it is refused. */
  private static final int DESCRIPTOR = 1 << 30;

  private static final int EPIPE = -32;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSlotAndItsBuffersAreKeptUntilItsLastOperationHasEnded(boolean pollFirst) throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      ByteBuf sent = write(10);
      page.flush(INDEX);
      assertThat(opcodes()).containsExactly(SocketOperations.SEND);
      page.close(INDEX);
      page.close(INDEX);
      assertCancelled(SocketOperations.POLL_ADD, SocketOperations.SEND);
      complete(pollFirst ? SocketOperations.POLL_ADD : SocketOperations.SEND, ECANCELED, 0);
      assertThat(user.closed).isZero();
      assertThat(sent.refCnt()).as("the kernel may read it").isEqualTo(1);
      complete(pollFirst ? SocketOperations.SEND : SocketOperations.POLL_ADD, ECANCELED, 0);
      assertThat(user.closed).isEqualTo(1);
      assertThat(sent.refCnt()).isZero();
    });
  }

  @Test
  void aGatheredSendIsCancelledAsWhatItIs() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      write(10);
      page.flush(INDEX);
      write(20);
      write(30);
      page.flush(INDEX);
      assertThat(opcodes()).as("one send at a time").containsExactly(SocketOperations.SEND);
      complete(SocketOperations.SEND, 10, 0);
      assertThat(opcodes()).containsExactly(SocketOperations.SENDMSG);
      page.close(INDEX);
      assertCancelled(SocketOperations.POLL_ADD, SocketOperations.SENDMSG);
      complete(SocketOperations.SENDMSG, 25, 0);
      assertThat(opcodes()).as("the rest is not sent").isEmpty();
      complete(SocketOperations.POLL_ADD, ECANCELED, 0);
      assertThat(user.closed).isEqualTo(1);
    });
  }

  @Test
  void aSendAfterAGatheredOneIsCancelledAsWhatItIs() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      write(10);
      write(20);
      page.flush(INDEX);
      assertThat(opcodes()).containsExactly(SocketOperations.SENDMSG);
      complete(SocketOperations.SENDMSG, 15, 0);
      List<Operation> rest = kernel.submitted();
      assertThat(rest).extracting(Operation::opcode).containsExactly(SocketOperations.SEND);
      assertThat(rest).extracting(Operation::length).containsExactly(15);
      page.close(INDEX);
      assertCancelled(SocketOperations.POLL_ADD, SocketOperations.SEND);
      complete(SocketOperations.POLL_ADD, ECANCELED, 0);
      complete(SocketOperations.SEND, 15, 0);
      assertThat(user.closed).isEqualTo(1);
    });
  }

  /** Queues are used again, for what waits behind a buffer that is being sent by itself. */
  @Test
  void aQueueThatWasGatheredOnceSaysNothingOfTheNextSend() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      write(10);
      write(20);
      page.flush(INDEX);
      complete(SocketOperations.SENDMSG, 30, 0);
      write(10);
      page.flush(INDEX);
      assertThat(opcodes()).containsExactly(SocketOperations.SENDMSG, SocketOperations.SEND);
      write(20);
      page.close(INDEX);
      assertCancelled(SocketOperations.POLL_ADD, SocketOperations.SEND);
      complete(SocketOperations.POLL_ADD, ECANCELED, 0);
      complete(SocketOperations.SEND, ECANCELED, 0);
      assertThat(user.closed).isEqualTo(1);
    });
  }

  @Test
  void whatTheKernelHasNotTakenIsSentAgainFromThere() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      write(10);
      page.flush(INDEX);
      long start = kernel.submitted().getFirst().address();
      complete(SocketOperations.SEND, 4, 0);
      assertThat(kernel.submitted())
          .containsExactly(new Operation(SocketOperations.SEND, DESCRIPTOR, start + 4, 6, INDEX));
      complete(SocketOperations.SEND, 6, 0);
      assertThat(opcodes()).isEmpty();
      assertThat(page.pendingBytes(INDEX)).isZero();
    });
  }

  @Test
  void aSendThatFailsClosesTheSocket() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      write(10);
      page.flush(INDEX);
      kernel.submitted();
      complete(SocketOperations.SEND, EPIPE, 0);
      assertCancelled(SocketOperations.POLL_ADD);
      complete(SocketOperations.POLL_ADD, ECANCELED, 0);
      assertThat(user.closed).isEqualTo(1);
    });
  }

  /** Completions that find no room end a multishot poll. */
  @Test
  void aPollThatTheKernelHasEndedBeginsAgain() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      page.reading(INDEX, false);
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      assertThat(opcodes()).as("it goes on").isEmpty();
      complete(SocketOperations.POLL_ADD, POLLIN, 0);
      assertThat(opcodes()).containsExactly(SocketOperations.POLL_ADD);
      assertThat(user.closed).isZero();
    });
  }

  @Test
  void aPausedSocketWaitsForTheClientsEndButNotForOneThatIsGone() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      page.reading(INDEX, false);
      complete(SocketOperations.POLL_ADD, SocketOperations.POLLRDHUP, MORE);
      assertThat(page.isClosing(INDEX)).isFalse();
      complete(SocketOperations.POLL_ADD, SocketOperations.POLLHUP, MORE);
      assertCancelled(SocketOperations.POLL_ADD);
      complete(SocketOperations.POLL_ADD, ECANCELED, 0);
      assertThat(user.closed).isEqualTo(1);
    });
  }

  /** What was to be told later is not told to, or of, whoever has the slot by then. */
  @Test
  void whatWasMeantForAUserIsNotForTheNextOneOfTheSlot() throws Exception {
    User next = new User();
    onLoop(() -> {
      page.start(kernel);
      page.reserve(INDEX, user);
      page.reading(INDEX, false);
      page.reading(INDEX, true);
      write(HIGH_BYTES + 1);
      page.abandon(INDEX);
      assertThat(user.closed).isEqualTo(1);
      page.reserve(INDEX, next);
      page.attach(INDEX, DESCRIPTOR);
    });
    onLoop(() -> {
      assertThat(user.told).isZero();
      assertThat(next.told).isZero();
      assertThat(page.isClosing(INDEX)).as("a socket that was read").isFalse();
      assertThat(page.isWritable(INDEX)).isTrue();
    });
  }

  @Test
  void aSocketThatHasNotComeIsNotRead() throws Exception {
    onLoop(() -> {
      page.start(kernel);
      page.reserve(INDEX, user);
      page.reading(INDEX, false);
      page.reading(INDEX, true);
    });
    onLoop(() -> assertThat(page.isClosing(INDEX)).isFalse());
  }

  @Test
  void aUserIsToldOnceThatItsBytesWaitAndOnceThatTheyDoNot() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      write(HIGH_BYTES);
      write(1);
      write(1);
      page.flush(INDEX);
      assertThat(user.told).as("within the write").isZero();
      assertThat(page.isWritable(INDEX)).isFalse();
    });
    onLoop(() -> {
      assertThat(user.told).isEqualTo(1);
      complete(SocketOperations.SENDMSG, HIGH_BYTES / 2, 0);
      assertThat(user.told).as("above the low watermark").isEqualTo(1);
      assertThat(page.isWritable(INDEX)).isFalse();
      complete(SocketOperations.SENDMSG, 3, 0);
      assertThat(user.told).isEqualTo(2);
      assertThat(page.isWritable(INDEX)).isTrue();
    });
  }

  @Test
  void aSocketThatIsBeingClosedSendsNothingMore() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      ByteBuf before = write(10);
      page.close(INDEX);
      ByteBuf after = write(10);
      page.flush(INDEX);
      assertThat(after.refCnt()).isZero();
      assertCancelled(SocketOperations.POLL_ADD);
      complete(SocketOperations.POLL_ADD, POLLIN, 0);
      assertThat(user.closed).isEqualTo(1);
      assertThat(before.refCnt()).isZero();
      assertThat(opcodes()).isEmpty();
    });
  }

  @Test
  void aReadThatFailsClosesTheSocket() throws Exception {
    onLoop(() -> {
      attach(DESCRIPTOR);
      complete(SocketOperations.POLL_ADD, POLLIN, MORE);
      assertCancelled(SocketOperations.POLL_ADD);
      complete(SocketOperations.POLL_ADD, ECANCELED, 0);
      assertThat(user.closed).isEqualTo(1);
    });
  }

  @Test
  void theEndWaitsForTheSocketAndForWhatIsQueued() throws Exception {
    onLoop(() -> {
      page.start(kernel);
      page.reserve(INDEX, user);
      write(10);
      page.endOutput(INDEX);
      assertThat(write(10).refCnt()).as("behind the end").isZero();
      assertThat(page.pendingBytes(INDEX)).isEqualTo(10);
      assertThat(page.isClosing(INDEX)).isFalse();
      page.attach(INDEX, DESCRIPTOR);
      assertThat(opcodes()).containsExactly(SocketOperations.POLL_ADD, SocketOperations.SEND);
      assertThat(page.isClosing(INDEX)).isFalse();
      complete(SocketOperations.SEND, 10, 0);
      assertThat(page.isClosing(INDEX)).as("no such socket can be shut down").isTrue();
    });
  }

  @Test
  void anEndWithoutAnythingQueuedWaitsForTheSocket() throws Exception {
    onLoop(() -> {
      page.start(kernel);
      page.reserve(INDEX, user);
      page.endOutput(INDEX);
      assertThat(page.isClosing(INDEX)).isFalse();
      page.attach(INDEX, DESCRIPTOR);
      assertThat(page.isClosing(INDEX)).as("no such socket can be shut down").isTrue();
    });
  }

  @Test
  void whatIsToBeDoneAtTheEndIsDoneOnceForItsSocketOnly() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    onLoop(() -> {
      page.reserve(INDEX, user);
      page.end(INDEX, age -> ended.incrementAndGet(), 0);
      page.abandon(INDEX);
      assertThat(ended).hasValue(1);
      page.reserve(INDEX, user);
      page.abandon(INDEX);
      assertThat(ended).hasValue(1);
    });
  }

  @Test
  void aSocketThatComesTooLateIsClosedAtOnce() throws Exception {
    onLoop(() -> {
      page.start(kernel);
      page.reserve(INDEX, user);
      page.close(INDEX);
      assertThat(user.closed).isZero();
      page.attach(INDEX, DESCRIPTOR);
      assertThat(user.closed).isEqualTo(1);
      assertThat(opcodes()).isEmpty();
    });
  }
}
