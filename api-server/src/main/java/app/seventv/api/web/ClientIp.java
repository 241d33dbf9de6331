package app.seventv.api.web;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Request;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the address of the client behind trusted proxies (api-v4.md §1.6).
 *
 * @param headers names of headers that proxies set, first present one wins
 * @param trustedProxies networks whose headers are believed
 * @param trustedRanges networks that may connect directly
 */
public record ClientIp(
    List<String> headers, List<CidrBlock> trustedProxies, List<CidrBlock> trustedRanges) {

  /**
   * The client's address.
   *
   * @param peer address of the connection
   * @throws HttpError 403 or 400 with the exact text
   */
  public InetAddress resolve(Request request, InetAddress peer) {
    if (trustedProxies.isEmpty() || inside(trustedRanges, peer)) {
      return peer;
    }
    if (!inside(trustedProxies, peer)) {
      throw new HttpError(403, "ip is not trusted");
    }
    for (String name : headers) {
      // A repeated field is one list: its last line is the nearest proxy's.
      List<String> lines = request.headers().getAll(name);
      if (!lines.isEmpty()) {
        return rightmostUntrusted(String.join(",", lines), peer);
      }
    }
    throw new HttpError(403, "missing ip header");
  }

  /** Whether the peer is a proxy whose headers are believed. */
  public boolean isProxy(InetAddress peer) {
    return inside(trustedProxies, peer) && !inside(trustedRanges, peer);
  }

  private InetAddress rightmostUntrusted(String list, InetAddress peer) {
    String[] items = list.split(",", -1);
    InetAddress found = null;
    for (int i = items.length - 1; i >= 0; i--) {
      InetAddress address = parse(items[i].strip());
      if (address == null) {
        throw new HttpError(400, "invalid ip header");
      }
      if (found == null && !inside(trustedProxies, address)) {
        found = address;
      }
    }
    return found == null ? peer : found;
  }

  private static @Nullable InetAddress parse(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static boolean inside(List<CidrBlock> blocks, InetAddress address) {
    return blocks.stream().anyMatch(block -> block.contains(address));
  }
}
