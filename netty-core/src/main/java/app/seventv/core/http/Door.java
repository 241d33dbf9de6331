package app.seventv.core.http;

import app.seventv.core.limits.AddressLimits;
import io.netty.channel.Channel;
import io.netty.handler.codec.quic.QuicChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a connection may come in and counts those that are in, websockets included, until
 * they are closed. Connections of trusted proxies count in the total only: their clients are
 * counted by {@link ClientLimits}.
 */
final class Door {
  private final int maxConnections;
  private final AddressLimits limits;
  private final ClientAddress clients;
  private final HttpObserver observer;
  private final AtomicInteger open = new AtomicInteger();

  Door(int maxConnections, AddressLimits limits, ClientAddress clients, HttpObserver observer) {
    this.maxConnections = maxConnections;
    this.limits = limits;
    this.clients = clients;
    this.observer = observer;
  }

  /** Connections that are in. */
  int open() {
    return open.get();
  }

  /**
   * Lets a connection in, if there is room.
   *
   * @param protocol for the figures
   * @param proxy whether the PROXY protocol may still tell another address; then {@link #admitPeer}
   *     follows
   */
  boolean admit(Channel channel, Protocol protocol, ProxyProtocol proxy) {
    InetAddress peer = address(channel);
    if (peer == null) {
      return true; // already gone; the loop finds out
    }
    boolean fromProxy = proxy.mode() != ProxyProtocol.Mode.OFF && proxy.trusts(peer);
    if (proxy.mode() == ProxyProtocol.Mode.REQUIRED && !fromProxy) {
      observer.dropped(protocol, "untrusted-peer");
      return false;
    }
    int before = open.getAndIncrement();
    if (maxConnections > 0 && before >= maxConnections) {
      open.decrementAndGet();
      observer.dropped(protocol, "connection-limit");
      return false;
    }
    if (!fromProxy && !admitPeer(channel, protocol, peer)) {
      open.decrementAndGet();
      return false;
    }
    ConnectionEnd.of(channel).entered(this);
    return true;
  }

  /** A connection that was in has ended. */
  void leave() {
    open.decrementAndGet();
  }

  /** A connection that counted by its address has ended. */
  void leavePeer(InetAddress peer) {
    limits.release(peer);
  }

  /** Counts the client of an admitted connection by its address, if there is room. */
  boolean admitPeer(Channel channel, Protocol protocol, InetAddress peer) {
    if (clients.isProxy(peer)) {
      return true;
    }
    if (!limits.tryAcquire(peer)) {
      observer.dropped(protocol, "address-limit");
      return false;
    }
    if (limits.isEnabled()) {
      ConnectionEnd.of(channel).counted(peer);
    }
    return true;
  }

  private static @Nullable InetAddress address(Channel channel) {
    SocketAddress address =
        channel instanceof QuicChannel quic ? quic.remoteSocketAddress() : channel.remoteAddress();
    return address instanceof InetSocketAddress socket ? socket.getAddress() : null;
  }
}
