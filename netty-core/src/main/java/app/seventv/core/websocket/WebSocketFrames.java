package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

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

  /** Says of a message's first frame that the message is compressed (RFC 7692 §6). */
  static final int RSV1 = 0x40;

  /** Longest payload of a control frame (RFC 6455 §5.5). */
  static final int MAX_CONTROL_BYTES = 125;

  private static final int FIN = 0x80;

  /** Longest header of a server's frame. */
  public static final int MAX_HEADER_BYTES = 10;

  private WebSocketFrames() {}

  /** A text frame with its own header and a copy of the payload; does not take the reference. */
  public static ByteBuf text(ByteBufAllocator alloc, ByteBuf utf8) {
    return frame(alloc, TEXT, utf8);
  }

  /** A text frame of a string. */
  public static ByteBuf text(ByteBufAllocator alloc, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteBuf frame = alloc.buffer(MAX_HEADER_BYTES + utf8.length);
    writeHeader(frame, TEXT, utf8.length);
    return frame.writeBytes(utf8);
  }

  /** A binary frame with its own header and a copy of the payload; does not take the reference. */
  public static ByteBuf binary(ByteBufAllocator alloc, ByteBuf data) {
    return frame(alloc, BINARY, data);
  }

  /**
   * A text frame compressed once for all sessions that have agreed on it ({@link
   * WebSocket#isCompressed}); others need {@link #text}. Does not take the payload's reference.
   *
   * @param level 1 (fastest) to 9 (smallest)
   * @return null if compression does not make the message smaller: send the plain frame then
   */
  public static @Nullable ByteBuf compressedText(ByteBufAllocator alloc, ByteBuf utf8, int level) {
    return PerMessageDeflate.ofThread().frame(alloc, TEXT, utf8, level);
  }

  /** Writes the header of a text frame, for payloads that the caller puts together from parts. */
  public static void writeTextHeader(ByteBuf out, int payloadBytes) {
    writeHeader(out, TEXT, payloadBytes);
  }

  /**
   * Writes the header of a final frame.
   *
   * @param opcodeAndRsv opcode, and reserved bits if there are any
   */
  static void writeHeader(ByteBuf out, int opcodeAndRsv, int length) {
    if (length <= MAX_CONTROL_BYTES) {
      out.writeShort((FIN | opcodeAndRsv) << 8 | length);
    } else if (length <= 0xFFFF) {
      out.writeInt((FIN | opcodeAndRsv) << 24 | 126 << 16 | length);
    } else {
      out.writeShort((FIN | opcodeAndRsv) << 8 | 127).writeLong(length);
    }
  }

  /** Bytes of the header that {@link #writeHeader} writes. */
  static int headerBytes(int length) {
    return length <= MAX_CONTROL_BYTES ? 2 : length <= 0xFFFF ? 4 : MAX_HEADER_BYTES;
  }

  /** A final frame with a copy of the payload; that of a control frame is at most 125 bytes. */
  static ByteBuf frame(ByteBufAllocator alloc, int opcode, ByteBuf payload) {
    int length = payload.readableBytes();
    ByteBuf frame = alloc.buffer(MAX_HEADER_BYTES + length);
    writeHeader(frame, opcode, length);
    return frame.writeBytes(payload, payload.readerIndex(), length);
  }

  /**
   * A close frame; the reason is cut to fit a control frame at a character boundary.
   *
   * @param code {@link CloseCode#NO_STATUS} for a frame without code and reason
   */
  static ByteBuf close(ByteBufAllocator alloc, int code, String reason) {
    ByteBuf frame = alloc.buffer(2 + MAX_CONTROL_BYTES);
    if (code == CloseCode.NO_STATUS) {
      writeHeader(frame, CLOSE, 0);
      return frame;
    }
    byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(utf8.length, MAX_CONTROL_BYTES - 2);
    while (length > 0 && length < utf8.length && (utf8[length] & 0xC0) == 0x80) {
      length--;
    }
    writeHeader(frame, CLOSE, 2 + length);
    return frame.writeShort(code).writeBytes(utf8, 0, length);
  }
}
