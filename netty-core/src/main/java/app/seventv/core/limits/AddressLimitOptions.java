package app.seventv.core.limits;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The {@code rate_limit} option group (operations.md §2.4): connections at once per block of
 * addresses, and new ones per second.
 *
 * @param enabled whether anything is limited
 * @param ipv4 blocks of IPv4 addresses; all that hold an address must have room
 * @param ipv6 the same for IPv6
 * @param ranges networks with a limit of their own, or none; they replace the blocks above
 * @param connectionsPerSecond new connections per address (IPv6: per /64); 0 for any number
 * @param connectionBurst connections an address may open at once before that counts
 */
public record AddressLimitOptions(
    boolean enabled,
    List<Prefix> ipv4,
    List<Prefix> ipv6,
    List<Range> ranges,
    int connectionsPerSecond,
    int connectionBurst) {
  /**
   * Blocks of one size.
   *
   * @param prefixBits leading bits that its addresses share
   * @param connections connections at once of such a block; 0 refuses all
   */
  public record Prefix(int prefixBits, int connections) {}

  /**
   * A network.
   *
   * @param network its addresses
   * @param connections connections at once from all of it; 0 refuses all, nothing is no limit
   */
  public record Range(CidrBlock network, Optional<Integer> connections) {}

  private static final int MAX_RATE = 1_000_000;

  private static final List<Prefix> DEFAULT_IPV4 =
      List.of(new Prefix(32, 125), new Prefix(24, 250), new Prefix(16, 10_000));

  private static final List<Prefix> DEFAULT_IPV6 =
      List.of(
          new Prefix(128, 50), new Prefix(64, 100), new Prefix(48, 1_000), new Prefix(32, 10_000));

  private static final List<Range> DEFAULT_RANGES =
      Stream.of(
              "10.0.0.0/8",
              "172.16.0.0/12",
              "192.168.0.0/16",
              "127.0.0.0/8",
              "fc00::/7",
              "fe80::/10",
              "::1/128")
          .map(network -> new Range(CidrBlock.parse(network), Optional.empty()))
          .toList();

  /** Nothing is limited. */
  public static final AddressLimitOptions OFF =
      new AddressLimitOptions(false, DEFAULT_IPV4, DEFAULT_IPV6, DEFAULT_RANGES, 0, 1);

  private static final Key<Boolean> ENABLED =
      Key.bool("enabled", false, "Whether connections per address are limited.");
  private static final Key<Integer> CONNECTIONS =
      Key.required(
          "concurrent_connections",
          ValueTypes.integer(0, Integer.MAX_VALUE),
          "Connections at once; 0 refuses all.");
  private static final Key<Optional<Integer>> RANGE_CONNECTIONS =
      Key.optional(
          "concurrent_connections",
          ValueTypes.integer(0, Integer.MAX_VALUE),
          "Connections at once; 0 refuses all, none is no limit.");
  private static final Key<Integer> IPV4_PREFIX =
      Key.required("prefix_length", ValueTypes.integer(0, 32), "Leading bits of a block.");
  private static final Key<Integer> IPV6_PREFIX =
      Key.required("prefix_length", ValueTypes.integer(0, 128), "Leading bits of a block.");
  private static final Key<CidrBlock> RANGE =
      Key.required("range", ValueTypes.CIDR, "Network with a limit of its own.");
  private static final Key<List<Config>> IPV4_BUCKETS =
      Key.tables(
          "ipv4_buckets",
          ConfigSchema.of(IPV4_PREFIX, CONNECTIONS),
          "Limits per IPv4 block; default /32: 125, /24: 250, /16: 10000.");
  private static final Key<List<Config>> IPV6_BUCKETS =
      Key.tables(
          "ipv6_buckets",
          ConfigSchema.of(IPV6_PREFIX, CONNECTIONS),
          "Limits per IPv6 block; default /128: 50, /64: 100, /48: 1000, /32: 10000.");
  private static final Key<List<Config>> RANGE_BUCKETS =
      Key.tables(
          "range_buckets",
          ConfigSchema.of(RANGE, RANGE_CONNECTIONS),
          "Networks with a limit of their own; default: private and local ones without limit.");
  private static final Key<Integer> CONNECTIONS_PER_SECOND =
      Key.integer(
          "connections_per_second",
          0,
          0,
          MAX_RATE,
          "New connections per second and address (IPv6: /64); 0 for any number.");
  private static final Key<Integer> CONNECTION_BURST =
      Key.integer("connection_burst", 100, 1, MAX_RATE, "Connections an address may open at once.");

  /** Keys of the group; include it under a service's prefix. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ENABLED,
          IPV4_BUCKETS,
          IPV6_BUCKETS,
          RANGE_BUCKETS,
          CONNECTIONS_PER_SECOND,
          CONNECTION_BURST);

  /** Copies the lists. */
  public AddressLimitOptions {
    ipv4 = List.copyOf(ipv4);
    ipv6 = List.copyOf(ipv6);
    ranges = List.copyOf(ranges);
  }

  /** The group's values; {@code group} is the sub-table. */
  public static AddressLimitOptions from(Config group) {
    return new AddressLimitOptions(
        group.get(ENABLED),
        group.isSet(IPV4_BUCKETS) ? prefixes(group, IPV4_BUCKETS, IPV4_PREFIX) : DEFAULT_IPV4,
        group.isSet(IPV6_BUCKETS) ? prefixes(group, IPV6_BUCKETS, IPV6_PREFIX) : DEFAULT_IPV6,
        group.isSet(RANGE_BUCKETS)
            ? group.get(RANGE_BUCKETS).stream()
                .map(table -> new Range(table.get(RANGE), table.get(RANGE_CONNECTIONS)))
                .toList()
            : DEFAULT_RANGES,
        group.get(CONNECTIONS_PER_SECOND),
        group.get(CONNECTION_BURST));
  }

  private static List<Prefix> prefixes(Config group, Key<List<Config>> key, Key<Integer> bits) {
    return group.get(key).stream()
        .map(table -> new Prefix(table.get(bits), table.get(CONNECTIONS)))
        .toList();
  }
}
