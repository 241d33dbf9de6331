package app.seventv.core.http;

import app.seventv.core.transport.ConnectionEnds;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Stands in the pipeline for an {@link Http1Connection}, and tells it what happens there. */
final class Http1Handler extends ChannelInboundHandlerAdapter {
  private final ServerContext server;
  private final Connection facts;
  private final @Nullable CloseNotifyHold hold;
  private @Nullable Http1Connection connection;

  /**
   * @param hold holds the end of a TLS client's half back while it is told to; null without TLS
   */
  Http1Handler(ServerContext server, Connection facts, @Nullable CloseNotifyHold hold) {
    this.server = server;
    this.facts = facts;
    this.hold = hold;
  }

  private Http1Connection connection() {
    return Objects.requireNonNull(connection, "handler is not in a pipeline");
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    connection = new Http1Connection(server, facts, ctx, hold);
    connection.begin();
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    connection().received((ByteBuf) message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    connection().receivedAll();
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    connection().writabilityChanged();
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws IOException {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      connection().clientEnded();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    connection().closed();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    // Whoever goes on, a websocket, ends with the client's half.
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    ByteBuf rest = connection().left();
    if (rest != null) {
      ctx.fireChannelRead(rest);
      ctx.fireChannelReadComplete();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Resets and TLS alerts by the peer; nothing can be sent any more, so the socket goes.
    server.observer.dropped(facts.protocol(), "transport-error");
    ConnectionEnds.cut(ctx.channel());
  }

  /** Whether a request has come; a connection without one was opened for it all the same. */
  boolean hasBeenAsked() {
    return connection().hasBeenAsked();
  }

  /** Closes the connection if it is between exchanges; called when the server drains. */
  void closeIfIdle() {
    connection().closeIfIdle();
  }
}
