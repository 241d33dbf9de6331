package app.seventv.core.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.websocket.WebSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The bad days of sockets in a table, with and without TLS: clients that read nothing, dribble,
 * reset, or flood.
 */
abstract class SocketTableCases extends SocketTableFixture {
  @Test
  void socketsMoveAndTheirSlotsAreUsedAgain() throws Exception {
    for (int round = 0; round < 3; round++) {
      List<Socket> some = new ArrayList<>();
      for (int i = 0; i < SocketPage.SLOTS / 4; i++) {
        some.add(open());
      }
      int expected = some.size();
      await().untilAsserted(() -> assertThat(size()).isEqualTo(expected));
      for (Socket client : some) {
        client.getOutputStream().write(frame(0x81, ascii("hello")));
      }
      for (Socket client : some) {
        assertThat(receive(client)).isEqualTo("81:hello");
        client.close();
      }
      await().untilAsserted(() -> assertThat(size()).isZero());
    }
  }

  @Test
  void aTableGrowsByPages() throws Exception {
    List<Integer> slots = reserveAndAbandon();
    assertThat(slots).doesNotHaveDuplicates().doesNotContain(SocketTable.NONE);
    assertThat(size()).isZero();
    assertThat(reserveAndAbandon())
        .as("slots that were given back")
        .containsExactlyInAnyOrderElementsOf(slots);
  }

  /** One slot more than two pages have, all at once. */
  private List<Integer> reserveAndAbandon() throws Exception {
    return onLoop(() -> {
      List<Integer> reserved = new ArrayList<>();
      for (int i = 0; i < 2 * SocketPage.SLOTS + 1; i++) {
        reserved.add(table.reserve(new NoUser()));
      }
      reserved.forEach(table::abandon);
      return reserved;
    });
  }

  private static final class NoUser implements SocketUser {
    @Override
    public void received(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void writabilityChanged() {}

    @Override
    public void closed() {}

    @Override
    public int lowWatermarkBytes() {
      return LOW_BYTES;
    }

    @Override
    public int highWatermarkBytes() {
      return HIGH_BYTES;
    }
  }

  @Test
  void anAnswerStillOnItsWayArrivesBeforeTheHandshake() throws Exception {
    Socket client = connect();
    client.getOutputStream().write(ascii("GET / HTTP/1.1\r\nhost: a\r\n\r\n" + HANDSHAKE));
    client.getOutputStream().write(frame(0x81, ascii("hasty")));
    InputStream in = client.getInputStream();
    assertThat(readHead(in)).startsWith("HTTP/1.1 200");
    assertThat(new String(in.readNBytes(2), StandardCharsets.US_ASCII)).isEqualTo("ok");
    assertThat(readHead(in)).startsWith("HTTP/1.1 101");
    assertThat(receive(client)).isEqualTo("81:hasty");
  }

  @Test
  void aClientThatLeavesWithItsHandshakeStillGetsTheAnswer() throws Exception {
    Socket client = connect();
    client.getOutputStream().write(ascii(HANDSHAKE));
    client.getOutputStream().write(frame(0x88, new byte[] {3, (byte) 0xE8}));
    client.shutdownOutput();
    assertThat(readHead(client.getInputStream())).startsWith("HTTP/1.1 101");
    assertThat(receive(client)).startsWith("88:");
    assertThat(client.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void aFrameMayComeByteByByteAndAHugeOneInManyReads() throws Exception {
    Socket client = open();
    for (byte b : frame(0x81, ascii("slowly"))) {
      client.getOutputStream().write(b);
      client.getOutputStream().flush();
    }
    assertThat(receive(client)).isEqualTo("81:slowly");
    client.getOutputStream().write(frame(0x82, new byte[MAX_MESSAGE_BYTES]));
    assertThat(receive(client)).isEqualTo("81:" + MAX_MESSAGE_BYTES);
    client.getOutputStream().write(frame(0x81, new byte[400_000]));
    assertThat(receive(client)).hasSize(3 + 400_000);
  }

  @Test
  void aClientMayResetInAnyState() throws Exception {
    for (int i = 0; i < 20; i++) {
      Socket atOnce = connect();
      atOnce.getOutputStream().write(ascii(HANDSHAKE));
      reset(atOnce);
      reset(open());
      Socket inTheMidst = open();
      inTheMidst.getOutputStream().write(new byte[] {(byte) 0x81, (byte) 0xFE, 1});
      reset(inTheMidst);
      Socket asking = open();
      asking.getOutputStream().write(frame(0x81, new byte[300_000]));
      reset(asking);
      Socket closing = open();
      closing.getOutputStream().write(frame(0x88, new byte[0]));
      reset(closing);
    }
    Socket last = open();
    last.getOutputStream().write(frame(0x81, ascii("fine")));
    assertThat(receive(last)).isEqualTo("81:fine");
  }

  @Test
  void aClientThatReadsNothingIsFeltAndCanBeCutOff() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    int frames =
        onLoop(() -> {
          int written = 0;
          while (session.isWritable() || session.pendingBytes() < 16 << 20) {
            session.writeBinary(Unpooled.wrappedBuffer(new byte[60_000]));
            session.flush();
            written++;
          }
          return written;
        });
    assertThat(frames).isPositive();
    assertThat(session.isWritable()).isFalse();
    Socket other = open();
    other.getOutputStream().write(frame(0x81, ascii("unharmed")));
    assertThat(receive(other)).isEqualTo("81:unharmed");
    assertThat(turnedWritable.get()).isZero();
    session.abort();
    await().until(() -> closed.get() == 1);
    session.flush(); // of a session that has no socket any more
    assertThat(session.isWritable()).isTrue();
    assertThat(session.pendingBytes()).isZero();
    other.getOutputStream().write(frame(0x81, ascii("still there")));
    assertThat(receive(other)).isEqualTo("81:still there");
    assertThat(client.isClosed()).isFalse();
  }

  @Test
  void bytesComeWholeAndInOrderThroughAFullSocket() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    onLoop(() -> {
      for (int i = 0; i < 400; i++) {
        ByteBuf shared = ByteBufAllocator.DEFAULT.directBuffer(20_000);
        shared.writeByte(0x82).writeByte(126).writeShort(16_000).writeZero(15_996).writeInt(i);
        session.writeFrames(shared.retainedSlice(0, 5_000));
        session.writeFrames(shared.retainedSlice(5_000, shared.readableBytes() - 5_000));
        shared.release();
        session.flush();
      }
      return null;
    });
    DataInputStream in = new DataInputStream(client.getInputStream());
    for (int i = 0; i < 400; i++) {
      assertThat(in.readInt()).isEqualTo(0x827E0000 | 16_000);
      in.skipNBytes(15_996);
      assertThat(in.readInt()).isEqualTo(i);
    }
    await().until(() -> turnedWritable.get() == 1);
    assertThat(session.pendingBytes()).isZero();
  }

  /** One buffer that does not fit the socket goes out in parts without a queue. */
  @Test
  void aSingleBufferComesWholeInParts() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    int words = 1 << 20;
    ByteBuf numbers = ByteBufAllocator.DEFAULT.directBuffer(words * Integer.BYTES);
    for (int i = 0; i < words; i++) {
      numbers.writeInt(i);
    }
    onLoop(() -> {
      session.writeFrames(numbers.retainedDuplicate());
      session.flush();
      return null;
    });
    DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
    for (int i = 0; i < words; i++) {
      assertThat(in.readInt()).isEqualTo(i);
    }
    await().untilAsserted(() -> assertThat(numbers.refCnt()).isEqualTo(1));
    assertThat(session.pendingBytes()).isZero();
    numbers.release();
  }

  /** A buffer of the test's, which the table has let go of when one reference is left. */
  private static ByteBuf written(WebSocket session, int bytes) {
    ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(bytes).writeZero(bytes);
    session.writeFrames(buffer.retainedDuplicate());
    return buffer;
  }

  @Test
  void buffersAreLetGoOfHoweverTheyEnd() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    List<ByteBuf> sent =
        onLoop(() -> {
          List<ByteBuf> buffers = new ArrayList<>();
          buffers.add(written(session, 10)); // alone
          session.flush();
          for (int i = 0; i < 20; i++) {
            buffers.add(written(session, 10)); // behind it, more than go into one send
          }
          session.flush();
          return buffers;
        });
    client.getInputStream().readNBytes(10 * sent.size());
    await().untilAsserted(() -> assertThat(sent).allMatch(buffer -> buffer.refCnt() == 1));
    List<ByteBuf> never =
        onLoop(() -> {
          List<ByteBuf> buffers = new ArrayList<>();
          while (session.pendingBytes() < 16 << 20) {
            buffers.add(written(session, 60_000));
            session.flush();
          }
          session.abort();
          buffers.add(written(session, 10)); // of one that is being closed
          session.flush();
          return buffers;
        });
    await().until(() -> closed.get() == 1);
    open();
    WebSocket another = onlySession();
    List<ByteBuf> unsent =
        onLoop(() -> {
          ByteBuf alone = written(another, 10); // and not flushed
          another.abort();
          return List.of(alone);
        });
    await().until(() -> closed.get() == 2);
    for (List<ByteBuf> buffers : List.of(sent, never, unsent)) {
      assertThat(buffers).allMatch(buffer -> buffer.refCnt() == 1);
      buffers.forEach(ByteBuf::release);
    }
  }

  /** What the kernel still reads belongs to it, whatever has become of the session. */
  @Test
  void aSendUnderWayEndsBeforeItsBufferAndItsSlot() throws Exception {
    open();
    WebSocket session = onlySession();
    List<Integer> references =
        onLoop(() -> {
          List<Integer> counts = new ArrayList<>();
          ByteBuf large = written(session, 16 << 20);
          session.flush();
          session.abort();
          counts.add(large.refCnt()); // at once: the send has just been asked for
          counts.add(table.size());
          large.release();
          return counts;
        });
    assertThat(references).containsExactly(2, 1);
    await().until(() -> closed.get() == 1);
  }

  @Test
  void whatIsNotFlushedWaits() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    client.getOutputStream().write(frame(0x81, ascii("at once")));
    assertThat(receive(client)).isEqualTo("81:at once");
    client.getOutputStream().write(frame(0x81, ascii(UNFLUSHED)));
    await().until(() -> session.pendingBytes() > 0);
    client.setSoTimeout(200);
    assertThat(catchTimeout(client)).isTrue();
    session.flush();
    client.setSoTimeout(20_000);
    assertThat(receive(client)).isEqualTo("81:" + UNFLUSHED);
  }

  @Test
  void whoPaysNoHeedToWritabilityIsCutOff() throws Exception {
    open();
    WebSocket session = onlySession();
    onLoop(() -> {
      ByteBuf large = Unpooled.directBuffer(8 << 20).writeZero(8 << 20);
      for (int i = 0; i <= SocketTable.MAX_PENDING_BYTES / (8 << 20); i++) {
        session.writeFrames(large.retainedDuplicate());
      }
      large.release();
      return null;
    });
    await().until(() -> closed.get() == 1);
  }

  @Test
  void aPausedClientWaitsAndIsReadLater() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    session.pauseReading();
    onLoop(() -> null);
    client.getOutputStream().write(frame(0x81, ascii("later")));
    client.setSoTimeout(200);
    assertThat(catchTimeout(client)).isTrue();
    session.resumeReading();
    client.setSoTimeout(20_000);
    assertThat(receive(client)).isEqualTo("81:later");
  }

  @Test
  void aClientThatLeavesWhilePausedIsMissedLater() throws Exception {
    Socket client = open();
    WebSocket session = onlySession();
    session.pauseReading();
    onLoop(() -> null);
    client.getOutputStream().write(frame(0x81, ascii("last")));
    client.shutdownOutput();
    client.setSoTimeout(200);
    assertThat(catchTimeout(client)).isTrue();
    session.resumeReading();
    await().until(() -> closed.get() == 1);
  }

  @Test
  void aClientThatDoesNotTakeAnEarlierAnswerCanBeCutOff() throws Exception {
    Socket client = connect();
    client.getOutputStream().write(ascii("GET /large HTTP/1.1\r\nhost: a\r\n\r\n" + HANDSHAKE));
    WebSocket session = onlySession();
    onLoop(() -> null); // the move has begun
    session.abort();
    await().until(() -> closed.get() == 1);
  }

  @Test
  void aSessionMayEndBeforeItsSocketWaits() throws Exception {
    Socket client = connect();
    String handshake = HANDSHAKE.replace("/ws", "/cut");
    client.getOutputStream().write(ascii("GET /large HTTP/1.1\r\nhost: a\r\n\r\n" + handshake));
    await().until(() -> closed.get() == 1);
  }

  @Test
  void aCloseFrameArrivesAlthoughTheClientKeepsSending() throws Exception {
    Socket client = open();
    onlySession().close(1001, "bye");
    onLoop(() -> null);
    byte[] some = frame(0x82, new byte[1000]);
    for (int i = 0; i < 100; i++) {
      client.getOutputStream().write(some);
    }
    assertThat(receive(client)).isEqualTo("88:\u0003\ufffdbye");
    await().until(() -> closed.get() == 1); // after the close timeout
  }

  @Test
  void aLoopThatEndsClosesItsSockets() throws Exception {
    Socket client = open();
    Socket busy = open();
    await().until(() -> open.size() == 2);
    WebSocket session = open.iterator().next();
    onLoop(() -> {
      for (int i = 0; i < 200; i++) {
        session.writeBinary(Unpooled.wrappedBuffer(new byte[60_000]));
        session.flush();
      }
      return null;
    });
    loops.close();
    await().until(() -> closed.get() == 2);
    for (Socket socket : List.of(client, busy)) {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream()); // to the end
    }
  }
}
