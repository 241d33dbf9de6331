package app.seventv.core.http;

import io.netty.buffer.ByteBuf;

/** Numbers of the HTTP/2 wire format (RFC 9113 §4, §6). */
final class Http2Frames {
  /** Length, type, flags and stream id (RFC 9113 §4.1). */
  static final int HEADER_BYTES = 9;

  /** Largest payload that both sides must accept (RFC 9113 §4.2); we neither ask for more. */
  static final int MAX_PAYLOAD_BYTES = 16_384;

  /** Size of every flow-control window at first (RFC 9113 §6.9.2). */
  static final int INITIAL_WINDOW_BYTES = 65_535;

  static final int DATA = 0x0;
  static final int HEADERS = 0x1;
  static final int PRIORITY = 0x2;
  static final int RST_STREAM = 0x3;
  static final int SETTINGS = 0x4;
  static final int PUSH_PROMISE = 0x5;
  static final int PING = 0x6;
  static final int GOAWAY = 0x7;
  static final int WINDOW_UPDATE = 0x8;
  static final int CONTINUATION = 0x9;

  /** RFC 9218 §7.1. */
  static final int PRIORITY_UPDATE = 0x10;

  static final int ACK = 0x1;
  static final int END_STREAM = 0x1;
  static final int END_HEADERS = 0x4;
  static final int PADDED = 0x8;
  static final int PRIORITY_FLAG = 0x20;

  static final int SETTINGS_HEADER_TABLE_SIZE = 0x1;
  static final int SETTINGS_ENABLE_PUSH = 0x2;
  static final int SETTINGS_MAX_CONCURRENT_STREAMS = 0x3;
  static final int SETTINGS_INITIAL_WINDOW_SIZE = 0x4;
  static final int SETTINGS_MAX_FRAME_SIZE = 0x5;
  static final int SETTINGS_MAX_HEADER_LIST_SIZE = 0x6;

  /** RFC 8441 §3. */
  static final int SETTINGS_ENABLE_CONNECT_PROTOCOL = 0x8;

  /** RFC 9218 §2.1. */
  static final int SETTINGS_NO_RFC7540_PRIORITIES = 0x9;

  private Http2Frames() {}

  /** Writes a frame header (RFC 9113 §4.1). */
  static void writeHeader(ByteBuf out, int length, int type, int flags, int streamId) {
    out.writeMedium(length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(streamId);
  }
}
