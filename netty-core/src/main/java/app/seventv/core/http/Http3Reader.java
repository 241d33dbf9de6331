package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http3.Http3ErrorCode;
import org.jspecify.annotations.Nullable;

/** Takes the frames of a request stream apart and checks their order (RFC 9114 §4.1, §7). */
final class Http3Reader {
  /** Learns what is in the stream. */
  interface Sink {
    /** A whole field section, still encoded; the buffer stays the caller's. */
    void fields(ByteBuf section);

    /** A part of the body; the buffer stays the caller's. */
    void data(ByteBuf payload);

    /** The client has broken the protocol: the connection must end. */
    void violated(Http3ErrorCode code);

    /** Whether nothing more is wanted. */
    boolean isOver();
  }

  private final Sink sink;
  private final ByteBufAllocator alloc;
  private final int maxSectionBytes;
  private final Http3VarInt number = new Http3VarInt();

  private long type = -1;
  private long left = -1;
  private @Nullable ByteBuf section;
  private boolean headSeen;
  private boolean trailersSeen;

  /**
   * @param maxSectionBytes largest encoded field section
   */
  Http3Reader(Sink sink, ByteBufAllocator alloc, int maxSectionBytes) {
    this.sink = sink;
    this.alloc = alloc;
    this.maxSectionBytes = maxSectionBytes;
  }

  /** Takes what has arrived. */
  void read(ByteBuf in) {
    while (in.isReadable() && !sink.isOver()) {
      if (left >= 0) {
        payload(in);
      } else if (number.read(in)) {
        if (type < 0) {
          type = number.value();
        } else {
          left = number.value();
          begin();
        }
      }
    }
  }

  /** Whether the stream may end here: between two frames. */
  boolean isBetweenFrames() {
    return type < 0 && !number.isPartial();
  }

  private void begin() {
    if (type == Http3Frames.DATA) {
      if (!headSeen || trailersSeen) {
        sink.violated(Http3ErrorCode.H3_FRAME_UNEXPECTED);
      }
    } else if (type == Http3Frames.HEADERS) {
      if (trailersSeen) {
        sink.violated(Http3ErrorCode.H3_FRAME_UNEXPECTED);
      } else if (left > maxSectionBytes) {
        sink.violated(Http3ErrorCode.H3_EXCESSIVE_LOAD);
      }
    } else if (isOfOtherStreams()) {
      sink.violated(Http3ErrorCode.H3_FRAME_UNEXPECTED);
    }
    if (left == 0 && !sink.isOver()) {
      if (type == Http3Frames.HEADERS) {
        sink.violated(Http3ErrorCode.QPACK_DECOMPRESSION_FAILED); // not even a prefix
      }
      next();
    }
  }

  private boolean isOfOtherStreams() {
    return type == Http3Frames.CANCEL_PUSH
        || type == Http3Frames.SETTINGS
        || type == Http3Frames.PUSH_PROMISE
        || type == Http3Frames.GOAWAY
        || type == Http3Frames.MAX_PUSH_ID
        || type == Http3Frames.PRIORITY_UPDATE_OF_REQUEST
        || type == Http3Frames.PRIORITY_UPDATE_OF_PUSH
        || Http3Frames.isOfHttp2(type);
  }

  private void next() {
    type = -1;
    left = -1;
  }

  private void payload(ByteBuf in) {
    int length = (int) Math.min(left, in.readableBytes());
    left -= length;
    if (type == Http3Frames.HEADERS) {
      section(in, length);
    } else if (type == Http3Frames.DATA) {
      sink.data(in.readSlice(length));
    } else {
      in.skipBytes(length); // an extension (RFC 9114 §9)
    }
    if (left == 0) {
      next();
    }
  }

  private void section(ByteBuf in, int length) {
    ByteBuf waiting = section;
    if (waiting == null && left == 0) {
      fields(in.readSlice(length));
      return;
    }
    if (waiting == null) {
      waiting = alloc.buffer(length, (int) left + length); // what is announced may never come
      section = waiting;
    }
    waiting.writeBytes(in, length);
    if (left == 0) {
      section = null;
      try {
        fields(waiting);
      } finally {
        waiting.release();
      }
    }
  }

  private void fields(ByteBuf whole) {
    trailersSeen = headSeen;
    headSeen = true;
    sink.fields(whole);
  }

  /** Frees what waits for the rest of a section. */
  void close() {
    if (section != null) {
      section.release();
      section = null;
    }
  }
}
