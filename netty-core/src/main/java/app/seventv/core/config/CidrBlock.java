package app.seventv.core.config;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** A block of addresses such as {@code 10.0.0.0/8}; IPv4-mapped IPv6 counts as IPv4. */
public final class CidrBlock {
  private final byte[] network;
  private final int prefixBits;

  private CidrBlock(byte[] network, int prefixBits) {
    this.network = network;
    this.prefixBits = prefixBits;
  }

  /**
   * Reads {@code address/prefix}, or an address alone as a block of one.
   *
   * @throws IllegalArgumentException if the text is no block or has bits set after the prefix
   */
  public static CidrBlock parse(String text) {
    int slash = text.indexOf('/');
    byte[] bytes =
        NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
    if (bytes == null) {
      throw new IllegalArgumentException("is not a network in CIDR form: " + text);
    }
    int bits = bytes.length * Byte.SIZE;
    if (slash >= 0) {
      try {
        bits = Integer.parseInt(text.substring(slash + 1));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("has a prefix that is no number: " + text, e);
      }
    }
    if (bits < 0 || bits > bytes.length * Byte.SIZE) {
      throw new IllegalArgumentException("has a prefix longer than the address: " + text);
    }
    byte[] masked = mask(bytes, bits);
    if (!Arrays.equals(masked, bytes)) {
      throw new IllegalArgumentException("has bits set after its prefix: " + text);
    }
    return new CidrBlock(masked, bits);
  }

  /** Whether {@code address} lies in this block. */
  public boolean contains(InetAddress address) {
    return contains(address.getAddress());
  }

  /** Whether the address of 4 or 16 bytes lies in this block; makes no garbage. */
  public boolean contains(byte[] address) {
    if (address.length != network.length) {
      return false;
    }
    int whole = prefixBits / Byte.SIZE;
    if (!Arrays.equals(address, 0, whole, network, 0, whole)) {
      return false;
    }
    int rest = prefixBits % Byte.SIZE;
    return rest == 0 || ((address[whole] ^ network[whole]) & 0xff) >>> (Byte.SIZE - rest) == 0;
  }

  /** Length of the network part in bits. */
  public int prefixBits() {
    return prefixBits;
  }

  private static byte[] mask(byte[] address, int bits) {
    byte[] masked = address.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.clamp(bits - i * Byte.SIZE, 0, Byte.SIZE);
      masked[i] &= (byte) (0xff << (Byte.SIZE - kept));
    }
    return masked;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CidrBlock block
        && block.prefixBits == prefixBits
        && Arrays.equals(block.network, network);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(network) * 31 + prefixBits;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(network).getHostAddress() + "/" + prefixBits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the network has an address length of no family", e);
    }
  }
}
