package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Client frames to messages, over bytes that may be split anywhere (RFC 6455 §5, RFC 7692 §6).
 *
 * <p>A message that lies whole in one frame of the buffer is unmasked in place and handed over as
 * it lies there: no object, no copy. Everything else goes through {@link SessionWork}, which exists
 * only meanwhile. Payload is checked as it comes, so that a bad byte or an oversized frame fails
 * the connection before the rest has arrived.
 *
 * <pre>
 * 0               1               2               3
 * |F|R|R|R| opcode|M| length (7)  | extended length (16, if 126; 64, if 127) | key (32) | payload
 * </pre>
 */
abstract class FrameDecoder {
  private static final int FIN = 0x80;
  private static final int RSV1 = 0x40;
  private static final int RSV2_RSV3 = 0x30;
  private static final int MASKED = 0x80;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;
  private static final int MAX_CLIENT_HEADER_BYTES = 14;
  private static final int MAX_HEAD_BYTES =
      MAX_CLIENT_HEADER_BYTES + WebSocketFrames.MAX_CONTROL_BYTES;

  /** First buffer of a message that arrives in pieces; it grows with what arrives. */
  private static final int MIN_MESSAGE_BUFFER_BYTES = 512;

  private @Nullable SessionWork work;

  // What the session does with what it gets.

  /** Bounds of frames and messages. */
  abstract WebSocketOptions options();

  /** Whether frames are still of interest; false ends decoding at once. */
  abstract boolean isReceiving();

  /** Whether permessage-deflate has been agreed. */
  abstract boolean isCompressed();

  abstract ByteBufAllocator alloc();

  /** A whole message: what is readable in the buffer, during the call. */
  abstract void message(boolean text, ByteBuf payload);

  /** A control frame: what is readable in the buffer, during the call. */
  abstract void control(int opcode, ByteBuf payload);

  /** The peer has broken a rule or limit; {@link #isReceiving} is false afterwards. */
  abstract void fail(int closeCode, String reason);

  /** Things under way, or null. */
  final @Nullable SessionWork work() {
    return work;
  }

  /** Place for things under way. */
  final SessionWork startWork() {
    SessionWork current = work;
    if (current == null) {
      work = current = new SessionWork();
    }
    return current;
  }

  /** Lets go of the place once it is empty. */
  final void tidy() {
    if (work != null && work.isDone()) {
      work = null;
    }
  }

  /** Decodes what is readable; does not take the reference. */
  final void decode(ByteBuf in) {
    while (in.isReadable() && isReceiving()) {
      SessionWork current = work;
      if (current != null && current.frameRemaining > 0) {
        payload(current, in);
      } else if (current != null && current.head != null) {
        head(current, current.head, in);
      } else if (!frame(in)) {
        ByteBuf head = alloc().buffer(MAX_HEAD_BYTES, MAX_HEAD_BYTES);
        startWork().head = head.writeBytes(in);
      }
    }
    tidy();
  }

  /** Completes the start of a frame. */
  private void head(SessionWork current, ByteBuf head, ByteBuf in) {
    head.writeBytes(in, Math.min(missing(head), in.readableBytes()));
    current.head = null; // a frame that ends the session lets go of everything else
    if (frame(head)) {
      head.release();
    } else {
      current.head = head;
    }
  }

  /** Bytes up to the next point at which more can be said about the frame. */
  private static int missing(ByteBuf head) {
    int available = head.readableBytes();
    if (available < 2) {
      return 2 - available;
    }
    int length = head.getByte(1) & 0x7F;
    int wanted = headerBytes(length);
    if ((head.getByte(0) & 0x0F) >= WebSocketFrames.CLOSE) {
      wanted += length;
    }
    return wanted - available;
  }

  private static int headerBytes(int length7) {
    return length7 < LENGTH_16 ? 6 : length7 == LENGTH_16 ? 8 : MAX_CLIENT_HEADER_BYTES;
  }

  /** Reads one frame, or the start of a data frame; false if more bytes are needed for that. */
  private boolean frame(ByteBuf in) {
    int start = in.readerIndex();
    int available = in.readableBytes();
    if (available < 2) {
      return false;
    }
    int first = in.getByte(start);
    int second = in.getByte(start + 1);
    String defect = defect(first, second);
    if (defect != null) {
      fail(CloseCode.PROTOCOL_ERROR, defect);
      return true;
    }
    int length7 = second & 0x7F;
    int headerBytes = headerBytes(length7);
    if (available < headerBytes) {
      return false;
    }
    long length =
        length7 < LENGTH_16
            ? length7
            : length7 == LENGTH_16 ? in.getUnsignedShort(start + 2) : in.getLong(start + 2);
    if (!lengthAllowed(length7, length)) {
      return true;
    }
    boolean isControl = (first & 0x0F) >= WebSocketFrames.CLOSE;
    int mask = in.getInt(start + headerBytes - 4);
    if (available - headerBytes >= length && (isControl || isWholeMessage(first))) {
      in.readerIndex(start + headerBytes);
      wholeFrame(first, in, (int) length, mask);
      return true;
    }
    if (isControl) {
      return false;
    }
    in.readerIndex(start + headerBytes);
    startFrame(first, in, (int) length, mask);
    return true;
  }

  /** What the first two bytes have wrong, or null. */
  private @Nullable String defect(int first, int second) {
    int opcode = first & 0x0F;
    boolean isControl = opcode >= WebSocketFrames.CLOSE;
    boolean startsMessage = opcode == WebSocketFrames.TEXT || opcode == WebSocketFrames.BINARY;
    if ((first & RSV2_RSV3) != 0) {
      return "reserved bits are set";
    }
    // RFC 7692 §6: only the first frame of a message says that it is compressed.
    if ((first & RSV1) != 0 && !(startsMessage && isCompressed())) {
      return "reserved bit 1 is set";
    }
    if ((second & MASKED) == 0) {
      return "client frames must be masked";
    }
    if (isControl && ((first & FIN) == 0 || (second & 0x7F) > WebSocketFrames.MAX_CONTROL_BYTES)) {
      return "control frames must be whole and at most 125 bytes";
    }
    if (opcode > WebSocketFrames.PONG || (opcode > WebSocketFrames.BINARY && !isControl)) {
      return "unknown opcode";
    }
    boolean inMessage = work != null && work.opcode != 0;
    if (opcode == WebSocketFrames.CONTINUATION && !inMessage) {
      return "continuation without a message";
    }
    return startsMessage && inMessage ? "new message before the last one ended" : null;
  }

  private boolean lengthAllowed(int length7, long length) {
    if (length < 0
        || (length7 == LENGTH_16 && length < LENGTH_16)
        || (length7 == LENGTH_64 && length <= 0xFFFF)) {
      fail(CloseCode.PROTOCOL_ERROR, "length is not in its shortest form");
      return false;
    }
    if (length > options().maxFrameBytes()) {
      fail(CloseCode.TOO_BIG, "frame exceeds " + options().maxFrameBytes() + " bytes");
      return false;
    }
    SessionWork current = work;
    long before = current == null || current.message == null ? 0 : current.message.readableBytes();
    if (before + length > options().maxMessageBytes()) {
      fail(CloseCode.TOO_BIG, "message exceeds " + options().maxMessageBytes() + " bytes");
      return false;
    }
    return true;
  }

  private static boolean isWholeMessage(int first) {
    return (first & FIN) != 0 && (first & 0x0F) != WebSocketFrames.CONTINUATION;
  }

  /** A control frame or a message of one frame, handled where it lies. */
  private void wholeFrame(int first, ByteBuf in, int length, int mask) {
    int start = in.readerIndex();
    int limit = in.writerIndex();
    int opcode = first & 0x0F;
    Masking.apply(in, start, length, mask);
    in.writerIndex(start + length);
    if (opcode >= WebSocketFrames.CLOSE) {
      control(opcode, in);
    } else if ((first & RSV1) != 0) {
      inflated(opcode == WebSocketFrames.TEXT, in);
    } else if (opcode == WebSocketFrames.TEXT && !Utf8.isValid(in)) {
      notUtf8();
    } else {
      message(opcode == WebSocketFrames.TEXT, in);
    }
    in.setIndex(start + length, limit);
  }

  /** A frame whose end has not arrived, or one of several of its message. */
  private void startFrame(int first, ByteBuf in, int length, int mask) {
    SessionWork current = startWork();
    int opcode = first & 0x0F;
    if (opcode != WebSocketFrames.CONTINUATION) {
      current.opcode = opcode;
      current.compressed = (first & RSV1) != 0;
      current.utf8 = Utf8.BOUNDARY;
      current.fragments = 0;
    }
    if (++current.fragments > options().maxFragments()) {
      fail(CloseCode.POLICY_VIOLATION, "more than " + options().maxFragments() + " fragments");
      return;
    }
    current.lastFrame = (first & FIN) != 0;
    current.frameRemaining = length;
    current.mask = mask;
    payload(current, in);
  }

  /** Takes what has arrived of the current frame's payload. */
  private void payload(SessionWork current, ByteBuf in) {
    int length = Math.min(current.frameRemaining, in.readableBytes());
    ByteBuf message = current.message;
    if (message == null) {
      int room = Math.min(current.frameRemaining, Math.max(MIN_MESSAGE_BUFFER_BYTES, length * 2));
      current.message = message = alloc().buffer(room, options().maxMessageBytes());
    }
    int start = message.writerIndex();
    message.writeBytes(in, length);
    Masking.apply(message, start, length, current.mask);
    current.mask = Masking.advance(current.mask, length);
    current.frameRemaining -= length;
    boolean plainText = current.opcode == WebSocketFrames.TEXT && !current.compressed;
    if (plainText) {
      current.utf8 = Utf8.advance(current.utf8, message, start, start + length);
    }
    boolean complete = current.frameRemaining == 0 && current.lastFrame;
    if (plainText
        && (current.utf8 == Utf8.REJECTED || (complete && current.utf8 != Utf8.BOUNDARY))) {
      notUtf8();
    } else if (complete) {
      complete(current, message);
    }
  }

  private void complete(SessionWork current, ByteBuf message) {
    boolean text = current.opcode == WebSocketFrames.TEXT;
    current.opcode = 0;
    current.message = null;
    try {
      if (current.compressed) {
        inflated(text, message);
      } else {
        message(text, message);
      }
    } finally {
      message.release();
    }
  }

  private void inflated(boolean text, ByteBuf compressed) {
    int room = Math.min(options().maxMessageBytes(), Math.max(64, compressed.readableBytes() * 4));
    ByteBuf inflated = alloc().buffer(room, options().maxMessageBytes());
    try {
      switch (PerMessageDeflate.ofThread().inflate(compressed, inflated, text)) {
        case OK -> message(text, inflated);
        case NOT_UTF8 -> notUtf8();
        case TOO_BIG ->
            fail(CloseCode.TOO_BIG, "message exceeds " + options().maxMessageBytes() + " bytes");
        case MALFORMED -> fail(CloseCode.INVALID_PAYLOAD, "compressed data is malformed");
      }
    } finally {
      inflated.release();
    }
  }

  private void notUtf8() {
    fail(CloseCode.INVALID_PAYLOAD, "text is not UTF-8");
  }
}
