package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.websocket.WebSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a session counts while its client does not read, and when it flushes. */
class SessionOutputTest {
  private static final int MAX_PENDING_BYTES = 1 << 20;
  private static final int WRITE_TIMEOUT_TICKS = 100;

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<ByteBuf> written = new ArrayList<>();
  private final ClientKinds kinds = new ClientKinds(List.of());
  private final SessionLoop loop = LoneLoop.create(tasks::add, kinds, new Population());
  private final WebSocketSession session =
      new WebSocketSession(loop, kinds.of(ClientKind.WEBSOCKET, null, null, null));
  private boolean writable = true;
  private boolean writableAfterFlush;
  private int flushes;
  private String closed = "";

  SessionOutputTest() {
    session.onOpen(socket(), "");
    turn();
    flushes = 0;
  }

  private WebSocket socket() {
    return (WebSocket)
        Proxy.newProxyInstance(
            SessionOutputTest.class.getClassLoader(),
            new Class<?>[] {WebSocket.class},
            (_, method, arguments) -> {
              switch (method.getName()) {
                case "writeFrames" -> written.add((ByteBuf) arguments[0]);
                case "flush" -> {
                  flushes++;
                  writable |= writableAfterFlush;
                }
                case "close" -> closed = arguments[0] + " " + arguments[1];
                default -> {
                  // looked at below, or of no interest
                }
              }
              return switch (method.getName()) {
                case "isWritable" -> writable;
                case "pendingBytes" -> 0L;
                default -> null;
              };
            });
  }

  private void turn() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  @AfterEach
  void release() {
    assertThat(written).allMatch(frame -> frame.refCnt() == 1);
    written.forEach(ByteBuf::release);
  }

  /** Sends a dispatch; whether it was taken. */
  private boolean send(int bytes) {
    ByteBuf frame = Unpooled.buffer(bytes).writeZero(bytes);
    boolean taken = session.sendDispatch(frame, false);
    assertThat(frame.refCnt())
        .as("references of a frame, taken: " + taken)
        .isEqualTo(taken ? 1 : 0);
    return taken;
  }

  private boolean sendInParts(int bytes) {
    ByteBuf head = Unpooled.buffer(bytes).writeZero(bytes);
    ByteBuf tail = Unpooled.buffer(1).writeZero(1);
    boolean taken = session.sendDispatch(head, tail, false);
    assertThat(head.refCnt()).isEqualTo(taken ? 1 : 0);
    assertThat(tail.refCnt()).isEqualTo(taken ? 1 : 0);
    return taken;
  }

  @Test
  void aTurnIsFlushedOnceAndSoIsTheNext() {
    send(1);
    send(1);
    assertThat(flushes).isZero();
    turn();
    assertThat(flushes).isEqualTo(1);
    send(1);
    turn();
    assertThat(flushes).isEqualTo(2);
  }

  @Test
  void whatAClientLeavesUnreadIsBounded() {
    writable = false;
    assertThat(send(MAX_PENDING_BYTES)).isTrue();
    turn();
    int before = written.size();
    assertThat(send(1)).isFalse();
    assertThat(sendInParts(1)).isFalse();
    assertThat(written).hasSize(before);
    assertThat(session.isOverfull()).isTrue();
  }

  @Test
  void theCountBeginsAnewOnceTheClientReads() {
    writable = false;
    send(MAX_PENDING_BYTES);
    turn();
    writable = true;
    assertThat(send(1)).isTrue();
    turn();
    writable = false;
    assertThat(send(MAX_PENDING_BYTES)).isTrue();
    assertThat(sendInParts(1)).isFalse();
  }

  /** Buffers fill up within a turn for want of a flush; that says nothing about the client. */
  @Test
  void aBurstWithinATurnIsFlushedBeforeItIsCounted() {
    send(1); // what is to be flushed
    writable = false;
    writableAfterFlush = true;
    assertThat(send(1)).isTrue();
    assertThat(flushes).isEqualTo(1);
    loop.advance(2 * WRITE_TIMEOUT_TICKS);
    assertThat(closed).isEmpty();
  }

  @Test
  void whoTakesNothingForAWriteTimeoutIsClosed() {
    writable = false;
    send(1);
    turn();
    loop.advance(WRITE_TIMEOUT_TICKS - 1);
    assertThat(closed).isEmpty();
    loop.advance(WRITE_TIMEOUT_TICKS + 1);
    assertThat(closed).isEqualTo("1003 Timeout");
  }

  @Test
  void whoTakesSomethingInTimeIsNot() {
    writable = false;
    send(1);
    turn();
    loop.advance(WRITE_TIMEOUT_TICKS / 2);
    writable = true;
    send(1);
    turn();
    writable = false;
    send(1);
    turn();
    loop.advance(WRITE_TIMEOUT_TICKS + WRITE_TIMEOUT_TICKS / 4);
    assertThat(closed).isEmpty();
  }
}
