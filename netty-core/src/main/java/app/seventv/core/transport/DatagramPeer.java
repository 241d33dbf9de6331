package app.seventv.core.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An address and port as numbers, to be compared with what the kernel says.
 *
 * @param high first half of the IPv6 address
 * @param low second half; an IPv4 address is {@code ::ffff:0:0/96} (RFC 4291 §2.5.5.2)
 * @param scope interface of a link-local address, or 0
 * @param port in the host's order
 */
public record DatagramPeer(long high, long low, int scope, int port) {
  private static final long IPV4_MAPPED = 0xFFFF_0000_0000L;
  private static final long IPV4_MASK = 0xFFFF_FFFFL;

  /** The numbers of an address. */
  public static DatagramPeer of(InetSocketAddress address) {
    ByteBuffer octets = ByteBuffer.wrap(address.getAddress().getAddress());
    if (octets.remaining() == Integer.BYTES) {
      return new DatagramPeer(0, mapped(octets.getInt()), 0, address.getPort());
    }
    int scope = address.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0;
    return new DatagramPeer(octets.getLong(), octets.getLong(), scope, address.getPort());
  }

  /** An IPv4 address as the second half of an IPv6 one. */
  static long mapped(int ipv4) {
    return IPV4_MAPPED | (ipv4 & IPV4_MASK);
  }

  /** Whether it is an IPv4 address. */
  boolean isIpv4() {
    return high == 0 && (low & ~IPV4_MASK) == IPV4_MAPPED;
  }

  /** As Java has it; an IPv4 address in its own form. */
  static InetSocketAddress toJava(byte[] octets, int scope, int port) {
    try {
      InetAddress address =
          scope == 0
              ? InetAddress.getByAddress(octets)
              : Inet6Address.getByAddress(null, octets, scope);
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }
}
