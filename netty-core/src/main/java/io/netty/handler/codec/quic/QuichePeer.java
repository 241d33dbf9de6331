package io.netty.handler.codec.quic;

import app.seventv.core.transport.DatagramPeer;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the client of a connection is, and what quiche calls it. These differ after a NAT has given
 * the client another port, which quiche is not told: it would begin a new path and never again send
 * what was under way on the old one (cloudflare/quiche issue 2452). The client's host has been
 * validated, so that nothing is sent to anybody else. Another host, or a client that changes its
 * connection id with its address, is quiche's affair (RFC 9000 §9). See docs/decisions/0014.
 */
final class QuichePeer {
  /** Packets from the port that was left are late ones for so long, and no return to it. */
  private static final long LATE_NS = 1_000_000_000;

  /** As quiche knows it. */
  private @Nullable InetSocketAddress known;

  /** Where the client's last packets came from. */
  private @Nullable InetSocketAddress actual;

  private @Nullable DatagramPeer numbers;
  private @Nullable InetSocketAddress left;
  private long leftNs;
  private boolean rebound;

  /** Connection id that the client uses: with a new one it would have moved on purpose. */
  private long id;

  /**
   * Follows quiche, whose client may have migrated.
   *
   * @param remote as quiche knows it now
   */
  void update(@Nullable InetSocketAddress remote) {
    if (remote != null && !remote.equals(known)) {
      known = remote;
      left = null;
      rebound = false;
      setActual(remote);
    }
  }

  private void setActual(InetSocketAddress address) {
    actual = address;
    numbers = DatagramPeer.of(address);
  }

  /** Numbers of the place where the client is, or null if nobody knows. */
  @Nullable DatagramPeer numbers() {
    return numbers;
  }

  /** As quiche knows it; only after {@link #update} with an address. */
  InetSocketAddress known() {
    InetSocketAddress address = known;
    if (address == null) {
      throw new IllegalStateException("no address yet");
    }
    return address;
  }

  boolean isHere(InetSocketAddress sender) {
    return sender.equals(actual);
  }

  /** A packet has come from where the client is. */
  void used(long connectionId) {
    id = connectionId;
  }

  /**
   * Whether a datagram seems to come from the client behind another port. If it is genuine, {@link
   * #moved} follows.
   */
  boolean isOtherPort(InetSocketAddress sender, long connectionId) {
    InetSocketAddress here = actual;
    return here != null
        && connectionId == id
        && sender.getPort() != here.getPort()
        && sender.getAddress().equals(here.getAddress());
  }

  /** A packet that only the client can have made has come from another port. */
  void moved(InetSocketAddress sender, long nowNs) {
    if (!sender.equals(left) || nowNs - leftNs > LATE_NS) {
      left = actual;
      leftNs = nowNs;
      rebound = !sender.equals(known);
      setActual(sender);
    }
  }

  /** Whether the client is somewhere else than quiche believes. */
  boolean isRebound() {
    return rebound;
  }

  /** Where a packet for an address of quiche's must go. */
  InetSocketAddress actual(InetSocketAddress recipient) {
    InetSocketAddress here = actual;
    return rebound && here != null && recipient.equals(known) ? here : recipient;
  }
}
