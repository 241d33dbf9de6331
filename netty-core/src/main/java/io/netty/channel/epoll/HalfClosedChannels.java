package io.netty.channel.epoll;

import io.netty.channel.Channel;
import java.io.IOException;

/**
 * Lets epoll channels write after their peer has ended its half. Netty 4.2.18 takes a channel that
 * waits for nothing out of epoll, which happens once the end of the input has been read, and
 * forgets that it did: when the socket's buffer fills later and the channel wants to hear that it
 * is writable again, the kernel knows no such descriptor and the channel closes, in the midst of
 * the answer. What it takes to prevent that is package-private; hence this class in Netty's
 * package.
 */
public final class HalfClosedChannels {
  private HalfClosedChannels() {}

  /**
   * Keeps a channel in epoll though it has nothing to wait for; to be called while the end of its
   * input is being told. Edge-triggered is a flag that is not an event, so the set of flags never
   * becomes empty; Netty writes until the socket is full, which is what edges ask for. Channels of
   * other transports need nothing.
   */
  public static void keepRegistered(Channel channel) throws IOException {
    if (channel instanceof AbstractEpollStreamChannel epoll) {
      epoll.setFlag(Native.EPOLLET);
    }
  }
}
