package app.seventv.events;

import app.seventv.core.websocket.WebSocketFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * The two forms of a frame (event-api.md §4, §5). In both, what depends on the session comes last,
 * so that everything before can be shared.
 */
final class Frames {
  /** Most digits of a sequence number. */
  static final int MAX_SEQUENCE_DIGITS = 10;

  /** Longest tail: a sequence number and two line feeds. */
  static final int MAX_TAIL_BYTES = MAX_SEQUENCE_DIGITS + 2;

  /** Most bytes around the payload of a dispatch, whatever its form. */
  static final int MAX_DISPATCH_OVERHEAD_BYTES = 80;

  private static final byte[] DATA = ascii("{\"d\":");
  private static final byte[] SSE_DISPATCH = ascii("event: dispatch\ndata: ");
  private static final byte[] SSE_ID = ascii("\nid: ");

  private Frames() {}

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A text frame around a whole envelope. */
  static ByteBuf webSocket(
      ByteBufAllocator alloc, Opcode opcode, String payload, long timeMs, int sequence) {
    String envelope = "{\"d\":" + payload + middle(opcode, timeMs) + sequence + "}";
    return WebSocketFrames.text(alloc, envelope);
  }

  /** One event of a stream. */
  static ByteBuf sse(ByteBufAllocator alloc, Opcode opcode, String payload, int sequence) {
    byte[] event =
        ("event: " + opcode.sseName() + "\ndata: " + payload + "\nid: " + sequence + "\n\n")
            .getBytes(StandardCharsets.UTF_8);
    return alloc.buffer(event.length).writeBytes(event);
  }

  /**
   * The shared part of a dispatch's text frame: header and envelope up to the sequence number,
   * whose number of digits the header's length depends on.
   */
  static ByteBuf webSocketHead(ByteBufAllocator alloc, byte[] payload, byte[] middle, int digits) {
    int headBytes = DATA.length + payload.length + middle.length;
    ByteBuf head = alloc.directBuffer(WebSocketFrames.MAX_HEADER_BYTES + headBytes);
    WebSocketFrames.writeTextHeader(head, headBytes + digits + 1);
    return head.writeBytes(DATA).writeBytes(payload).writeBytes(middle);
  }

  /** The shared part of a dispatch's event. */
  static ByteBuf sseHead(ByteBufAllocator alloc, byte[] payload) {
    return alloc
        .directBuffer(SSE_DISPATCH.length + payload.length + SSE_ID.length)
        .writeBytes(SSE_DISPATCH)
        .writeBytes(payload)
        .writeBytes(SSE_ID);
  }

  /** Envelope between payload and sequence number. */
  static String middle(Opcode opcode, long timeMs) {
    return ",\"op\":" + opcode.code() + ",\"t\":" + timeMs + ",\"s\":";
  }

  /** Writes a sequence number in decimal. */
  static void writeSequence(ByteBuf out, int sequence) {
    int digits = digits(sequence);
    int start = out.writerIndex();
    out.ensureWritable(digits).writerIndex(start + digits);
    int rest = sequence;
    for (int i = digits - 1; i >= 0; i--) {
      out.setByte(start + i, '0' + rest % 10);
      rest /= 10;
    }
  }

  /** Number of decimal digits of a number from 0 up. */
  static int digits(int number) {
    int digits = 1;
    for (int rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }
}
