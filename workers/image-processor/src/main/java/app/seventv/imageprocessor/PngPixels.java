package app.seventv.imageprocessor;

import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Unpacks the compressed, filtered rows of one PNG picture into pixels. */
final class PngPixels {
  private static final int GREY = 0;
  private static final int RGB = 2;
  private static final int INDEXED = 3;
  private static final int GREY_ALPHA = 4;
  private static final int RGBA = 6;

  /** Adam7: first column, first row, column step, row step of each pass. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

  /** How the pixels are stored; only the combinations the format allows. */
  record Format(int depth, int colourType, boolean interlaced) {
    static Format of(int depth, int colourType, boolean interlaced) {
      boolean valid =
          switch (colourType) {
            case GREY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case INDEXED -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case RGB, GREY_ALPHA, RGBA -> depth == 8 || depth == 16;
            default -> false;
          };
      if (!valid) {
        throw JobFailure.decode("png: colour type %d of %d bits".formatted(colourType, depth));
      }
      return new Format(depth, colourType, interlaced);
    }

    int channels() {
      return switch (colourType) {
        case RGB -> 3;
        case GREY_ALPHA -> 2;
        case RGBA -> 4;
        default -> 1;
      };
    }
  }

  private final Format format;
  private final int[] palette = new int[256];

  /** The one colour that is transparent, as stored, or -1. */
  private final long transparentColour;

  PngPixels(Format format, byte[] paletteBytes, byte[] transparency) {
    this.format = format;
    for (int i = 0; i < paletteBytes.length / 3; i++) {
      int alpha = i < transparency.length ? transparency[i] & 0xff : 0xff;
      palette[i] =
          alpha << 24
              | (paletteBytes[i * 3] & 0xff) << 16
              | (paletteBytes[i * 3 + 1] & 0xff) << 8
              | (paletteBytes[i * 3 + 2] & 0xff);
    }
    this.transparentColour = transparentColour(format, transparency);
  }

  private static long transparentColour(Format format, byte[] transparency) {
    int samples = format.colourType == RGB ? 3 : format.colourType == GREY ? 1 : 0;
    if (samples == 0 || transparency.length < samples * 2) {
      return -1;
    }
    long colour = 0;
    for (int i = 0; i < samples * 2; i++) {
      colour = colour << 8 | (transparency[i] & 0xff);
    }
    return colour;
  }

  int[] decode(List<ByteCursor> chunks, int width, int height) {
    int[] result = new int[width * height];
    ByteSource source = new ByteSource(chunks);
    try {
      for (int[] pass : format.interlaced ? PASSES : ONE_PASS) {
        int passWidth = (width - pass[0] + pass[2] - 1) / pass[2];
        int passHeight = (height - pass[1] + pass[3] - 1) / pass[3];
        if (passWidth > 0 && passHeight > 0) {
          decodePass(source, pass, passWidth, passHeight, result, width);
        }
      }
    } finally {
      source.inflater.end();
    }
    return result;
  }

  private void decodePass(
      ByteSource source, int[] pass, int passWidth, int passHeight, int[] result, int width) {
    int bitsPerPixel = format.channels() * format.depth;
    int rowBytes = (int) (((long) passWidth * bitsPerPixel + 7) / 8);
    int pixelBytes = Math.max(1, bitsPerPixel / 8);
    byte[] above = new byte[rowBytes];
    byte[] row = new byte[rowBytes];
    byte[] filter = new byte[1];
    for (int y = 0; y < passHeight; y++) {
      source.read(filter);
      source.read(row);
      unfilter(filter[0], row, above, pixelBytes);
      int at = (pass[1] + y * pass[3]) * width + pass[0];
      for (int x = 0; x < passWidth; x++) {
        result[at + x * pass[2]] = pixel(row, x);
      }
      byte[] swap = above;
      above = row;
      row = swap;
    }
  }

  private static void unfilter(int filter, byte[] row, byte[] above, int pixelBytes) {
    if (filter < 0 || filter > 4) {
      throw JobFailure.decode("png: filter " + filter);
    }
    for (int i = 0; i < row.length && filter != 0; i++) {
      int left = i < pixelBytes ? 0 : row[i - pixelBytes] & 0xff;
      int up = above[i] & 0xff;
      int predicted =
          switch (filter) {
            case 1 -> left;
            case 2 -> up;
            case 3 -> (left + up) / 2;
            default -> paeth(left, up, i < pixelBytes ? 0 : above[i - pixelBytes] & 0xff);
          };
      row[i] += (byte) predicted;
    }
  }

  /** The neighbour nearest to {@code left + up - upLeft}. */
  static int paeth(int left, int up, int upLeft) {
    int toLeft = Math.abs(up - upLeft);
    int toUp = Math.abs(left - upLeft);
    int toUpLeft = Math.abs(left + up - 2 * upLeft);
    if (toLeft <= toUp && toLeft <= toUpLeft) {
      return left;
    }
    return toUp <= toUpLeft ? up : upLeft;
  }

  private int pixel(byte[] row, int x) {
    if (format.depth < 8) {
      int shift = 8 - format.depth - (x * format.depth & 7);
      int sample = (row[(x * format.depth) >> 3] >> shift) & ((1 << format.depth) - 1);
      if (format.colourType == INDEXED) {
        return palette[sample];
      }
      int grey = sample * 255 / ((1 << format.depth) - 1);
      return (sample == transparentColour ? 0 : 0xff000000) | grey * 0x010101;
    }
    int bytes = format.depth / 8;
    int at = x * format.channels() * bytes;
    // Of a 16-bit sample the high byte is the 8-bit one.
    int first = row[at] & 0xff;
    return switch (format.colourType) {
      case INDEXED -> palette[first];
      case GREY -> alphaOf(row, at, 1) | first * 0x010101;
      case GREY_ALPHA -> (row[at + bytes] & 0xff) << 24 | first * 0x010101;
      case RGB -> alphaOf(row, at, 3) | colour(row, at, bytes);
      default -> (row[at + 3 * bytes] & 0xff) << 24 | colour(row, at, bytes);
    };
  }

  private static int colour(byte[] row, int at, int bytes) {
    return (row[at] & 0xff) << 16 | (row[at + bytes] & 0xff) << 8 | (row[at + 2 * bytes] & 0xff);
  }

  private int alphaOf(byte[] row, int at, int samples) {
    if (transparentColour < 0) {
      return 0xff000000;
    }
    long colour = 0;
    for (int i = 0; i < samples; i++) {
      int sample =
          format.depth == 16
              ? (row[at + 2 * i] & 0xff) << 8 | (row[at + 2 * i + 1] & 0xff)
              : row[at + i] & 0xff;
      colour = colour << 16 | sample;
    }
    return colour == transparentColour ? 0 : 0xff000000;
  }

  /** The concatenated chunks, inflated only as far as rows are asked for. */
  private static final class ByteSource {
    private final List<ByteCursor> chunks;
    private final Inflater inflater = new Inflater();
    private int next;

    ByteSource(List<ByteCursor> chunks) {
      this.chunks = chunks;
    }

    void read(byte[] into) {
      int filled = 0;
      try {
        while (filled < into.length) {
          int count = inflater.inflate(into, filled, into.length - filled);
          filled += count;
          if (count == 0) {
            if (inflater.finished() || !inflater.needsInput() || next == chunks.size()) {
              throw JobFailure.decode("png: unexpected end of data");
            }
            ByteCursor chunk = chunks.get(next++);
            inflater.setInput(chunk.bytes(chunk.remaining()));
          }
        }
      } catch (DataFormatException e) {
        throw JobFailure.decode("png: " + e.getMessage());
      }
    }
  }
}
