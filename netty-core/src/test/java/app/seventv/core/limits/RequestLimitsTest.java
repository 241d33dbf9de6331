package app.seventv.core.limits;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.config.CidrBlock;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Requests and bytes per address. */
class RequestLimitsTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private final AtomicLong nowNs = new AtomicLong(-5);

  private RequestLimits limits(int requests, int requestBurst, int kib, int kibBurst) {
    return new RequestLimits(
        new RequestLimitOptions(
            requests, requestBurst, kib, kibBurst, List.of(CidrBlock.parse("10.0.0.0/8"))),
        nowNs::get);
  }

  private static InetAddress address(String text) throws Exception {
    return InetAddress.getByName(text);
  }

  @Test
  void requestsBeyondTheBurstWaitForTheRate() throws Exception {
    RequestLimits limits = limits(2, 5, 0, 1);
    InetAddress client = address("192.0.2.1");
    for (int i = 0; i < 5; i++) {
      assertThat(limits.tryRequest(client)).isTrue();
    }
    assertThat(limits.tryRequest(client)).isFalse();
    assertThat(limits.tryRequest(address("192.0.2.2"))).isTrue();
    nowNs.addAndGet(SECOND_NS / 2);
    assertThat(limits.tryRequest(client)).isTrue();
    assertThat(limits.tryRequest(client)).isFalse();
  }

  @Test
  void bytesArePaidAfterwards() throws Exception {
    RequestLimits limits = limits(0, 1, 100, 1_000);
    InetAddress client = address("2001:db8::1");
    limits.sent(client, 1_000 << 10);
    assertThat(limits.tryRequest(client)).isTrue(); // exactly the burst
    limits.sent(client, 100 << 10);
    assertThat(limits.tryRequest(client)).isFalse();
    assertThat(limits.tryRequest(address("2001:db8::ffff"))).isFalse(); // the same /64
    assertThat(limits.tryRequest(address("2001:db8:0:1::1"))).isTrue();
    nowNs.addAndGet(SECOND_NS);
    assertThat(limits.tryRequest(client)).isTrue();
  }

  @Test
  void allowedNetworksAreNotLimited() throws Exception {
    RequestLimits limits = limits(1, 1, 1, 1);
    InetAddress client = address("10.1.2.3");
    limits.sent(client, 1 << 30);
    for (int i = 0; i < 10; i++) {
      assertThat(limits.tryRequest(client)).isTrue();
    }
    InetAddress mapped = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 9});
    assertThat(limits.tryRequest(mapped)).isTrue();
    assertThat(limits.tryRequest(mapped)).isFalse();
  }
}
