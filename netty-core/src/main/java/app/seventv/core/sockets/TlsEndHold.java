package app.seventv.core.sockets;

import io.netty.channel.ChannelHandler;

/**
 * A handler before TLS that can keep the client's {@code close_notify} back: Netty's engine would
 * end both directions with it while the socket is on its way into a table.
 */
public interface TlsEndHold extends ChannelHandler {
  /** Keeps it until the handler is removed, and passes it on then. */
  void holdUntilRemoved();
}
