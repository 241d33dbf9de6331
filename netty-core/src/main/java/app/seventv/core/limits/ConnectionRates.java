package app.seventv.core.limits;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.collections.Long2LongHashMap;

/**
 * A token bucket per address (IPv6: per /64, which is one customer) in one number each: the time at
 * which the bucket will be full again (the "theoretical arrival time" of the generic cell rate
 * algorithm, ITU-T I.371). A full bucket needs no entry.
 */
final class ConnectionRates {
  /** Addresses remembered at once; beyond that, unknown ones pass. */
  static final int MAX_ADDRESSES = 1 << 20;

  private static final long ABSENT = Long.MIN_VALUE;
  private static final int IPV6_CUSTOMER_BITS = 64;
  private static final int FIRST_SWEEP = 1024;

  private final long tokenNs;
  private final long burstNs;
  private final LongSupplier clockNs;
  private final long startNs;
  private final Long2LongHashMap fullAgainNs = new Long2LongHashMap(ABSENT);
  private int sweepAt = FIRST_SWEEP;

  ConnectionRates(int perSecond, int burst, LongSupplier clockNs) {
    this.tokenNs = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.burstNs = tokenNs * burst;
    this.clockNs = clockNs;
    this.startNs = clockNs.getAsLong();
  }

  /** Takes a token, if there is one. */
  boolean tryTake(byte[] address) {
    long nowNs = clockNs.getAsLong() - startNs;
    long block = BlockCounts.high(address, IPV6_CUSTOMER_BITS);
    long full = Math.max(fullAgainNs.get(block), nowNs) + tokenNs;
    if (full - nowNs > burstNs) {
      return false;
    }
    put(block, full, nowNs);
    return true;
  }

  /** Whether more has been taken than the bucket holds; see {@link #take}. */
  boolean isOverdrawn(byte[] address) {
    long nowNs = clockNs.getAsLong() - startNs;
    long full = fullAgainNs.get(BlockCounts.high(address, IPV6_CUSTOMER_BITS));
    return Math.max(full, nowNs) - nowNs > burstNs;
  }

  /** Takes so many tokens, those that are not there too. */
  void take(byte[] address, long tokens) {
    long nowNs = clockNs.getAsLong() - startNs;
    long block = BlockCounts.high(address, IPV6_CUSTOMER_BITS);
    put(block, Math.max(fullAgainNs.get(block), nowNs) + tokens * tokenNs, nowNs);
  }

  private void put(long block, long full, long nowNs) {
    if (fullAgainNs.size() >= sweepAt) {
      sweep(nowNs);
    }
    if (fullAgainNs.size() < MAX_ADDRESSES || fullAgainNs.containsKey(block)) {
      fullAgainNs.put(block, full);
    }
  }

  /** Forgets full buckets; done whenever there are twice as many as were left the last time. */
  private void sweep(long nowNs) {
    fullAgainNs.values().removeIf(full -> full <= nowNs);
    sweepAt = Math.max(FIRST_SWEEP, 2 * fullAgainNs.size());
  }

  int size() {
    return fullAgainNs.size();
  }
}
