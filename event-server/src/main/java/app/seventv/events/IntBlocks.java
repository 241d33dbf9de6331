package app.seventv.events;

import java.util.Arrays;
import org.agrona.collections.IntArrayList;

/**
 * Lists of ints that lie in common arrays: a list costs its ints and no object. Who has a list
 * keeps two numbers, the block where it lies and its length; both change with each insertion and
 * removal. Confined to the loop.
 *
 * <p>A block has the least size that the length fits in: exactly that up to 8 ints, then in steps
 * of at most a quarter. Free blocks of a size form a list, each naming the next; they are not
 * joined, so that what the most lists of one size at any time took stays theirs. Lists of more than
 * {@link #MAX_SHARED_INTS} have an array of their own, which goes with them.
 */
final class IntBlocks {
  /** The block of an empty list. */
  static final int NONE = -1;

  private static final int PAGE_BITS = 12;
  private static final int PAGE_INTS = 1 << PAGE_BITS;
  private static final int MAX_PAGES = 1 << (Integer.SIZE - 1 - PAGE_BITS);

  /** Longest list that shares an array with others. */
  static final int MAX_SHARED_INTS = PAGE_INTS / 4;

  /** Longest list whose block has its very size. */
  private static final int MAX_EXACT_INTS = 8;

  private static final int[] NO_PAGE = {};

  private int[][] pages = {};
  private final IntArrayList freePages = new IntArrayList();
  private final int[] freeBlocks = new int[sizeClass(MAX_SHARED_INTS) + 1];

  /** What has not been given out of the newest shared page. */
  private int rest;

  private int restInts;

  IntBlocks() {
    Arrays.fill(freeBlocks, NONE);
  }

  /** Ints in all arrays, used or not. */
  long capacity() {
    long ints = 0;
    for (int[] page : pages) {
      ints += page.length;
    }
    return ints;
  }

  int get(int block, int position) {
    return page(block)[offset(block) + position];
  }

  void set(int block, int position, int value) {
    page(block)[offset(block) + position] = value;
  }

  /** Position of a value between two positions of rising order, or {@code ~} where it belongs. */
  int search(int block, int from, int to, int value) {
    int offset = offset(block);
    int at = Arrays.binarySearch(page(block), offset + from, offset + to, value);
    return at < 0 ? at + offset : at - offset;
  }

  /**
   * Inserts a value at a position.
   *
   * @param length of the list until now
   * @return its block from now on
   */
  int insert(int block, int length, int position, int value) {
    int grown = block;
    if (length == 0 || size(length) < length + 1) {
      grown = allocate(size(length + 1));
      if (length > 0) {
        copy(block, grown, length);
        release(block, size(length));
      }
    }
    int at = offset(grown) + position;
    int[] page = page(grown);
    System.arraycopy(page, at, page, at + 1, length - position);
    page[at] = value;
    return grown;
  }

  /**
   * Removes the value at a position.
   *
   * @param length of the list until now
   * @return its block from now on
   */
  int remove(int block, int length, int position) {
    int at = offset(block) + position;
    int left = length - 1;
    System.arraycopy(page(block), at + 1, page(block), at, left - position);
    if (left > 0 && size(left) == size(length)) {
      return block;
    }
    int shrunk = NONE;
    if (left > 0) {
      shrunk = allocate(size(left));
      copy(block, shrunk, left);
    }
    release(block, size(length));
    return shrunk;
  }

  /** Gives up a list of some length. */
  void free(int block, int length) {
    if (length > 0) {
      release(block, size(length));
    }
  }

  private void copy(int from, int to, int length) {
    System.arraycopy(page(from), offset(from), page(to), offset(to), length);
  }

  private int[] page(int block) {
    return pages[block >>> PAGE_BITS];
  }

  private static int offset(int block) {
    return block & (PAGE_INTS - 1);
  }

  /** Ints of the block of a list. */
  private static int size(int length) {
    if (length <= MAX_EXACT_INTS) {
      return length;
    }
    int step = Integer.highestOneBit(length - 1) >>> 2;
    return (length + step - 1) & -step;
  }

  /** Numbers the sizes up to {@link #MAX_SHARED_INTS}, in their order. */
  private static int sizeClass(int size) {
    if (size <= MAX_EXACT_INTS) {
      return size;
    }
    int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size - 1);
    return 4 * power + (size >>> (power - 2));
  }

  private int allocate(int size) {
    if (size > MAX_SHARED_INTS) {
      return addPage(size);
    }
    int sizeClass = sizeClass(size);
    int block = freeBlocks[sizeClass];
    if (block != NONE) {
      freeBlocks[sizeClass] = get(block, 0);
      return block;
    }
    if (restInts < size) {
      releaseRest();
      rest = addPage(PAGE_INTS);
      restInts = PAGE_INTS;
    }
    block = rest;
    rest += size;
    restInts -= size;
    return block;
  }

  private void release(int block, int size) {
    if (size > MAX_SHARED_INTS) {
      pages[block >>> PAGE_BITS] = NO_PAGE;
      freePages.addInt(block >>> PAGE_BITS);
      return;
    }
    int sizeClass = sizeClass(size);
    set(block, 0, freeBlocks[sizeClass]);
    freeBlocks[sizeClass] = block;
  }

  /** Cuts what is left of the newest page into free blocks. */
  private void releaseRest() {
    while (restInts > 0) {
      int size = size(restInts);
      if (size > restInts) {
        size -= Integer.highestOneBit(restInts) >>> 2; // the next smaller size
      }
      release(rest, size);
      rest += size;
      restInts -= size;
    }
  }

  /** An array for one list or for many; returns the block at its start. */
  private int addPage(int ints) {
    int number;
    if (freePages.isEmpty()) {
      number = pages.length;
      if (number == MAX_PAGES) {
        throw new IllegalStateException("no more than " + MAX_PAGES + " arrays of lists");
      }
      pages = Arrays.copyOf(pages, number + 1);
    } else {
      number = freePages.removeAt(freePages.size() - 1);
    }
    pages[number] = new int[ints];
    return number << PAGE_BITS;
  }
}
