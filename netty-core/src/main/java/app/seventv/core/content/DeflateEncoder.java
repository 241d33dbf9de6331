package app.seventv.core.content;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** The JDK's DEFLATE in gzip (RFC 1952), or in zlib (RFC 1950), which HTTP calls "deflate". */
final class DeflateEncoder implements ContentEncoder {
  /** Magic, method, no flags, no time, no extra flags, unknown system (RFC 1952 §2.3). */
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private static final int STEP_BYTES = 4 << 10;

  private final Deflater deflater;
  private final CRC32 checksum = new CRC32();
  private final boolean gzip;
  private boolean begun;

  DeflateEncoder(boolean gzip, int level) {
    this.gzip = gzip;
    this.deflater = new Deflater(level, gzip);
  }

  @Override
  public void encode(ByteBuf in, Then then, ByteBuf out) {
    if (gzip && !begun) {
      begun = true;
      out.writeBytes(HEADER);
    }
    ByteBuffer bytes = in.nioBuffer();
    in.skipBytes(in.readableBytes());
    checksum.update(bytes.duplicate());
    deflater.setInput(bytes);
    switch (then) {
      case MORE -> drain(Deflater.NO_FLUSH, out);
      case FLUSH -> drain(Deflater.SYNC_FLUSH, out);
      case FINISH -> {
        deflater.finish();
        drain(Deflater.NO_FLUSH, out);
        if (gzip) {
          out.writeIntLE((int) checksum.getValue());
          out.writeIntLE((int) deflater.getBytesRead());
        }
      }
    }
  }

  private void drain(int flush, ByteBuf out) {
    int n;
    int room;
    do {
      out.ensureWritable(STEP_BYTES);
      room = out.writableBytes();
      n = deflater.deflate(out.nioBuffer(out.writerIndex(), room), flush);
      out.writerIndex(out.writerIndex() + n);
    } while (n == room);
  }

  @Override
  public void close() {
    deflater.end();
  }
}
