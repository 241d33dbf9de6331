package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http3.Http3ErrorCode;
import java.util.HashSet;
import java.util.Set;

/** Reads the client's control stream (RFC 9114 §6.2.1, §7.2). */
final class Http3ControlReader {
  /** Largest payload that is kept whole: settings, ids, priorities. */
  private static final int MAX_PAYLOAD_BYTES = 4 << 10;

  /** Settings of HTTP/2 that must not be sent (RFC 9114 §7.2.4.1). */
  private static final long FIRST_OF_HTTP2 = 0x2;

  private static final long LAST_OF_HTTP2 = 0x5;

  private final Http3Connection connection;
  private final Http3VarInt number = new Http3VarInt();
  private final ByteBuf payload = Unpooled.buffer(Long.BYTES, MAX_PAYLOAD_BYTES);

  private long type = -1;
  private long left = -1;
  private long lastGoAwayId = Long.MAX_VALUE;
  private long maxPushId = -1;
  private boolean settingsSeen;

  Http3ControlReader(Http3Connection connection) {
    this.connection = connection;
  }

  void read(ByteBuf in) {
    while (!connection.isOver()) {
      if (left >= 0) {
        if (!payload(in)) {
          return;
        }
      } else if (!number.read(in)) {
        return;
      } else if (type < 0) {
        type = number.value();
      } else {
        left = number.value();
        begin();
      }
    }
  }

  private void begin() {
    if (!settingsSeen && type != Http3Frames.SETTINGS) {
      connection.violated(Http3ErrorCode.H3_MISSING_SETTINGS);
    } else if ((settingsSeen && type == Http3Frames.SETTINGS)
        || type == Http3Frames.DATA
        || type == Http3Frames.HEADERS
        || type == Http3Frames.PUSH_PROMISE
        || Http3Frames.isOfHttp2(type)) {
      connection.violated(Http3ErrorCode.H3_FRAME_UNEXPECTED);
    } else if (isKnown() && left > MAX_PAYLOAD_BYTES) {
      connection.violated(Http3ErrorCode.H3_EXCESSIVE_LOAD);
    }
  }

  private boolean isKnown() {
    return type == Http3Frames.SETTINGS
        || type == Http3Frames.GOAWAY
        || type == Http3Frames.MAX_PUSH_ID
        || type == Http3Frames.CANCEL_PUSH
        || type == Http3Frames.PRIORITY_UPDATE_OF_REQUEST
        || type == Http3Frames.PRIORITY_UPDATE_OF_PUSH;
  }

  /** Takes a part of a payload; false if more has to arrive. */
  private boolean payload(ByteBuf in) {
    int length = (int) Math.min(left, in.readableBytes());
    if (isKnown()) {
      payload.writeBytes(in, length);
    } else {
      in.skipBytes(length);
    }
    left -= length;
    if (left > 0) {
      return false;
    }
    frame();
    payload.clear();
    type = -1;
    left = -1;
    return true;
  }

  private void frame() {
    if (type == Http3Frames.SETTINGS) {
      settingsSeen = true;
      settings();
    } else if (type == Http3Frames.PRIORITY_UPDATE_OF_REQUEST) {
      connection.priorities().update(payload);
    } else if (type == Http3Frames.PRIORITY_UPDATE_OF_PUSH) {
      connection.violated(Http3ErrorCode.H3_ID_ERROR); // nothing was ever pushed
    } else if (isKnown()) {
      identifier();
    }
  }

  private void settings() {
    Set<Long> seen = new HashSet<>();
    Http3VarInt part = new Http3VarInt();
    while (payload.isReadable() && !connection.isOver()) {
      if (!part.read(payload)) {
        connection.violated(Http3ErrorCode.H3_FRAME_ERROR);
        return;
      }
      long id = part.value();
      if (!part.read(payload)) {
        connection.violated(Http3ErrorCode.H3_FRAME_ERROR);
      } else if (!seen.add(id)
          || (id >= FIRST_OF_HTTP2 && id <= LAST_OF_HTTP2)
          || (id == Http3Frames.SETTINGS_ENABLE_CONNECT_PROTOCOL && part.value() > 1)) {
        connection.violated(Http3ErrorCode.H3_SETTINGS_ERROR);
      }
    }
  }

  /** GOAWAY, MAX_PUSH_ID and CANCEL_PUSH hold one number each. */
  private void identifier() {
    Http3VarInt id = new Http3VarInt();
    if (!id.read(payload) || payload.isReadable()) {
      connection.violated(Http3ErrorCode.H3_FRAME_ERROR);
    } else if (type == Http3Frames.GOAWAY) {
      if (id.value() > lastGoAwayId) { // of pushes, of which there are none
        connection.violated(Http3ErrorCode.H3_ID_ERROR);
      }
      lastGoAwayId = id.value();
    } else if (type == Http3Frames.MAX_PUSH_ID) {
      if (id.value() < maxPushId) {
        connection.violated(Http3ErrorCode.H3_ID_ERROR);
      }
      maxPushId = id.value();
    } else {
      connection.violated(Http3ErrorCode.H3_ID_ERROR); // a push that was never promised
    }
  }
}
