package app.seventv.core.limits;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import java.util.List;

/**
 * What an address (IPv6: a /64) may ask for; keys beside those of {@link AddressLimitOptions}.
 *
 * @param requestsPerSecond requests per second; 0 for any number
 * @param requestBurst requests at once before that counts
 * @param kibPerSecond KiB of bodies per second; 0 for any number
 * @param kibBurst KiB at once before that counts
 * @param allowed networks that are not limited
 */
public record RequestLimitOptions(
    int requestsPerSecond,
    int requestBurst,
    int kibPerSecond,
    int kibBurst,
    List<CidrBlock> allowed) {
  private static final int MAX = 1_000_000;

  private static final Key<Integer> REQUESTS_PER_SECOND =
      Key.integer(
          "requests_per_second",
          0,
          0,
          MAX,
          "Requests per second and address (IPv6: /64); 0 for any number.");
  private static final Key<Integer> REQUEST_BURST =
      Key.integer("request_burst", 1_000, 1, MAX, "Requests an address may send at once.");
  private static final Key<Integer> KIB_PER_SECOND =
      Key.integer(
          "kib_per_second",
          0,
          0,
          MAX,
          "KiB of bodies per second and address (IPv6: /64); 0 for any number.");
  private static final Key<Integer> KIB_BURST =
      Key.integer("kib_burst", 100_000, 1, MAX, "KiB an address may fetch at once.");
  private static final Key<List<CidrBlock>> ALLOWED =
      Key.of(
          "allowed",
          ValueTypes.CIDR.list(),
          List.of(),
          "Networks whose requests and bytes are not limited.");

  /** Keys of the group; include it under a service's prefix. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.of(REQUESTS_PER_SECOND, REQUEST_BURST, KIB_PER_SECOND, KIB_BURST, ALLOWED);

  /** Copies the list. */
  public RequestLimitOptions {
    allowed = List.copyOf(allowed);
  }

  /** The group's values; {@code group} is the sub-table. */
  public static RequestLimitOptions from(Config group) {
    return new RequestLimitOptions(
        group.get(REQUESTS_PER_SECOND),
        group.get(REQUEST_BURST),
        group.get(KIB_PER_SECOND),
        group.get(KIB_BURST),
        group.get(ALLOWED));
  }

  /** Whether anything is limited. */
  public boolean isLimiting() {
    return requestsPerSecond > 0 || kibPerSecond > 0;
  }
}
