package app.seventv.api.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.RateLimitResource;
import app.seventv.model.RateLimits;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final RateLimiter limiter = new RateLimiter(() -> now, 1);

  private static Caller caller(Permissions permissions) {
    return Caller.anonymous(permissions, InetAddress.getLoopbackAddress());
  }

  private static Permissions limited(RateLimits limits) {
    return Permissions.NONE.withRateLimit(RateLimitResource.SEARCH, limits);
  }

  private Map<String, String> charge(Caller caller) {
    return limiter.charge(RateLimitResource.SEARCH, caller, null);
  }

  private ApiException refused(Caller caller) {
    return catchThrowableOfType(ApiException.class, () -> charge(caller));
  }

  @Test
  void aWindowFillsIsRefusedAndOpensAgain() {
    Caller caller = caller(limited(new RateLimits(10, 2, null, null)));
    assertThat(charge(caller))
        .containsEntry("x-ratelimit-search-limit", "2")
        .containsEntry("x-ratelimit-search-remaining", "1")
        .containsEntry("x-ratelimit-search-reset", "10")
        .containsEntry("x-ratelimit-search-used", "1");
    charge(caller);
    ApiException refused = refused(caller);
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.headers())
        .containsEntry("x-ratelimit-search-remaining", "-1")
        .containsEntry("x-ratelimit-search-used", "0");
    now = now.plusSeconds(10);
    assertThat(charge(caller)).containsEntry("x-ratelimit-search-remaining", "1");
  }

  private static Caller from(String address) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    try {
      return Caller.anonymous(
          limited(new RateLimits(10, 1, null, null)), InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void anIpv6NetworkHasOneWindow() {
    charge(from("2001:db8:1:1::1"));
    assertThat(refused(from("2001:db8:1:1:9:9:9:9")).status()).isEqualTo(429);
    charge(from("2001:db8:1:2::1"));
    charge(from("192.0.2.1"));
    charge(from("192.0.2.2"));
    charge(from("::1"));
    charge(from("::2"));
  }

  @Test
  void overuseIsPunishedOnce() {
    Caller caller = caller(limited(new RateLimits(10, 1, 2L, 60L)));
    charge(caller);
    refused(caller);
    assertThat(refused(caller).headers()).containsEntry("x-ratelimit-search-reset", "60");
    now = now.plusSeconds(20);
    assertThat(refused(caller).headers()).containsEntry("x-ratelimit-search-reset", "40");
    now = now.plusSeconds(40);
    charge(caller);
  }

  @Test
  void someAreNotLimitedAndSomeAlwaysRefused() {
    assertThat(charge(caller(Permissions.NONE))).isEmpty();
    Permissions closed = limited(new RateLimits(10, 0, null, null));
    assertThat(refused(caller(closed)).headers())
        .containsEntry("x-ratelimit-search-remaining", "0");
    Permissions bypass =
        closed.withAllowed(Permission.Category.ADMIN, Permission.BYPASS_RATE_LIMIT.bit());
    assertThat(charge(caller(bypass))).isEmpty();
  }
}
