package app.seventv.core.transport;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Where {@code sockaddr_in} and {@code sockaddr_in6} have their parts (ip(7), ipv6(7)). */
final class SocketNames {
  static final short AF_INET = 2;
  static final short AF_INET6 = 10;
  static final int PORT_OFFSET = 2;
  static final int IPV4_OFFSET = 4;
  static final int IPV4_BYTES = 16;
  static final int IPV6_OFFSET = 8;
  static final int IPV6_SCOPE_OFFSET = 24;
  static final int IPV6_BYTES = 28;

  /** Room for either, with the next one at a multiple of eight. */
  static final int ROOM_BYTES = 32;

  static final ValueLayout.OfShort PORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfInt IPV4 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfLong IPV6 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketNames() {}
}
