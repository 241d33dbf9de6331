package app.seventv.core.http;

import static app.seventv.core.http.Http2Frames.ACK;
import static app.seventv.core.http.Http2Frames.CONTINUATION;
import static app.seventv.core.http.Http2Frames.DATA;
import static app.seventv.core.http.Http2Frames.END_HEADERS;
import static app.seventv.core.http.Http2Frames.END_STREAM;
import static app.seventv.core.http.Http2Frames.GOAWAY;
import static app.seventv.core.http.Http2Frames.HEADERS;
import static app.seventv.core.http.Http2Frames.HEADER_BYTES;
import static app.seventv.core.http.Http2Frames.MAX_PAYLOAD_BYTES;
import static app.seventv.core.http.Http2Frames.PADDED;
import static app.seventv.core.http.Http2Frames.PING;
import static app.seventv.core.http.Http2Frames.PRIORITY;
import static app.seventv.core.http.Http2Frames.PRIORITY_FLAG;
import static app.seventv.core.http.Http2Frames.PRIORITY_UPDATE;
import static app.seventv.core.http.Http2Frames.PUSH_PROMISE;
import static app.seventv.core.http.Http2Frames.RST_STREAM;
import static app.seventv.core.http.Http2Frames.SETTINGS;
import static app.seventv.core.http.Http2Frames.WINDOW_UPDATE;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a client sends: the preface, then frames (RFC 9113 §3.4, §4), each of which it hands
 * to the connection once it is complete and its own form is right. Header blocks are put together
 * and decompressed here, because no other frame may come between their parts (RFC 9113 §4.3).
 */
final class Http2Reader {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Stream dependency and weight of RFC 7540 in a HEADERS frame. */
  private static final int PRIORITY_BYTES = 5;

  /** CONTINUATION frames of one block: a client may cut it into small ones. */
  private static final int MAX_CONTINUATIONS = 128;

  /** Those among them that carry nothing. */
  private static final int MAX_EMPTY_CONTINUATIONS = 8;

  /** Compressed header blocks above this end the connection instead of the request. */
  private static final int MIN_BLOCK_LIMIT_BYTES = 64 << 10;

  private final Http2Connection connection;
  private final Http2Fields fields;
  private final DefaultHttp2HeadersDecoder hpack;
  private final int maxBlockBytes;

  private int prefaceBytes;
  private boolean settingsRead;
  private boolean partialHead;
  private boolean inputClosed;
  private long finished;

  private int blockStreamId;
  private @Nullable ByteBuf block;
  private int continuations;
  private int emptyContinuations;
  private boolean blockEndsStream;
  private boolean blockDependsOnItself;

  Http2Reader(Http2Connection connection, HttpLimits limits) {
    this.connection = connection;
    this.fields = new Http2Fields(limits.maxHeaderFields());
    this.hpack = new FieldsDecoder(limits.maxHeaderListBytes(), fields);
    this.maxBlockBytes = Math.max(MIN_BLOCK_LIMIT_BYTES, 2 * limits.maxHeaderListBytes());
  }

  /** Netty's HPACK decoder, filling our collector. */
  private static final class FieldsDecoder extends DefaultHttp2HeadersDecoder {
    private final Http2Fields fields;

    FieldsDecoder(int maxBytes, Http2Fields fields) {
      super(false, false, maxBytes); // the collector validates
      this.fields = fields;
    }

    @Override
    protected Http2Headers newHeaders() {
      fields.begin();
      return fields;
    }
  }

  /** Whether something has begun that its sender must end within the header deadline. */
  boolean waitsForMore() {
    return !inputClosed && (partialHead || blockStreamId != 0 || !settingsRead);
  }

  /** Frames and header blocks that came to their end so far. */
  long finished() {
    return finished;
  }

  /** Reads every complete frame; what is incomplete stays in the buffer. */
  void read(ByteBuf in) {
    partialHead = false;
    if (prefaceBytes < PREFACE.length && !readPreface(in)) {
      return;
    }
    while (connection.isOpen() && in.isReadable()) {
      int start = in.readerIndex();
      if (in.readableBytes() < HEADER_BYTES) {
        partialHead = true;
        return;
      }
      int length = in.getUnsignedMedium(start);
      int type = in.getUnsignedByte(start + 3);
      if (length > MAX_PAYLOAD_BYTES) {
        fail(Http2Error.FRAME_SIZE_ERROR, "frame exceeds 16384 bytes");
      } else if (in.readableBytes() < HEADER_BYTES + length) {
        partialHead = type != DATA; // the body deadline looks after those
        return;
      } else {
        int flags = in.getUnsignedByte(start + 4);
        int streamId = in.getInt(start + 5) & Integer.MAX_VALUE;
        int end = in.writerIndex();
        in.setIndex(start + HEADER_BYTES, start + HEADER_BYTES + length);
        frame(type, flags, streamId, in);
        in.setIndex(start + HEADER_BYTES + length, end);
        finished += blockStreamId == 0 ? 1 : 0;
      }
    }
    if (!connection.isOpen()) {
      in.skipBytes(in.readableBytes());
    }
  }

  private boolean readPreface(ByteBuf in) {
    while (in.isReadable() && prefaceBytes < PREFACE.length) {
      if (in.readByte() != PREFACE[prefaceBytes]) {
        fail(Http2Error.PROTOCOL_ERROR, "no HTTP/2 preface");
        in.skipBytes(in.readableBytes());
        return false;
      }
      prefaceBytes++;
    }
    return prefaceBytes == PREFACE.length;
  }

  /** One frame; the buffer holds its payload and nothing else. */
  private void frame(int type, int flags, int streamId, ByteBuf payload) {
    if (!settingsRead && (type != SETTINGS || (flags & ACK) != 0)) {
      fail(Http2Error.PROTOCOL_ERROR, "the first frame must be SETTINGS");
      return;
    }
    if (blockStreamId != 0 && (type != CONTINUATION || streamId != blockStreamId)) {
      fail(Http2Error.PROTOCOL_ERROR, "frame within a header block");
      return;
    }
    connection.frameArrived();
    switch (type) {
      case DATA -> data(flags, streamId, payload);
      case HEADERS -> headers(flags, streamId, payload);
      case PRIORITY -> priority(streamId, payload);
      case RST_STREAM -> rstStream(streamId, payload);
      case SETTINGS -> settings(flags, streamId, payload);
      case PUSH_PROMISE -> fail(Http2Error.PROTOCOL_ERROR, "a client cannot push");
      case PING -> ping(flags, streamId, payload);
      case GOAWAY -> goAway(streamId, payload);
      case WINDOW_UPDATE -> windowUpdate(streamId, payload);
      case CONTINUATION -> continuation(flags, streamId, payload);
      case PRIORITY_UPDATE -> priorityUpdate(streamId, payload);
      default -> connection.controlFrame(); // RFC 9113 §5.5: unknown types are ignored
    }
  }

  private void data(int flags, int streamId, ByteBuf payload) {
    int flowControlled = payload.readableBytes();
    if (streamId == 0) {
      fail(Http2Error.PROTOCOL_ERROR, "DATA without a stream");
    } else if (removePadding(flags, payload)) {
      connection.requests().data(streamId, payload, flowControlled, (flags & END_STREAM) != 0);
    }
  }

  /** RFC 9113 §6.1: the pad length octet, and that many octets at the end. */
  private boolean removePadding(int flags, ByteBuf payload) {
    if ((flags & PADDED) == 0) {
      return true;
    }
    int padding = payload.isReadable() ? payload.readUnsignedByte() : Integer.MAX_VALUE;
    if (padding > payload.readableBytes()) {
      fail(Http2Error.PROTOCOL_ERROR, "padding exceeds the frame");
      return false;
    }
    payload.writerIndex(payload.writerIndex() - padding);
    return true;
  }

  private void headers(int flags, int streamId, ByteBuf payload) {
    if (streamId == 0) {
      fail(Http2Error.PROTOCOL_ERROR, "HEADERS without a stream");
      return;
    }
    if (!removePadding(flags, payload)) {
      return;
    }
    blockDependsOnItself = false;
    if ((flags & PRIORITY_FLAG) != 0) {
      if (payload.readableBytes() < PRIORITY_BYTES) {
        fail(Http2Error.FRAME_SIZE_ERROR, "HEADERS too short for its priority");
        return;
      }
      blockDependsOnItself = (payload.readInt() & Integer.MAX_VALUE) == streamId;
      payload.skipBytes(1);
    }
    blockEndsStream = (flags & END_STREAM) != 0;
    if ((flags & END_HEADERS) != 0) {
      headerBlock(streamId, payload);
    } else {
      blockStreamId = streamId;
      continuations = 0;
      emptyContinuations = 0;
      block = alloc().buffer(2 * payload.readableBytes()).writeBytes(payload);
    }
  }

  private void continuation(int flags, int streamId, ByteBuf payload) {
    ByteBuf all = block;
    if (all == null) {
      fail(Http2Error.PROTOCOL_ERROR, "CONTINUATION without HEADERS");
      return;
    }
    continuations++;
    emptyContinuations += payload.isReadable() ? 0 : 1;
    if (continuations > MAX_CONTINUATIONS
        || emptyContinuations > MAX_EMPTY_CONTINUATIONS
        || all.readableBytes() + payload.readableBytes() > maxBlockBytes) {
      connection.fail(Http2Error.ENHANCE_YOUR_CALM, "header block too long", "continuation-flood");
      return;
    }
    all.writeBytes(payload);
    if ((flags & END_HEADERS) != 0) {
      block = null;
      blockStreamId = 0;
      try {
        headerBlock(streamId, all);
      } finally {
        all.release();
      }
    }
  }

  private void headerBlock(int streamId, ByteBuf compressed) {
    boolean tooLarge = false;
    try {
      hpack.decodeHeaders(streamId, compressed);
      tooLarge = fields.tooMany();
    } catch (Http2Exception.HeaderListSizeException e) {
      tooLarge = true; // the whole block was decoded: the compression state is right
    } catch (Http2Exception e) {
      fail(Http2Error.COMPRESSION_ERROR, "header block cannot be decompressed");
      return;
    }
    connection
        .requests()
        .headers(streamId, fields, blockEndsStream, tooLarge, blockDependsOnItself);
  }

  /** RFC 9113 §5.3.2: obsolete; only its form is checked. */
  private void priority(int streamId, ByteBuf payload) {
    if (streamId == 0) {
      fail(Http2Error.PROTOCOL_ERROR, "PRIORITY without a stream");
    } else if (payload.readableBytes() != PRIORITY_BYTES) {
      connection.streamError(streamId, Http2Error.FRAME_SIZE_ERROR);
    } else if ((payload.readInt() & Integer.MAX_VALUE) == streamId) {
      connection.streamError(streamId, Http2Error.PROTOCOL_ERROR);
    } else {
      connection.controlFrame();
    }
  }

  private void rstStream(int streamId, ByteBuf payload) {
    if (streamId == 0) {
      fail(Http2Error.PROTOCOL_ERROR, "RST_STREAM without a stream");
    } else if (payload.readableBytes() != 4) {
      fail(Http2Error.FRAME_SIZE_ERROR, "RST_STREAM is not 4 bytes long");
    } else {
      connection.rstStream(streamId);
    }
  }

  private void settings(int flags, int streamId, ByteBuf payload) {
    boolean ack = (flags & ACK) != 0;
    int length = payload.readableBytes();
    if (streamId != 0) {
      fail(Http2Error.PROTOCOL_ERROR, "SETTINGS on a stream");
    } else if (length % 6 != 0 || (ack && length != 0)) {
      fail(Http2Error.FRAME_SIZE_ERROR, "SETTINGS has a wrong length");
    } else if (ack) {
      connection.controlFrame();
    } else {
      boolean first = !settingsRead;
      settingsRead = true;
      connection.settings(payload, first);
    }
  }

  private void ping(int flags, int streamId, ByteBuf payload) {
    if (streamId != 0) {
      fail(Http2Error.PROTOCOL_ERROR, "PING on a stream");
    } else if (payload.readableBytes() != 8) {
      fail(Http2Error.FRAME_SIZE_ERROR, "PING is not 8 bytes long");
    } else {
      connection.ping((flags & ACK) != 0, payload.readLong());
    }
  }

  private void goAway(int streamId, ByteBuf payload) {
    if (streamId != 0) {
      fail(Http2Error.PROTOCOL_ERROR, "GOAWAY on a stream");
    } else if (payload.readableBytes() < 8) {
      fail(Http2Error.FRAME_SIZE_ERROR, "GOAWAY is too short");
    } else {
      connection.controlFrame(); // it limits the streams of a server, which opens none
    }
  }

  private void windowUpdate(int streamId, ByteBuf payload) {
    if (payload.readableBytes() != 4) {
      fail(Http2Error.FRAME_SIZE_ERROR, "WINDOW_UPDATE is not 4 bytes long");
    } else {
      connection.windowUpdate(streamId, payload.readInt() & Integer.MAX_VALUE);
    }
  }

  private void priorityUpdate(int streamId, ByteBuf payload) {
    if (streamId != 0) {
      fail(Http2Error.PROTOCOL_ERROR, "PRIORITY_UPDATE on a stream");
    } else if (payload.readableBytes() < 4) {
      fail(Http2Error.FRAME_SIZE_ERROR, "PRIORITY_UPDATE is too short");
    } else {
      int prioritized = payload.readInt() & Integer.MAX_VALUE;
      connection.priorityUpdate(prioritized, payload.toString(StandardCharsets.ISO_8859_1));
    }
  }

  /** Nothing will come any more, so nothing is waited for. */
  void inputClosed() {
    inputClosed = true;
  }

  /** Frees a header block that will never be complete. */
  void close() {
    if (block != null) {
      block.release();
      block = null;
    }
  }

  private ByteBufAllocator alloc() {
    return connection.alloc();
  }

  private void fail(Http2Error error, String reason) {
    connection.fail(error, reason, "protocol-error");
  }
}
