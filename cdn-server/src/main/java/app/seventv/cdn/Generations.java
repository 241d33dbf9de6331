package app.seventv.cdn;

/**
 * Decides races between purges and fetches (cdn.md §11, 4): what was fetched before a purge never
 * enters a tier after it.
 *
 * <p>Every fetch takes a {@link Ticket} before it asks anybody for bytes, and makes them visible
 * only inside {@link Ticket#commit}. A purge first raises the generation and then removes what is
 * stored. The two exclude each other: an entry is either visible before the purge, which removes
 * it, or refused after it.
 *
 * <p>Generations are kept per stripe of keys, not per key: nothing has to be registered or cleaned
 * up, and a purge that hits a stranger's fetch costs one object that is served but not kept.
 */
final class Generations {
  private static final int STRIPES = 1024;

  private final Stripe[] stripes = new Stripe[STRIPES];

  Generations() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /** The right to fill the tiers under a key, as of now. */
  Ticket ticket(String key) {
    Stripe stripe = stripes[stripeOf(key)];
    return new Ticket(stripe, stripe.generation());
  }

  /** Ends the right of every fetch of the key that has begun. Call before removing entries. */
  void purged(String key) {
    stripes[stripeOf(key)].raise();
  }

  /** Ends the right of every fetch that has begun: for purges of prefixes and of everything. */
  void purgedMany() {
    for (Stripe stripe : stripes) {
      stripe.raise();
    }
  }

  private static int stripeOf(String key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & (STRIPES - 1);
  }

  private static final class Stripe {
    private long generation;

    synchronized long generation() {
      return generation;
    }

    synchronized void raise() {
      generation++;
    }

    synchronized boolean commit(long expected, Runnable insert) {
      if (generation != expected) {
        return false;
      }
      insert.run();
      return true;
    }
  }

  /** A fetch's right to fill the tiers; ends with the next purge. */
  static final class Ticket {
    private final Stripe stripe;
    private final long generation;

    private Ticket(Stripe stripe, long generation) {
      this.stripe = stripe;
      this.generation = generation;
    }

    /**
     * Makes an entry visible, unless the key was purged since the ticket was taken.
     *
     * @param insert short and without waiting: it runs under a lock that purges need
     * @return whether it ran
     */
    boolean commit(Runnable insert) {
      return stripe.commit(generation, insert);
    }

    /** Whether {@link #commit} would run now; a hint that saves work. */
    boolean isCurrent() {
      return stripe.generation() == generation;
    }
  }
}
