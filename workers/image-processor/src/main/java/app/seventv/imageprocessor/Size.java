package app.seventv.imageprocessor;

/** Pixels of a picture. */
record Size(long width, long height) implements Comparable<Size> {
  double aspect() {
    return (double) width / height;
  }

  /** The largest size of {@code aspect} inside this one, truncated (image-processor.md §7). */
  Size withAspect(double aspect) {
    return aspect > aspect()
        ? new Size(width, (long) (width / aspect))
        : new Size((long) (height * aspect), height);
  }

  Size times(long scale) {
    return new Size(width * scale, height * scale);
  }

  boolean isEmpty() {
    return width <= 0 || height <= 0;
  }

  /** By width, then by height. */
  @Override
  public int compareTo(Size other) {
    return width != other.width
        ? Long.compare(width, other.width)
        : Long.compare(height, other.height);
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
