package app.seventv.benchmarks;

import io.netty.buffer.ByteBuf;

/** Counts a server's websocket frames in bytes that may be split anywhere; forgets the payload. */
final class FrameCounter {
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;

  private final int minPayloadBytes;
  private long header;
  private int headerBytes;
  private int wantedBytes = 2;
  private long payloadBytes;
  private long payloadLeft;
  private int lastFrameBytes;

  /**
   * @param minPayloadBytes frames with less are not counted: heartbeats, acknowledgements
   */
  FrameCounter(int minPayloadBytes) {
    this.minPayloadBytes = minPayloadBytes;
  }

  /** Bytes of the last frame that was counted, with its header. */
  int lastFrameBytes() {
    return lastFrameBytes;
  }

  /** Frames that end in these bytes, all of which it reads. */
  int count(ByteBuf in) {
    int frames = 0;
    while (in.isReadable()) {
      if (payloadLeft > 0) {
        int length = (int) Math.min(payloadLeft, in.readableBytes());
        in.skipBytes(length);
        payloadLeft -= length;
      } else {
        readHeader(in.readUnsignedByte());
      }
      if (payloadLeft == 0 && headerBytes == 0 && payloadBytes >= minPayloadBytes) {
        frames++;
        lastFrameBytes = (int) payloadBytes + (payloadBytes > 125 ? 4 : 2);
        payloadBytes = -1;
      }
    }
    return frames;
  }

  private void readHeader(int next) {
    header = header << Byte.SIZE | next;
    headerBytes++;
    if (headerBytes < wantedBytes) {
      return;
    }
    int length7 = (int) header & 0x7F;
    if (headerBytes == 2 && length7 >= LENGTH_16) {
      wantedBytes = length7 == LENGTH_64 ? 10 : 4;
      header = 0;
      return;
    }
    payloadBytes = headerBytes == 2 ? length7 : header;
    payloadLeft = payloadBytes;
    header = 0;
    headerBytes = 0;
    wantedBytes = 2;
  }
}
