package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A transport without a network that notes what sessions do with it; time stands still. */
final class MemoryTransport implements WebSocketTransport {
  WebSocketOptions options = WebSocketOptions.DEFAULT;
  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(false);
  final List<String> calls = new ArrayList<>();
  final ByteBuf written = Unpooled.buffer();
  boolean writable = true;

  MemoryTransport() {
    loop.freezeTime();
  }

  void advance(long milliseconds) {
    loop.advanceTimeBy(milliseconds, TimeUnit.MILLISECONDS);
    loop.runPendingTasks();
    loop.runScheduledPendingTasks();
  }

  /** Bytes of buffers that sessions have allocated and not let go of. */
  long heldBytes() {
    return alloc.metric().usedHeapMemory();
  }

  /** Everything written since the last call, as hexadecimal digits. */
  String takeWritten() {
    byte[] bytes = new byte[written.readableBytes()];
    written.readBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** A client's frame, its payload masked. */
  static ByteBuf clientFrame(int first, byte[] payload, int mask) {
    ByteBuf frame = Unpooled.buffer(14 + payload.length).writeByte(first);
    if (payload.length <= 125) {
      frame.writeByte(0x80 | payload.length);
    } else if (payload.length <= 0xFFFF) {
      frame.writeByte(0x80 | 126).writeShort(payload.length);
    } else {
      frame.writeByte(0x80 | 127).writeLong(payload.length);
    }
    frame.writeInt(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.writeByte(payload[i] ^ (mask >>> (24 - 8 * (i & 3))));
    }
    return frame;
  }

  static ByteBuf clientFrame(int first, byte[] payload) {
    return clientFrame(first, payload, 0x01020304);
  }

  /** Gives the bytes to the session in pieces whose sizes the random numbers choose. */
  static void receiveSplit(WebSocketSession session, ByteBuf bytes, Random random, int maxPiece) {
    while (bytes.isReadable()) {
      int length = Math.min(bytes.readableBytes(), 1 + random.nextInt(maxPiece));
      session.receive(bytes.readBytes(length));
    }
  }

  @Override
  public EventExecutor executor(WebSocketSession session) {
    return loop.eventLoop();
  }

  @Override
  public WebSocketOptions options(WebSocketSession session) {
    return options;
  }

  @Override
  public ByteBufAllocator alloc(WebSocketSession session) {
    return alloc;
  }

  @Override
  public void write(WebSocketSession session, ByteBuf bytes) {
    written.writeBytes(bytes);
    bytes.release();
  }

  @Override
  public void flush(WebSocketSession session) {}

  @Override
  public boolean isWritable(WebSocketSession session) {
    return writable;
  }

  @Override
  public long pendingBytes(WebSocketSession session) {
    return written.readableBytes();
  }

  @Override
  public void reading(WebSocketSession session, boolean wanted) {}

  @Override
  public void close(WebSocketSession session) {
    calls.add("close");
  }

  @Override
  public void abort(WebSocketSession session) {
    calls.add("abort");
  }
}
