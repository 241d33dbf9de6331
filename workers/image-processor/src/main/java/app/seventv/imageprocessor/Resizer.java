package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.ResizeAlgorithm;

/**
 * Resizes pictures of one size to another: a separable convolution whose kernel widens on
 * downscale, in gamma space, on premultiplied colours (image-processor.md §7 step 7). Keeps its
 * buffers between frames: one thread at a time.
 */
final class Resizer {
  private final int sourceWidth;
  private final int sourceHeight;
  private final int width;
  private final int height;
  private final boolean nearest;
  private final Taps columns;
  private final Taps rows;
  private final float[] premultiplied;
  private final float[] horizontal;

  /** Weights of the source pixels for each target pixel of one direction. */
  private static final class Taps {
    final int[] first;
    final float[][] weights;

    Taps(int[] first, float[][] weights) {
      this.first = first;
      this.weights = weights;
    }
  }

  Resizer(int sourceWidth, int sourceHeight, int width, int height, ResizeAlgorithm algorithm) {
    this.sourceWidth = sourceWidth;
    this.sourceHeight = sourceHeight;
    this.width = width;
    this.height = height;
    this.nearest = algorithm == ResizeAlgorithm.ResizeAlgorithmNearest;
    boolean same = sourceWidth == width && sourceHeight == height;
    this.columns = nearest || same ? none() : taps(sourceWidth, width, Kernel.of(algorithm));
    this.rows = nearest || same ? none() : taps(sourceHeight, height, Kernel.of(algorithm));
    boolean convolves = columns.first.length > 0;
    this.premultiplied = new float[convolves ? sourceWidth * sourceHeight * 4 : 0];
    this.horizontal = new float[convolves ? width * sourceHeight * 4 : 0];
  }

  private static Taps none() {
    return new Taps(new int[0], new float[0][]);
  }

  private static Taps taps(int source, int target, Kernel kernel) {
    double scale = (double) source / target;
    double widening = Math.max(1, scale);
    double radius = kernel.support() * widening;
    int[] first = new int[target];
    float[][] weights = new float[target][];
    for (int i = 0; i < target; i++) {
      double centre = (i + 0.5) * scale;
      int from = Math.clamp((long) Math.floor(centre - radius), 0, source - 1);
      int to = Math.clamp((long) Math.ceil(centre + radius), from + 1, source);
      double[] raw = new double[to - from];
      double sum = 0;
      for (int k = 0; k < raw.length; k++) {
        raw[k] = kernel.weight((from + k + 0.5 - centre) / widening);
        sum += raw[k];
      }
      first[i] = from;
      weights[i] = new float[raw.length];
      for (int k = 0; k < raw.length; k++) {
        weights[i][k] = (float) (raw[k] / sum);
      }
    }
    return new Taps(first, weights);
  }

  /** Returns a new picture; {@code source} must have the size this was made for. */
  Frame resize(Frame source) {
    if (source.width() != sourceWidth || source.height() != sourceHeight) {
      throw JobFailure.resize("a frame differs in size from the first");
    }
    if (width == sourceWidth && height == sourceHeight) {
      return source.copy();
    }
    return nearest ? pick(source) : convolve(source);
  }

  private Frame pick(Frame source) {
    Frame result = Frame.transparent(width, height);
    for (int y = 0; y < height; y++) {
      int row = (int) ((y + 0.5) * sourceHeight / height);
      for (int x = 0; x < width; x++) {
        int column = (int) ((x + 0.5) * sourceWidth / width);
        result.argb()[y * width + x] = source.argb()[row * sourceWidth + column];
      }
    }
    return result;
  }

  private Frame convolve(Frame source) {
    premultiply(source.argb());
    for (int y = 0; y < sourceHeight; y++) {
      for (int x = 0; x < width; x++) {
        int from = (y * sourceWidth + columns.first[x]) * 4;
        sum(premultiplied, from, 4, columns.weights[x], horizontal, (y * width + x) * 4);
      }
    }
    Frame result = Frame.transparent(width, height);
    float[] pixel = new float[4];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        sum(horizontal, (rows.first[y] * width + x) * 4, width * 4, rows.weights[y], pixel, 0);
        result.argb()[y * width + x] = straight(pixel);
      }
    }
    return result;
  }

  /** Adds up pixels of {@code from}, {@code step} floats apart, into one pixel of {@code into}. */
  private static void sum(
      float[] from, int start, int step, float[] weights, float[] into, int target) {
    float a = 0;
    float r = 0;
    float g = 0;
    float b = 0;
    int at = start;
    for (float weight : weights) {
      a += from[at] * weight;
      r += from[at + 1] * weight;
      g += from[at + 2] * weight;
      b += from[at + 3] * weight;
      at += step;
    }
    into[target] = a;
    into[target + 1] = r;
    into[target + 2] = g;
    into[target + 3] = b;
  }

  private void premultiply(int[] argb) {
    for (int i = 0, at = 0; i < argb.length; i++, at += 4) {
      int pixel = argb[i];
      float alpha = pixel >>> 24;
      float factor = alpha / 255f;
      premultiplied[at] = alpha;
      premultiplied[at + 1] = (pixel >> 16 & 0xff) * factor;
      premultiplied[at + 2] = (pixel >> 8 & 0xff) * factor;
      premultiplied[at + 3] = (pixel & 0xff) * factor;
    }
  }

  private static int straight(float[] premultipliedArgb) {
    int alpha = channel(premultipliedArgb[0]);
    if (alpha == 0) {
      return 0;
    }
    float factor = 255f / premultipliedArgb[0];
    return alpha << 24
        | channel(premultipliedArgb[1] * factor) << 16
        | channel(premultipliedArgb[2] * factor) << 8
        | channel(premultipliedArgb[3] * factor);
  }

  private static int channel(float value) {
    return Math.clamp((int) (value + 0.5f), 0, 255);
  }
}
