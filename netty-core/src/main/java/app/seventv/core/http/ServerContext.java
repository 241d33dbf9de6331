package app.seventv.core.http;

import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.Semaphore;

/** What every connection of a server shares. */
final class ServerContext {
  final Handler handler;
  final ErrorMapper errorMapper;
  final HttpLimits limits;
  final HttpObserver observer;

  /** Open HTTP connections; a websocket leaves it, its server looks after it from then on. */
  final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  /** Room for TLS handshakes; the costliest thing a stranger can ask for. */
  final Semaphore handshakes;

  private volatile boolean draining;

  ServerContext(
      Handler handler, ErrorMapper errorMapper, HttpLimits limits, HttpObserver observer) {
    this.handler = handler;
    this.errorMapper = errorMapper;
    this.limits = limits;
    this.observer = observer;
    this.handshakes = new Semaphore(limits.maxConcurrentHandshakes());
  }

  boolean draining() {
    return draining;
  }

  void startDraining() {
    draining = true;
  }
}
