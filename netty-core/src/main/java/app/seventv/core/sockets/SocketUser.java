package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;

/** Who a socket of a {@link SocketTable} belongs to. Every method is called on the table's loop. */
public interface SocketUser {
  /**
   * Bytes arrived; takes their reference. The buffer is the table's own and is filled again after
   * the call, unless a slice of it has been retained.
   */
  void received(ByteBuf bytes);

  /** {@link SocketTable#isWritable} has changed. */
  void writabilityChanged();

  /** The socket is gone and its slot belongs to somebody else from now on; called exactly once. */
  void closed();

  /** Queued bytes below which the socket is writable again. */
  int lowWatermarkBytes();

  /** Queued bytes above which the socket is not writable. */
  int highWatermarkBytes();
}
