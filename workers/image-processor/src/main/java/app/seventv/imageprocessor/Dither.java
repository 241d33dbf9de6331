package app.seventv.imageprocessor;

import java.util.Arrays;

/** Maps pixels to palette entries, spreading three quarters of the error (Floyd and Steinberg). */
final class Dither {
  /** Errors are kept in 1/64: 3/4 of 7, 3, 5 and 1 sixteenths. */
  private static final int AHEAD = 21;

  private static final int BELOW_BEHIND = 9;
  private static final int BELOW = 15;
  private static final int BELOW_AHEAD = 3;

  private final Palette palette;
  private final int width;
  private int[] errors;
  private int[] errorsBelow;

  Dither(Palette palette, int width) {
    this.palette = palette;
    this.width = width;
    this.errors = new int[(width + 2) * 3];
    this.errorsBelow = new int[(width + 2) * 3];
  }

  /** Pixels with alpha 0 become {@code transparent}. */
  byte[] apply(int[] pixels, int transparent) {
    byte[] result = new byte[pixels.length];
    for (int i = 0, x = 0; i < pixels.length; i++) {
      result[i] = (byte) (pixels[i] >>> 24 == 0 ? transparent : choose(pixels[i], x));
      if (++x == width) {
        x = 0;
        int[] swap = errors;
        errors = errorsBelow;
        errorsBelow = swap;
        Arrays.fill(errorsBelow, 0);
      }
    }
    return result;
  }

  private int choose(int pixel, int x) {
    int red = pixel >> 16 & 0xff;
    int green = pixel >> 8 & 0xff;
    int blue = pixel & 0xff;
    if (palette.isExact()) {
      return palette.nearest(red, green, blue);
    }
    int at = (x + 1) * 3;
    red = Math.clamp(red + ((errors[at] + 32) >> 6), 0, 255);
    green = Math.clamp(green + ((errors[at + 1] + 32) >> 6), 0, 255);
    blue = Math.clamp(blue + ((errors[at + 2] + 32) >> 6), 0, 255);
    int index = palette.nearest(red, green, blue);
    int colour = palette.colour(index);
    spread(at, red - (colour >> 16 & 0xff));
    spread(at + 1, green - (colour >> 8 & 0xff));
    spread(at + 2, blue - (colour & 0xff));
    return index;
  }

  private void spread(int at, int error) {
    errors[at + 3] += error * AHEAD;
    errorsBelow[at - 3] += error * BELOW_BEHIND;
    errorsBelow[at] += error * BELOW;
    errorsBelow[at + 3] += error * BELOW_AHEAD;
  }
}
