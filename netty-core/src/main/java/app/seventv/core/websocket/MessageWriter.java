package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Encodes messages in the way that costs least: compressed, in one buffer, or not copied at all.
 */
final class MessageWriter {
  /** Payloads up to this size are copied behind their header; larger ones are sent as they are. */
  private static final int MAX_COPIED_BYTES = 4096;

  private MessageWriter() {}

  /** Queues a message; takes the payload's reference. */
  static void write(
      WebSocketTransport transport, WebSocketSession session, int opcode, ByteBuf payload) {
    ByteBufAllocator alloc = transport.alloc(session);
    int length = payload.readableBytes();
    if (session.isCompressed() && length >= session.options().minCompressedBytes()) {
      int level = session.options().compressionLevel();
      ByteBuf frame = PerMessageDeflate.ofThread().frame(alloc, opcode, payload, level);
      if (frame != null) {
        payload.release();
        transport.write(session, frame);
        return;
      }
    }
    if (length <= MAX_COPIED_BYTES) {
      ByteBuf frame = WebSocketFrames.frame(alloc, opcode, payload);
      payload.release();
      transport.write(session, frame);
    } else {
      ByteBuf header = alloc.buffer(WebSocketFrames.MAX_HEADER_BYTES);
      WebSocketFrames.writeHeader(header, opcode, length);
      transport.write(session, header);
      transport.write(session, payload);
    }
  }
}
