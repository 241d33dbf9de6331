package app.seventv.core.limits;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.metrics.Metrics;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests and bytes per client address. Bytes are paid afterwards, since only then their number is
 * known: an address that has taken more than its burst is refused until it has made up for it.
 * Thread-safe, in stripes, as every request of every loop asks.
 */
public final class RequestLimits {
  private static final int STRIPES = 64;
  private static final int BYTES_PER_KIB = 1024;

  private final List<CidrBlock> allowed;
  private final @Nullable ConnectionRates[] requests = new ConnectionRates[STRIPES];
  private final @Nullable ConnectionRates[] kib = new ConnectionRates[STRIPES];
  private final Object[] locks = new Object[STRIPES];
  private final LongAdder refusedRequests = new LongAdder();
  private final LongAdder refusedBytes = new LongAdder();

  /**
   * Limits by these options.
   *
   * @param clockNs a clock that does not jump, in nanoseconds
   */
  public RequestLimits(RequestLimitOptions options, LongSupplier clockNs) {
    allowed = options.allowed();
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new Object();
      if (options.requestsPerSecond() > 0) {
        requests[i] =
            new ConnectionRates(options.requestsPerSecond(), options.requestBurst(), clockNs);
      }
      if (options.kibPerSecond() > 0) {
        kib[i] = new ConnectionRates(options.kibPerSecond(), options.kibBurst(), clockNs);
      }
    }
  }

  /** Counts a request; false if it must be refused. */
  public boolean tryRequest(InetAddress client) {
    byte[] address = AddressLimits.normalised(client);
    if (isAllowed(address)) {
      return true;
    }
    int stripe = stripe(address);
    synchronized (locks[stripe]) {
      ConnectionRates bytes = kib[stripe];
      if (bytes != null && bytes.isOverdrawn(address)) {
        refusedBytes.increment();
        return false;
      }
      ConnectionRates rate = requests[stripe];
      if (rate != null && !rate.tryTake(address)) {
        refusedRequests.increment();
        return false;
      }
      return true;
    }
  }

  /** Counts bytes of a body that are sent; begun KiB are whole ones. */
  public void sent(InetAddress client, long bytes) {
    byte[] address = AddressLimits.normalised(client);
    int stripe = stripe(address);
    synchronized (locks[stripe]) {
      ConnectionRates rate = kib[stripe];
      if (rate != null && !isAllowed(address)) {
        rate.take(address, (bytes + BYTES_PER_KIB - 1) / BYTES_PER_KIB);
      }
    }
  }

  private boolean isAllowed(byte[] address) {
    for (CidrBlock block : allowed) {
      if (block.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** By the part of the address that has one bucket. */
  private static int stripe(byte[] address) {
    long block = BlockCounts.high(address, Long.SIZE);
    return (int) ((block * 0x9e3779b97f4a7c15L) >>> 58);
  }

  /** Registers the figures. */
  public void register(Metrics metrics) {
    metrics.counters(
        "request_limit_deny_total",
        "Requests refused with 429, by what the address had too much of.",
        List.of("limit"),
        readings -> {
          readings.read(refusedRequests.sum(), "requests");
          readings.read(refusedBytes.sum(), "bytes");
        });
  }
}
