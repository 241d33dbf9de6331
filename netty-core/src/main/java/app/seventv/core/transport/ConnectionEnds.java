package app.seventv.core.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Ends of connections whose client cannot be waited for. Closing a channel with TLS first sends
 * {@code close_notify}, which stands in line behind everything that the client does not take: the
 * connection and its memory would stay until TLS gives up.
 */
public final class ConnectionEnds {
  private ConnectionEnds() {}

  /** Closes at once. A TLS client can tell that the end is none that was meant. */
  public static void cut(Channel channel) {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first == null) {
      channel.close();
    } else {
      first.close(); // passes by all handlers, for it begins before them
    }
  }

  /** Closes in good order if nothing waits for the client, else at once. */
  public static void close(Channel channel) {
    ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    if (out == null || out.isEmpty()) {
      channel.close();
    } else {
      cut(channel);
    }
  }
}
