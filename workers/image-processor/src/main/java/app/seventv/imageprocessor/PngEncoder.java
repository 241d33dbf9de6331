package app.seventv.imageprocessor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes 8-bit RGBA, non-interlaced PNG files. */
final class PngEncoder {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int FILTERS = 5;

  private PngEncoder() {}

  /** The smallest file: every row filter is tried, highest compression. */
  static byte[] encodeSmall(Frame frame) {
    return encode(frame, Deflater.BEST_COMPRESSION, true);
  }

  /** For files that another program reads once. */
  static byte[] encodeFast(Frame frame) {
    return encode(frame, Deflater.BEST_SPEED, false);
  }

  private static byte[] encode(Frame frame, int level, boolean tryFilters) {
    ByteBuffer header = ByteBuffer.allocate(13);
    header.putInt(frame.width()).putInt(frame.height());
    header.put((byte) 8).put((byte) 6).put((byte) 0).put((byte) 0).put((byte) 0);
    byte[] data = deflate(filter(frame, tryFilters), level);
    ByteBuffer out = ByteBuffer.allocate(SIGNATURE.length + 3 * 12 + 13 + data.length);
    out.put(SIGNATURE);
    putChunk(out, "IHDR", header.array());
    putChunk(out, "IDAT", data);
    putChunk(out, "IEND", new byte[0]);
    return out.array();
  }

  private static void putChunk(ByteBuffer out, String type, byte[] body) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(body);
    out.putInt(body.length).put(name).put(body).putInt((int) crc.getValue());
  }

  private static byte[] deflate(byte[] raw, int level) {
    Deflater deflater = new Deflater(level);
    try {
      deflater.setInput(raw);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length / 2 + 64);
      byte[] buffer = new byte[16 * 1024];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private static byte[] filter(Frame frame, boolean tryFilters) {
    int rowBytes = frame.width() * 4;
    byte[] out = new byte[frame.height() * (rowBytes + 1)];
    byte[] above = new byte[rowBytes];
    byte[] row = new byte[rowBytes];
    byte[] candidate = new byte[rowBytes];
    for (int y = 0; y < frame.height(); y++) {
      readRow(frame, y, row);
      int at = y * (rowBytes + 1);
      long best = Long.MAX_VALUE;
      for (int type = tryFilters ? 0 : 2; type < (tryFilters ? FILTERS : 3); type++) {
        long cost = filterRow(type, row, above, candidate);
        if (cost < best) {
          best = cost;
          out[at] = (byte) type;
          System.arraycopy(candidate, 0, out, at + 1, rowBytes);
        }
      }
      byte[] swap = above;
      above = row;
      row = swap;
    }
    return out;
  }

  private static void readRow(Frame frame, int y, byte[] row) {
    int[] argb = frame.argb();
    for (int x = 0, at = 0; x < frame.width(); x++) {
      int pixel = argb[y * frame.width() + x];
      row[at++] = (byte) (pixel >> 16);
      row[at++] = (byte) (pixel >> 8);
      row[at++] = (byte) pixel;
      row[at++] = (byte) (pixel >>> 24);
    }
  }

  /** Returns the sum of absolute differences, the usual estimate of what deflate makes of it. */
  private static long filterRow(int type, byte[] row, byte[] above, byte[] out) {
    long cost = 0;
    for (int i = 0; i < row.length; i++) {
      int left = i < 4 ? 0 : row[i - 4] & 0xff;
      int up = above[i] & 0xff;
      int predicted =
          switch (type) {
            case 0 -> 0;
            case 1 -> left;
            case 2 -> up;
            case 3 -> (left + up) / 2;
            default -> PngPixels.paeth(left, up, i < 4 ? 0 : above[i - 4] & 0xff);
          };
      out[i] = (byte) ((row[i] & 0xff) - predicted);
      cost += Math.abs(out[i]);
    }
    return cost;
  }
}
