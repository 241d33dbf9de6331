package app.seventv.events;

import java.util.Arrays;

/**
 * An int for each index from 0 up, in pages: it grows without copying what is there, and no more
 * than a page of it is unused. Confined to the loop.
 */
final class IntPages {
  private static final int PAGE_BITS = 10;

  /** Ints of a page. */
  static final int PAGE = 1 << PAGE_BITS;

  private int[][] pages = {};

  /** Indices that exist. */
  int capacity() {
    return pages.length * PAGE;
  }

  /** Makes a page's worth of further indices, all with one value. */
  void addPage(int value) {
    int[] page = new int[PAGE];
    Arrays.fill(page, value);
    pages = Arrays.copyOf(pages, pages.length + 1);
    pages[pages.length - 1] = page;
  }

  int get(int index) {
    return pages[index >>> PAGE_BITS][index & (PAGE - 1)];
  }

  void set(int index, int value) {
    pages[index >>> PAGE_BITS][index & (PAGE - 1)] = value;
  }
}
