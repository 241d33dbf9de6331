package app.seventv.core.http;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client's address behind trusted proxies (operations.md §2.4, {@code incoming_request}).
 *
 * @param ipHeaders header names that proxies set, the first present one counts
 * @param trustedProxies networks whose headers are believed; empty: nobody's
 * @param trustedRanges networks that may connect without a proxy
 */
public record ClientAddress(
    List<String> ipHeaders, List<CidrBlock> trustedProxies, List<CidrBlock> trustedRanges) {

  /**
   * What an address is made of. Brackets and zones belong to other notations; an octet that begins
   * with zero is decimal to some and octal to others (RFC 6943 §3.1.1).
   */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?:[0-9A-Fa-f:]*:)?(?:[0-9A-Fa-f]*|OCTET(?:\\.OCTET){3})"
              .replace("OCTET", "(?:0|[1-9]\\d{0,2})"));

  /** Nobody is a proxy: the peer is the client. */
  public static final ClientAddress OF_PEER = new ClientAddress(List.of(), List.of(), List.of());

  private static final Key<List<String>> IP_HEADERS =
      Key.strings("ip_headers", List.of(), "Headers that carry the client's address.");
  private static final Key<List<CidrBlock>> TRUSTED_PROXIES =
      Key.of(
          "trusted_proxies",
          ValueTypes.CIDR.list(),
          List.of(),
          "Networks of proxies whose headers are believed; empty: the peer is the client.");
  private static final Key<List<CidrBlock>> TRUSTED_RANGES =
      Key.of(
          "trusted_ranges",
          ValueTypes.CIDR.list(),
          List.of(),
          "Networks that may connect past the proxies.");

  /** Keys of the group; include it under a service's prefix. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.of(IP_HEADERS, TRUSTED_PROXIES, TRUSTED_RANGES);

  /** The group's values; {@code group} is the sub-table. */
  public static ClientAddress from(Config group) {
    return new ClientAddress(
        group.get(IP_HEADERS), group.get(TRUSTED_PROXIES), group.get(TRUSTED_RANGES));
  }

  /**
   * Address of the client that sent a request.
   *
   * @throws HttpError 403 if the peer is no trusted proxy or sent no address, 400 if the address
   *     makes no sense
   */
  public InetAddress of(Request request) {
    InetAddress peer = unmapped(request.connection().peer().getAddress());
    if (trustedProxies.isEmpty() || anyContains(trustedRanges, peer)) {
      return peer;
    }
    if (!anyContains(trustedProxies, peer)) {
      throw new HttpError(403, "ip is not trusted");
    }
    for (String header : ipHeaders) {
      List<String> lines = request.headers().getAll(header);
      if (!lines.isEmpty()) {
        // One list in order (RFC 9110 §5.3): a proxy may append a line to what the client made up.
        InetAddress client = rightmostUntrusted(String.join(",", lines));
        return client == null ? peer : client;
      }
    }
    throw new HttpError(403, "missing ip header");
  }

  /** Whether a peer is a proxy, so that only its requests tell the client's address. */
  public boolean isProxy(InetAddress address) {
    InetAddress peer = unmapped(address);
    return anyContains(trustedProxies, peer) && !anyContains(trustedRanges, peer);
  }

  private @Nullable InetAddress rightmostUntrusted(String list) {
    if (!list.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'))) {
      throw new HttpError(400, "ip header not valid utf-8"); // as cdn.md §3.4 words it
    }
    InetAddress found = null;
    for (String part : list.split(",", -1)) {
      String text = part.trim();
      byte[] bytes =
          ADDRESS.matcher(text).matches() ? NetUtil.createByteArrayFromIpAddressString(text) : null;
      if (bytes == null) {
        throw new HttpError(400, "invalid ip format in header");
      }
      InetAddress address = unmapped(fromBytes(bytes));
      if (!anyContains(trustedProxies, address)) {
        found = address;
      }
    }
    return found;
  }

  private static boolean anyContains(List<CidrBlock> blocks, InetAddress address) {
    for (CidrBlock block : blocks) {
      if (block.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private static InetAddress fromBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes); // unwraps IPv4-mapped addresses
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are always an address", e);
    }
  }

  private static InetAddress unmapped(InetAddress address) {
    return address instanceof Inet4Address || !(address instanceof Inet6Address)
        ? address
        : fromBytes(address.getAddress());
  }
}
