package app.seventv.core.http;

import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;

/** What a client has set (RFC 9113 §6.5.2). */
final class Http2PeerSettings {
  private static final long MAX_FRAME_SIZE_LIMIT = (1 << 24) - 1;

  private long windowBytes = Http2Frames.INITIAL_WINDOW_BYTES;

  /** Send window of a stream at its start. */
  long windowBytes() {
    return windowBytes;
  }

  /**
   * Takes one setting; unknown ones are ignored.
   *
   * @return the error that a bad value is, or null
   */
  @Nullable Http2Error apply(int setting, long value, Http2Writer writer) {
    switch (setting) {
      case Http2Frames.SETTINGS_HEADER_TABLE_SIZE -> writer.headerTableBytes(value);
      case Http2Frames.SETTINGS_ENABLE_PUSH -> {
        if (value > 1) {
          return Http2Error.PROTOCOL_ERROR;
        }
      }
      case Http2Frames.SETTINGS_INITIAL_WINDOW_SIZE -> {
        if (value > Integer.MAX_VALUE) {
          return Http2Error.FLOW_CONTROL_ERROR;
        }
        windowBytes = value;
      }
      case Http2Frames.SETTINGS_MAX_FRAME_SIZE -> {
        // More than the least is allowed to us, but large frames would delay urgent ones.
        if (value < Http2Frames.MAX_PAYLOAD_BYTES || value > MAX_FRAME_SIZE_LIMIT) {
          return Http2Error.PROTOCOL_ERROR;
        }
      }
      default -> {
        // MAX_CONCURRENT_STREAMS limits pushes, MAX_HEADER_LIST_SIZE is a wish.
      }
    }
    return null;
  }
}
