package app.seventv.imageprocessor;

/** Finds a JPEG file's size in its first frame header (ITU-T T.81 §B.2.2). */
final class JpegHeader {
  private JpegHeader() {}

  static ImageHeader read(byte[] data) {
    ByteCursor in = new ByteCursor(data, "jpeg");
    in.skip(2);
    while (true) {
      if (in.u8() != 0xff) {
        throw in.failure("no marker");
      }
      int marker = in.u8();
      while (marker == 0xff) {
        marker = in.u8();
      }
      if (isFrameHeader(marker)) {
        in.skip(3);
        int height = in.u16be();
        return ImageHeader.still(in.u16be(), height);
      }
      in.skip(in.u16be() - 2L);
    }
  }

  private static boolean isFrameHeader(int marker) {
    boolean tables = marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
    return marker >= 0xc0 && marker <= 0xcf && !tables;
  }
}
