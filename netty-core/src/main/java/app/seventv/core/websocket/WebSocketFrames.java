package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Encodes unmasked server frames.
 *
 * <pre>
 * 0               1               2               3
 * |F|R|R|R| opcode|M| length (7)  | extended length (16, if 126; 64, if 127) | payload
 * </pre>
 *
 * RFC 6455 §5.2.
 */
public final class WebSocketFrames {
  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  /** Longest payload of a control frame (RFC 6455 §5.5). */
  static final int MAX_CONTROL_BYTES = 125;

  private static final int FIN = 0x80;

  /** Longest header of a server's frame. */
  public static final int MAX_HEADER_BYTES = 10;

  private WebSocketFrames() {}

  /** A text frame with its own header and a copy of the payload; does not take the reference. */
  public static ByteBuf text(ByteBufAllocator alloc, ByteBuf utf8) {
    int length = utf8.readableBytes();
    ByteBuf frame = alloc.buffer(MAX_HEADER_BYTES + length);
    writeHeader(frame, TEXT, length);
    return frame.writeBytes(utf8, utf8.readerIndex(), length);
  }

  /** A text frame of a string. */
  public static ByteBuf text(ByteBufAllocator alloc, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteBuf frame = alloc.buffer(MAX_HEADER_BYTES + utf8.length);
    writeHeader(frame, TEXT, utf8.length);
    return frame.writeBytes(utf8);
  }

  /** Writes the header of a text frame, for payloads that the caller puts together from parts. */
  public static void writeTextHeader(ByteBuf out, int payloadBytes) {
    writeHeader(out, TEXT, payloadBytes);
  }

  /** Writes the header of a final frame. */
  static void writeHeader(ByteBuf out, int opcode, int length) {
    out.writeByte(FIN | opcode);
    if (length <= MAX_CONTROL_BYTES) {
      out.writeByte(length);
    } else if (length <= 0xFFFF) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }

  /** A control frame; the payload is at most 125 bytes. */
  static ByteBuf control(ByteBufAllocator alloc, int opcode, ByteBuf payload) {
    int length = payload.readableBytes();
    ByteBuf frame = alloc.buffer(2 + length);
    writeHeader(frame, opcode, length);
    return frame.writeBytes(payload, payload.readerIndex(), length);
  }

  /** A close frame; the reason is cut to fit a control frame at a character boundary. */
  static ByteBuf close(ByteBufAllocator alloc, int code, String reason) {
    byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(utf8.length, MAX_CONTROL_BYTES - 2);
    while (length > 0 && length < utf8.length && (utf8[length] & 0xC0) == 0x80) {
      length--;
    }
    ByteBuf frame = alloc.buffer(4 + length);
    writeHeader(frame, CLOSE, 2 + length);
    return frame.writeShort(code).writeBytes(utf8, 0, length);
  }
}
