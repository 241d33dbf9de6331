package app.seventv.core.limits;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.limits.AddressLimitOptions.Prefix;
import app.seventv.core.limits.AddressLimitOptions.Range;
import app.seventv.core.metrics.Metrics;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts connections per block of addresses (operations.md §2.4, cdn.md §6) and says whether there
 * is room for one more. An address inside ranges is counted in the strictest of them only, with one
 * count for the whole range; any other one in each block of its family, all of which must have
 * room. Thread-safe; blocks without connections take no memory.
 */
public final class AddressLimits {
  /** One limit and what was refused because of it. */
  private static final class Rule {
    final String range;
    final String kind;
    final int connections;
    final LongAdder refused = new LongAdder();

    Rule(String range, String kind, int connections) {
      this.range = range;
      this.kind = kind;
      this.connections = connections;
    }
  }

  /** A network with one count. */
  private static final class Network {
    final CidrBlock block;
    final @Nullable Rule rule;
    int open;

    Network(Range range) {
      block = range.network();
      rule =
          range.connections().isEmpty()
              ? null
              : new Rule(block.toString(), "Subnet", range.connections().get());
    }

    /** No limit counts as the highest. */
    long strictness() {
      return rule == null ? Long.MAX_VALUE : rule.connections;
    }
  }

  /** All blocks of one size, each with its count. */
  private record Blocks(Rule rule, BlockCounts counts) {
    static List<Blocks> of(List<Prefix> prefixes) {
      return prefixes.stream()
          .map(prefix ->
              new Blocks(
                  new Rule("/" + prefix.prefixBits(), "Bucket", prefix.connections()),
                  new BlockCounts(prefix.prefixBits())))
          .toList();
    }
  }

  private final boolean enabled;
  private final List<Blocks> ipv4;
  private final List<Blocks> ipv6;
  private final List<Network> networks;
  private final @Nullable ConnectionRates rates;
  private final LongAdder refusedByRate = new LongAdder();

  /** Limits by these options on the system's clock. */
  public AddressLimits(AddressLimitOptions options) {
    this(options, System::nanoTime);
  }

  /**
   * Limits by these options.
   *
   * @param clockNs a clock that does not jump, in nanoseconds
   */
  public AddressLimits(AddressLimitOptions options, LongSupplier clockNs) {
    enabled = options.enabled();
    ipv4 = Blocks.of(options.ipv4());
    ipv6 = Blocks.of(options.ipv6());
    networks = options.ranges().stream().map(Network::new).toList();
    rates =
        options.connectionsPerSecond() == 0
            ? null
            : new ConnectionRates(
                options.connectionsPerSecond(), options.connectionBurst(), clockNs);
  }

  /** Whether anything is limited. */
  public boolean isEnabled() {
    return enabled;
  }

  /**
   * Takes room for a connection; whoever got it gives it back with {@link #release}.
   *
   * @return false if it must be refused; nothing is counted then
   */
  public synchronized boolean tryAcquire(InetAddress client) {
    if (!enabled) {
      return true;
    }
    byte[] address = normalised(client);
    Network network = strictest(address);
    if (network != null) {
      return acquire(network, address);
    }
    List<Blocks> family = family(address);
    for (Blocks blocks : family) {
      if (blocks.counts().get(address) >= blocks.rule().connections) {
        blocks.rule().refused.increment();
        return false;
      }
    }
    if (!withinRate(address)) {
      return false;
    }
    family.forEach(blocks -> blocks.counts().increment(address));
    return true;
  }

  private boolean acquire(Network network, byte[] address) {
    Rule rule = network.rule;
    if (rule == null) {
      return true;
    }
    if (network.open >= rule.connections) {
      rule.refused.increment();
      return false;
    }
    if (!withinRate(address)) {
      return false;
    }
    network.open++;
    return true;
  }

  private boolean withinRate(byte[] address) {
    if (rates == null || rates.tryTake(address)) {
      return true;
    }
    refusedByRate.increment();
    return false;
  }

  /** Gives back what {@link #tryAcquire} took for this address. */
  public synchronized void release(InetAddress client) {
    if (!enabled) {
      return;
    }
    byte[] address = normalised(client);
    Network network = strictest(address);
    if (network != null) {
      network.open -= network.rule == null ? 0 : 1;
    } else {
      family(address).forEach(blocks -> blocks.counts().decrement(address));
    }
  }

  private @Nullable Network strictest(byte[] address) {
    Network found = null;
    for (Network network : networks) {
      if (network.block.contains(address)
          && (found == null || network.strictness() < found.strictness())) {
        found = network;
      }
    }
    return found;
  }

  private List<Blocks> family(byte[] address) {
    return address.length == 4 ? ipv4 : ipv6;
  }

  /** IPv4-mapped IPv6 (RFC 4291 §2.5.5.2) counts as IPv4. */
  static byte[] normalised(InetAddress client) {
    byte[] bytes = client.getAddress();
    if (bytes.length == 4) {
      return bytes;
    }
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return bytes;
      }
    }
    return bytes[10] == -1 && bytes[11] == -1
        ? new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]}
        : bytes;
  }

  /** Blocks with connections, over all sizes. */
  synchronized int blocksInUse() {
    int sum = 0;
    for (List<Blocks> family : List.of(ipv4, ipv6)) {
      for (Blocks blocks : family) {
        sum += blocks.counts().size();
      }
    }
    return sum;
  }

  /** Connections refused so far, for whatever reason. */
  public long refused() {
    long sum = refusedByRate.sum();
    for (Rule rule : rules()) {
      sum += rule.refused.sum();
    }
    return sum;
  }

  private List<Rule> rules() {
    List<Rule> rules = new ArrayList<>();
    for (Network network : networks) {
      Optional.ofNullable(network.rule).ifPresent(rules::add);
    }
    ipv4.forEach(blocks -> rules.add(blocks.rule()));
    ipv6.forEach(blocks -> rules.add(blocks.rule()));
    return rules;
  }

  /** Registers the figures of operations.md §4.2. */
  public void register(Metrics metrics) {
    metrics.counters(
        "rate_limit_deny_total",
        "Connections refused, by the rule that refused them.",
        List.of("range", "rule", "limit"),
        readings -> {
          for (Rule rule : rules()) {
            readings.read(
                rule.refused.sum(), rule.range, rule.kind, Integer.toString(rule.connections));
          }
          readings.read(refusedByRate.sum(), "", "Rate", "");
        });
  }
}
