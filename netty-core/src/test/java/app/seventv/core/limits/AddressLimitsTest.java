package app.seventv.core.limits;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.limits.AddressLimitOptions.Prefix;
import app.seventv.core.limits.AddressLimitOptions.Range;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AddressLimitsTest {
  private static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static AddressLimits limits(String toml) {
    ConfigSchema schema =
        ConfigSchema.builder().group("rate_limit", AddressLimitOptions.SCHEMA).build();
    Config config = Config.parse(schema, "[rate_limit]\nenabled = true\n" + toml);
    return new AddressLimits(AddressLimitOptions.from(config.group("rate_limit")));
  }

  private static int acquired(AddressLimits limits, String address, int tries) {
    int acquired = 0;
    for (int i = 0; i < tries; i++) {
      acquired += limits.tryAcquire(ip(address)) ? 1 : 0;
    }
    return acquired;
  }

  @Test
  void defaultsAreThoseOfToday() {
    AddressLimits limits = limits("");
    assertThat(acquired(limits, "1.2.3.4", 1000)).isEqualTo(125);
    assertThat(acquired(limits, "1.2.3.5", 1000)).isEqualTo(125);
    assertThat(acquired(limits, "1.2.3.6", 1000)).isZero(); // the /24 is full
    assertThat(acquired(limits, "1.2.4.6", 1000)).isEqualTo(125);
    assertThat(acquired(limits, "2001:db8::1", 1000)).isEqualTo(50);
    assertThat(acquired(limits, "2001:db8::2", 1000)).isEqualTo(50);
    assertThat(acquired(limits, "2001:db8::3", 1000)).isZero();
    assertThat(acquired(limits, "2001:db8:0:1::3", 1000)).isEqualTo(50);
    for (String local : List.of("10.0.0.1", "172.31.0.1", "192.168.1.1", "127.0.0.9", "::1")) {
      assertThat(acquired(limits, local, 20_000)).as(local).isEqualTo(20_000);
    }
  }

  @Test
  void offByDefault() {
    AddressLimits limits = new AddressLimits(AddressLimitOptions.OFF);
    assertThat(acquired(limits, "1.2.3.4", 100_000)).isEqualTo(100_000);
    assertThat(limits.blocksInUse()).isZero();
  }

  @Test
  void whatIsGivenBackLeavesNothingBehind() {
    AddressLimits limits = limits("");
    for (String address : List.of("1.2.3.4", "1.2.3.5", "2001:db8::1")) {
      assertThat(limits.tryAcquire(ip(address))).isTrue();
    }
    assertThat(limits.blocksInUse()).isEqualTo(2 + 1 + 1 + 4);
    for (String address : List.of("1.2.3.4", "1.2.3.5", "2001:db8::1")) {
      limits.release(ip(address));
    }
    assertThat(limits.blocksInUse()).isZero();
    assertThat(acquired(limits, "1.2.3.4", 1000)).isEqualTo(125);
  }

  @Test
  void theStrictestRangeReplacesAllBlocks() {
    AddressLimits limits =
        limits(
            """
            ipv4_buckets = [{ prefix_length = 32, concurrent_connections = 1 }]
            range_buckets = [
              { range = "10.0.0.0/8" },
              { range = "10.1.0.0/16", concurrent_connections = 3 },
              { range = "10.1.1.0/24", concurrent_connections = 5 },
              { range = "66.0.0.0/8", concurrent_connections = 0 },
            ]
            """);
    assertThat(acquired(limits, "10.2.0.1", 100)).isEqualTo(100);
    assertThat(acquired(limits, "10.1.1.1", 2)).isEqualTo(2);
    assertThat(acquired(limits, "10.1.9.9", 100)).isEqualTo(1); // one count for the range
    limits.release(ip("10.1.1.1"));
    assertThat(acquired(limits, "10.1.9.9", 100)).isEqualTo(1);
    assertThat(acquired(limits, "66.1.1.1", 10)).isZero();
    assertThat(acquired(limits, "1.1.1.1", 10)).isEqualTo(1);
    assertThat(limits.refused()).isEqualTo(99 + 99 + 10 + 9);
  }

  @Test
  void zeroRefusesEverybody() {
    AddressLimits limits =
        limits("ipv6_buckets = [{ prefix_length = 0, concurrent_connections = 0 }]");
    assertThat(acquired(limits, "2001:db8::1", 5)).isZero();
    assertThat(limits.blocksInUse()).isZero();
  }

  @Test
  void newConnectionsPerSecondAreATokenBucket() {
    AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5); // wraps around, as nanoTime may
    AddressLimitOptions options =
        new AddressLimitOptions(
            true,
            List.of(new Prefix(32, 1_000_000)),
            List.of(new Prefix(128, 1_000_000)),
            List.of(new Range(CidrBlock.parse("10.0.0.0/8"), Optional.empty())),
            10,
            5);
    AddressLimits limits = new AddressLimits(options, nowNs::get);
    assertThat(acquired(limits, "1.2.3.4", 100)).isEqualTo(5);
    assertThat(acquired(limits, "1.2.3.5", 100)).isEqualTo(5);
    assertThat(acquired(limits, "2001:db8::1", 3)).isEqualTo(3);
    assertThat(acquired(limits, "2001:db8::2", 3)).isEqualTo(2); // the same /64
    assertThat(acquired(limits, "10.2.3.5", 100)).isEqualTo(100);
    nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(200));
    assertThat(acquired(limits, "1.2.3.4", 100)).isEqualTo(2);
    nowNs.addAndGet(TimeUnit.SECONDS.toNanos(60));
    assertThat(acquired(limits, "1.2.3.4", 100)).isEqualTo(5);
  }

  @Test
  void fullBucketsAreForgotten() {
    AtomicLong nowNs = new AtomicLong();
    ConnectionRates rates = new ConnectionRates(10, 5, nowNs::get);
    for (int i = 0; i < 100_000; i++) {
      rates.tryTake(new byte[] {1, (byte) (i >> 16), (byte) (i >> 8), (byte) i});
      nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    }
    assertThat(rates.size()).isLessThan(3_000);
  }
}
