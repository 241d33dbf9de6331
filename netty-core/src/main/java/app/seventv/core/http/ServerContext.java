package app.seventv.core.http;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;

/** What every connection of a server shares. */
final class ServerContext {
  final Handler handler;
  final ErrorMapper errorMapper;
  final HttpLimits limits;
  final HttpObserver observer;
  final RequestIds requestIds;

  /** Open HTTP connections; a websocket leaves it, its server looks after it from then on. */
  final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  private volatile boolean draining;

  ServerContext(
      Handler handler,
      ErrorMapper errorMapper,
      HttpLimits limits,
      HttpObserver observer,
      RequestIds requestIds) {
    this.handler = handler;
    this.errorMapper = errorMapper;
    this.limits = limits;
    this.observer = observer;
    this.requestIds = requestIds;
  }

  /** Tells the observer of a connection now and when its channel closes. */
  void observe(Channel channel, Connection connection) {
    long openedNs = System.nanoTime();
    observer.connectionOpened(connection);
    channel
        .closeFuture()
        .addListener(
            closed -> observer.connectionClosed(connection, System.nanoTime() - openedNs));
  }

  boolean draining() {
    return draining;
  }

  void startDraining() {
    draining = true;
  }
}
