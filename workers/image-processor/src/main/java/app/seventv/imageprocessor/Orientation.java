package app.seventv.imageprocessor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How a stored picture is turned to be seen upright; in the order of Exif's values, from 1. */
enum Orientation {
  UPRIGHT(false, false, false),
  MIRRORED(false, true, false),
  UPSIDE_DOWN(false, true, true),
  UPSIDE_DOWN_MIRRORED(false, false, true),
  TRANSPOSED(true, false, false),
  TURN_RIGHT(true, false, true),
  TRANSVERSED(true, true, true),
  TURN_LEFT(true, true, false);

  private static final int TAG = 0x0112;
  private static final int TIFF_HEADER_BYTES = 8;
  private static final int FIELD_BYTES = 12;
  private static final int LITTLE_ENDIAN_MARK = 0x4949;

  private final boolean swapsSides;
  private final boolean fromRight;
  private final boolean fromBottom;

  /** The upper left corner is the stored picture's right or bottom one, if so told. */
  Orientation(boolean swapsSides, boolean fromRight, boolean fromBottom) {
    this.swapsSides = swapsSides;
    this.fromRight = fromRight;
    this.fromBottom = fromBottom;
  }

  /**
   * Reads the first directory of Exif data (CIPA DC-008 §4.5, §4.6.5). Data that are broken turn
   * nothing: viewers show such a picture as it is stored.
   */
  static Orientation ofExif(byte[] exif) {
    ByteBuffer in = ByteBuffer.wrap(exif);
    if (exif.length < TIFF_HEADER_BYTES) {
      return UPRIGHT;
    }
    if (in.getShort(0) == LITTLE_ENDIAN_MARK) {
      in.order(ByteOrder.LITTLE_ENDIAN);
    }
    int directory = in.getInt(4);
    if (directory < TIFF_HEADER_BYTES || directory > exif.length - Short.BYTES) {
      return UPRIGHT;
    }
    int fields = Short.toUnsignedInt(in.getShort(directory));
    int at = directory + Short.BYTES;
    for (int i = 0; i < fields && at <= exif.length - FIELD_BYTES; i++, at += FIELD_BYTES) {
      if (in.getShort(at) == TAG) {
        return ofValue(in.getShort(at + 8));
      }
    }
    return UPRIGHT;
  }

  private static Orientation ofValue(int value) {
    return value >= 1 && value <= values().length ? values()[value - 1] : UPRIGHT;
  }

  /** The header of the upright picture. */
  ImageHeader turn(ImageHeader stored) {
    int across = swapsSides ? stored.height() : stored.width();
    int down = swapsSides ? stored.width() : stored.height();
    return new ImageHeader(across, down, stored.loopCount(), stored.frameDurationsMs());
  }

  /** The upright picture. */
  Frame turn(Frame stored) {
    int width = stored.width();
    int height = stored.height();
    int right = fromRight ? -1 : 1;
    int down = fromBottom ? -width : width;
    int first = (fromRight ? width - 1 : 0) + (fromBottom ? (height - 1) * width : 0);
    int alongRow = swapsSides ? down : right;
    int toNextRow = swapsSides ? right : down;
    Frame turned = swapsSides ? Frame.transparent(height, width) : Frame.transparent(width, height);
    int[] source = stored.argb();
    int[] target = turned.argb();
    for (int y = 0, to = 0; y < turned.height(); y++) {
      int from = first + y * toNextRow;
      for (int x = 0; x < turned.width(); x++, from += alongRow) {
        target[to++] = source[from];
      }
    }
    return turned;
  }
}
