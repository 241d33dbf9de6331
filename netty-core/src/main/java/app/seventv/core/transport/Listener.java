package app.seventv.core.transport;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The listening sockets of one address.
 *
 * @param address the address bound, with the real port
 * @param channels one channel per loop, or a single one
 */
public record Listener(InetSocketAddress address, List<Channel> channels) implements AutoCloseable {
  /** The port bound. */
  public int port() {
    return address.getPort();
  }

  /**
   * Stops listening; connections accepted before live on. Connections still in the kernel's queue
   * are reset.
   */
  @Override
  public void close() {
    channels.stream().map(Channel::close).toList().forEach(f -> f.awaitUninterruptibly());
  }
}
