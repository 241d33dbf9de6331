package io.netty.channel.uring;

import io.netty.channel.Channel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A listening TCP socket on io_uring that another process has bound: handed over by a predecessor
 * or by systemd. Netty's own class only makes new sockets, and what it takes to do otherwise is
 * package-private; hence this class in Netty's package. See docs/decisions/0011.
 */
public final class AdoptedServerSocketChannel extends AbstractIoUringServerChannel
    implements ServerSocketChannel {
  private final IoUringServerSocketChannelConfig config;

  /**
   * @param descriptor of a socket that listens; the channel owns it from now on
   */
  public AdoptedServerSocketChannel(int descriptor) {
    super(new LinuxSocket(descriptor), true);
    this.config = new IoUringServerSocketChannelConfig(this);
  }

  @Override
  public ServerSocketChannelConfig config() {
    return config;
  }

  /** The address memory is only filled by single accepts; the socket knows its peer as well. */
  @Override
  Channel newChildChannel(int descriptor, ByteBuffer acceptedAddressMemory) {
    return new IoUringSocketChannel(this, new LinuxSocket(descriptor));
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return (InetSocketAddress) super.remoteAddress();
  }

  @Override
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) super.localAddress();
  }
}
