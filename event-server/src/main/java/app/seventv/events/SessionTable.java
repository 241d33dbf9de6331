package app.seventv.events;

import java.util.Arrays;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/** The sessions of a loop by slot, in pages. Confined to the loop. */
final class SessionTable {
  private static final int PAGE_BITS = 10;
  private static final int PAGE = 1 << PAGE_BITS;

  private @Nullable Session[][] pages = new Session[0][];
  private int used;
  private final IntArrayList free = new IntArrayList();

  /** Sessions in the table. */
  int size() {
    return used - free.size();
  }

  /** Slots that have ever been in use, from 0 up. */
  int used() {
    return used;
  }

  /** The session in a slot, if there is one. */
  @Nullable Session get(int slot) {
    return slot < used ? pages[slot >>> PAGE_BITS][slot & (PAGE - 1)] : null;
  }

  /** Gives a session its slot. */
  int add(Session session) {
    int slot;
    if (!free.isEmpty()) {
      slot = free.removeAt(free.size() - 1);
    } else {
      if (used == pages.length * PAGE) {
        pages = Arrays.copyOf(pages, pages.length + 1);
        pages[pages.length - 1] = new Session[PAGE];
      }
      slot = used++;
    }
    pages[slot >>> PAGE_BITS][slot & (PAGE - 1)] = session;
    return slot;
  }

  /** Frees the slot of a session that has ended. */
  void remove(int slot) {
    pages[slot >>> PAGE_BITS][slot & (PAGE - 1)] = null;
    free.addInt(slot);
  }
}
