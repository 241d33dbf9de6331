package app.seventv.core.http;

import app.seventv.core.sockets.SocketEnd;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when a connection ends: its channel's close future tells, unless the socket
 * has moved to a table without a channel, which then tells instead.
 */
final class ConnectionEnd implements ChannelFutureListener {
  private static final AttributeKey<ConnectionEnd> KEY =
      AttributeKey.valueOf(ConnectionEnd.class, "end");

  private @Nullable Door door;
  private @Nullable InetAddress counted;
  private @Nullable HttpObserver observer;
  private @Nullable Connection connection;
  private long openedNs;
  private boolean moved;

  private ConnectionEnd() {}

  /** The one of a channel. */
  static ConnectionEnd of(Channel channel) {
    ConnectionEnd end = channel.attr(KEY).get();
    if (end == null) {
      end = new ConnectionEnd();
      channel.attr(KEY).set(end);
      channel.closeFuture().addListener(end);
    }
    return end;
  }

  /** The connection counts among those that are in. */
  void entered(Door by) {
    door = by;
  }

  /** The connection counts by its client's address. */
  void counted(InetAddress peer) {
    counted = peer;
  }

  /** The connection was told to the observer. */
  void opened(HttpObserver to, Connection facts) {
    observer = to;
    connection = facts;
    openedNs = System.nanoTime();
  }

  /** When the connection was told to the observer. */
  long openedNs() {
    return openedNs;
  }

  /**
   * The socket leaves its channel.
   *
   * @param server whose connection it is
   * @param webSocket what ends with the websocket besides
   * @return what the table has to do: one object for all, unless there is more to remember
   */
  SocketEnd move(ServerContext server, SocketEnd webSocket) {
    moved = true;
    InetAddress peer = counted;
    boolean secure = connection != null && connection.secure();
    if (peer == null && webSocket.equals(server.webSocketEnd)) {
      return secure ? server.secureSocketEnd : server.socketEnd;
    }
    return ageNs -> {
      if (peer != null) {
        server.door.leavePeer(peer);
      }
      server.socketEnded(secure, ageNs);
      webSocket.ended(ageNs);
    };
  }

  @Override
  public void operationComplete(ChannelFuture closed) {
    if (moved) {
      return;
    }
    Door entered = door;
    if (entered != null) {
      InetAddress peer = counted;
      if (peer != null) {
        entered.leavePeer(peer);
      }
      entered.leave();
    }
    HttpObserver told = observer;
    Connection facts = connection;
    if (told != null && facts != null) {
      told.connectionClosed(facts.protocol(), facts.secure(), System.nanoTime() - openedNs);
    }
  }
}
