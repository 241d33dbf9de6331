package app.seventv.imageprocessor;

import java.nio.charset.StandardCharsets;

/**
 * What stands in front of a JPEG file's picture: its size in the first frame header (ITU-T T.81
 * §B.2.2), and how it was held, in Exif data.
 *
 * @param stored size before it is turned
 */
record JpegHeader(ImageHeader stored, Orientation orientation) {
  private static final int EXIF_SEGMENT = 0xe1;
  private static final String EXIF_NAME = "Exif\0\0";

  static JpegHeader read(byte[] data) {
    ByteCursor in = new ByteCursor(data, "jpeg");
    in.skip(2);
    Orientation orientation = Orientation.UPRIGHT;
    while (true) {
      int marker = marker(in);
      ByteCursor segment = in.slice(in.u16be() - 2L);
      if (isFrameHeader(marker)) {
        segment.skip(1);
        int height = segment.u16be();
        return new JpegHeader(ImageHeader.still(segment.u16be(), height), orientation);
      } else if (marker == EXIF_SEGMENT && isExif(segment)) {
        orientation = Orientation.ofExif(segment.bytes(segment.remaining()));
      }
    }
  }

  /** The picture as it is seen. */
  ImageHeader upright() {
    return orientation.turn(stored);
  }

  private static int marker(ByteCursor in) {
    if (in.u8() != 0xff) {
      throw in.failure("no marker");
    }
    int marker = in.u8();
    while (marker == 0xff) {
      marker = in.u8();
    }
    return marker;
  }

  private static boolean isFrameHeader(int marker) {
    boolean tables = marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
    return marker >= 0xc0 && marker <= 0xcf && !tables;
  }

  /** Reads the segment's name, if it is long enough; other data use the same marker. */
  private static boolean isExif(ByteCursor segment) {
    return segment.remaining() >= EXIF_NAME.length()
        && new String(segment.bytes(EXIF_NAME.length()), StandardCharsets.ISO_8859_1)
            .equals(EXIF_NAME);
  }
}
