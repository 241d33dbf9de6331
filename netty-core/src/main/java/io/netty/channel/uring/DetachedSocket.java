package io.netty.channel.uring;

import io.netty.channel.Channel;

/**
 * Takes the socket out of an io_uring channel. Netty closes the descriptor together with its
 * channel, and what it takes to part them is package-private; hence this class in Netty's package.
 * The other way, a duplicate of the descriptor, costs two system calls for each connection. See
 * docs/decisions/0016.
 */
public final class DetachedSocket {
  private DetachedSocket() {}

  /** Whether the channel's socket can be taken. */
  public static boolean isPossible(Channel channel) {
    return channel instanceof IoUringSocketChannel;
  }

  /**
   * Has the loop forget the channel, which is being deregistered, as soon as none of its operations
   * is left. Netty 4.2.18 waits for one more completion when the client's end has ended a multishot
   * receive before, and that never comes.
   */
  public static void forget(Channel channel) {
    ((IoUringSocketChannel) channel).registration().cancel();
  }

  /**
   * Takes the descriptor, which belongs to the caller from now on, and closes the channel around
   * it. Nothing may be under way: the channel must have been deregistered.
   *
   * @return the descriptor, or -1 if the channel has been closed
   */
  public static int take(Channel channel) {
    LinuxSocket socket = ((IoUringSocketChannel) channel).socket;
    int descriptor = socket.intValue();
    boolean taken = socket.markClosed();
    channel.close();
    return taken ? descriptor : -1;
  }
}
