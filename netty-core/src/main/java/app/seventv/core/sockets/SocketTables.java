package app.seventv.core.sockets;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** The tables of a process. */
public interface SocketTables {
  /** No loop has one: sockets keep their channels. */
  SocketTables NONE = loop -> null;

  /** The table of a loop, if its transport has such tables and they are wanted. */
  @Nullable SocketTable of(EventLoop loop);
}
