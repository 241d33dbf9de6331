package app.seventv.imageprocessor;

/** A picture of straight-alpha pixels, one {@code 0xAARRGGBB} int each, row by row. */
final class Frame {
  private final int width;
  private final int height;
  private final int[] argb;

  /** Takes over {@code argb}, whose length is {@code width * height}. */
  Frame(int width, int height, int[] argb) {
    if (argb.length != width * height) {
      throw new IllegalArgumentException(
          "%d pixels do not make %d x %d".formatted(argb.length, width, height));
    }
    this.width = width;
    this.height = height;
    this.argb = argb;
  }

  /** A wholly transparent picture. */
  static Frame transparent(int width, int height) {
    return new Frame(width, height, new int[width * height]);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** The pixels themselves, not a copy. */
  int[] argb() {
    return argb;
  }

  Frame copy() {
    return new Frame(width, height, argb.clone());
  }

  /** The part whose upper left corner is at ({@code x}, {@code y}); it must lie inside. */
  Frame crop(int x, int y, int cropWidth, int cropHeight) {
    Frame result = transparent(cropWidth, cropHeight);
    for (int row = 0; row < cropHeight; row++) {
      System.arraycopy(argb, (y + row) * width + x, result.argb, row * cropWidth, cropWidth);
    }
    return result;
  }

  /** This picture drawn at ({@code x}, {@code y}) of a transparent canvas that contains it. */
  Frame placeOn(int canvasWidth, int canvasHeight, int x, int y) {
    Frame result = transparent(canvasWidth, canvasHeight);
    for (int row = 0; row < height; row++) {
      System.arraycopy(argb, row * width, result.argb, (y + row) * canvasWidth + x, width);
    }
    return result;
  }
}
