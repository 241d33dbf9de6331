package app.seventv.core.http;

import io.netty.buffer.ByteBuf;

/** Numbers of the HTTP/3 wire format (RFC 9114 §7, §11.2). */
final class Http3Frames {
  static final long DATA = 0x0;
  static final long HEADERS = 0x1;
  static final long CANCEL_PUSH = 0x3;
  static final long SETTINGS = 0x4;
  static final long PUSH_PROMISE = 0x5;
  static final long GOAWAY = 0x7;
  static final long MAX_PUSH_ID = 0xD;

  /** RFC 9218 §7.2. */
  static final long PRIORITY_UPDATE_OF_REQUEST = 0xF0700;

  static final long PRIORITY_UPDATE_OF_PUSH = 0xF0701;

  /** Types of unidirectional streams (RFC 9114 §6.2, RFC 9204 §4.2). */
  static final long CONTROL_STREAM = 0x0;

  static final long PUSH_STREAM = 0x1;
  static final long QPACK_ENCODER_STREAM = 0x2;
  static final long QPACK_DECODER_STREAM = 0x3;

  static final long SETTINGS_MAX_FIELD_SECTION_SIZE = 0x6;

  /** RFC 9220 §3. */
  static final long SETTINGS_ENABLE_CONNECT_PROTOCOL = 0x8;

  /** Type and length of a frame. */
  static final int MAX_FRAME_HEADER_BYTES = 2 * Long.BYTES;

  /** Client-initiated bidirectional streams have ids that are multiples of this (RFC 9000 §2.1). */
  static final long STREAM_ID_STEP = 4;

  private Http3Frames() {}

  /** Whether the type meant something in HTTP/2 and must not be used (RFC 9114 §7.2.8). */
  static boolean isOfHttp2(long type) {
    return type == 0x2 || type == 0x6 || type == 0x8 || type == 0x9;
  }

  static void writeHeader(ByteBuf out, long type, long length) {
    Http3VarInt.write(out, type);
    Http3VarInt.write(out, length);
  }
}
