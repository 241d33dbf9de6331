package app.seventv.imageprocessor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The colours that show one picture best: boxes are split where the variance is largest, then two
 * rounds of k-means move the colours to the middle of what they stand for.
 */
final class Palette {
  /** Colours are gathered in cells of this many bits a channel. */
  private static final int CELL_BITS = 5;

  private static final int CELLS = 1 << (3 * CELL_BITS);
  private static final int KMEANS_ROUNDS = 2;

  private final int[] colours;
  private final boolean exact;

  /** Nearest palette entry by cell, filled in as it is asked for; -1 = not yet. */
  private final short[] nearestByCell = new short[CELLS];

  private Palette(int[] colours, boolean exact) {
    this.colours = colours;
    this.exact = exact;
    Arrays.fill(nearestByCell, (short) -1);
  }

  /**
   * Chooses at most {@code maxColours} for the pixels that are opaque.
   *
   * @param pixels ARGB; those with alpha 0 do not count
   */
  static Palette of(int[] pixels, int maxColours) {
    int[] few = distinct(pixels, maxColours);
    if (few.length <= maxColours) {
      return new Palette(few, true);
    }
    Cells cells = Cells.gather(pixels);
    return new Palette(cells.refine(cells.split(maxColours)), false);
  }

  /** Distinct opaque colours, sorted; one more than {@code max} if there are too many. */
  private static int[] distinct(int[] pixels, int max) {
    int[] seen = new int[max + 1];
    int count = 0;
    for (int i = 0; i < pixels.length && count <= max; i++) {
      int pixel = pixels[i];
      if (pixel >>> 24 == 0 || (i > 0 && pixel == pixels[i - 1])) {
        continue;
      }
      int at = Arrays.binarySearch(seen, 0, count, pixel);
      if (at < 0) {
        System.arraycopy(seen, -at - 1, seen, -at, count + at + 1);
        seen[-at - 1] = pixel;
        count++;
      }
    }
    return Arrays.copyOf(seen, count);
  }

  int size() {
    return colours.length;
  }

  /** Entry {@code index} as {@code 0xAARRGGBB}. */
  int colour(int index) {
    return colours[index];
  }

  /** Whether every pixel has its own colour, so that nothing needs dithering. */
  boolean isExact() {
    return exact;
  }

  /** The entry closest to a colour whose channels are 0 to 255. */
  int nearest(int red, int green, int blue) {
    if (exact) {
      return Arrays.binarySearch(colours, 0xff000000 | red << 16 | green << 8 | blue);
    }
    int cell = cell(red, green, blue);
    if (nearestByCell[cell] < 0) {
      nearestByCell[cell] = (short) search(colours, red, green, blue);
    }
    return nearestByCell[cell];
  }

  private static int cell(int red, int green, int blue) {
    int drop = 8 - CELL_BITS;
    return (red >> drop) << (2 * CELL_BITS) | (green >> drop) << CELL_BITS | blue >> drop;
  }

  private static int search(int[] colours, int red, int green, int blue) {
    int best = 0;
    int bestDistance = Integer.MAX_VALUE;
    for (int i = 0; i < colours.length; i++) {
      int r = (colours[i] >> 16 & 0xff) - red;
      int g = (colours[i] >> 8 & 0xff) - green;
      int b = (colours[i] & 0xff) - blue;
      int distance = 2 * r * r + 4 * g * g + 3 * b * b;
      if (distance < bestDistance) {
        bestDistance = distance;
        best = i;
      }
    }
    return best;
  }

  /** The occupied cells: how many pixels each holds and their mean colour. */
  private static final class Cells {
    private final int count;
    private final int[] weight;

    /** Mean red, green, blue. */
    private final float[][] mean;

    private Cells(int count, int[] weight, float[][] mean) {
      this.count = count;
      this.weight = weight;
      this.mean = mean;
    }

    static Cells gather(int[] pixels) {
      int[] hits = new int[CELLS];
      long[][] sums = new long[3][CELLS];
      int used = 0;
      for (int pixel : pixels) {
        if (pixel >>> 24 == 0) {
          continue;
        }
        int cell = cell(pixel >> 16 & 0xff, pixel >> 8 & 0xff, pixel & 0xff);
        used += hits[cell]++ == 0 ? 1 : 0;
        sums[0][cell] += pixel >> 16 & 0xff;
        sums[1][cell] += pixel >> 8 & 0xff;
        sums[2][cell] += pixel & 0xff;
      }
      int[] weight = new int[used];
      float[][] mean = new float[used][3];
      for (int cell = 0, at = 0; cell < CELLS; cell++) {
        if (hits[cell] > 0) {
          weight[at] = hits[cell];
          for (int channel = 0; channel < 3; channel++) {
            mean[at][channel] = (float) sums[channel][cell] / hits[cell];
          }
          at++;
        }
      }
      return new Cells(used, weight, mean);
    }

    /** A set of cells, with the channel along which it spreads most. */
    private final class Box {
      final int[] members;
      final double[] centre = new double[3];
      int widest;
      double spread;

      Box(int[] members) {
        this.members = members;
        double total = 0;
        for (int member : members) {
          total += weight[member];
          for (int channel = 0; channel < 3; channel++) {
            centre[channel] += (double) weight[member] * mean[member][channel];
          }
        }
        for (int channel = 0; channel < 3; channel++) {
          centre[channel] /= total;
          double variance = 0;
          for (int member : members) {
            double distance = mean[member][channel] - centre[channel];
            variance += weight[member] * distance * distance;
          }
          if (variance > spread) {
            spread = variance;
            widest = channel;
          }
        }
      }

      int colour() {
        return 0xff000000
            | (int) Math.round(centre[0]) << 16
            | (int) Math.round(centre[1]) << 8
            | (int) Math.round(centre[2]);
      }
    }

    int[] split(int maxColours) {
      PriorityQueue<Box> boxes =
          new PriorityQueue<>(Comparator.comparingDouble((Box box) -> -box.spread));
      int[] all = new int[count];
      Arrays.setAll(all, i -> i);
      boxes.add(new Box(all));
      while (boxes.size() < maxColours && boxes.element().spread > 0) {
        Box box = boxes.remove();
        double middle = box.centre[box.widest];
        int[] low = Arrays.stream(box.members).filter(m -> below(m, box.widest, middle)).toArray();
        int[] high =
            Arrays.stream(box.members).filter(m -> !below(m, box.widest, middle)).toArray();
        if (low.length == 0 || high.length == 0) {
          // The rounding of the mean left everything on one side: this box is as good as a point.
          box.spread = 0;
          boxes.add(box);
        } else {
          boxes.add(new Box(low));
          boxes.add(new Box(high));
        }
      }
      return boxes.stream().mapToInt(Box::colour).toArray();
    }

    private boolean below(int member, int channel, double middle) {
      return mean[member][channel] < middle;
    }

    int[] refine(int[] start) {
      int[] current = start;
      for (int round = 0; round < KMEANS_ROUNDS; round++) {
        double[][] sums = new double[current.length][4];
        for (int i = 0; i < count; i++) {
          int nearest =
              search(
                  current, Math.round(mean[i][0]), Math.round(mean[i][1]), Math.round(mean[i][2]));
          for (int channel = 0; channel < 3; channel++) {
            sums[nearest][channel] += (double) weight[i] * mean[i][channel];
          }
          sums[nearest][3] += weight[i];
        }
        int[] moved = current.clone();
        for (int i = 0; i < moved.length; i++) {
          if (sums[i][3] > 0) {
            moved[i] =
                0xff000000
                    | (int) Math.round(sums[i][0] / sums[i][3]) << 16
                    | (int) Math.round(sums[i][1] / sums[i][3]) << 8
                    | (int) Math.round(sums[i][2] / sums[i][3]);
          }
        }
        current = moved;
      }
      return current;
    }
  }
}
