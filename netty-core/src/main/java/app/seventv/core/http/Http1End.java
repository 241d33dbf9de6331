package app.seventv.core.http;

import app.seventv.core.transport.ConnectionEnds;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.epoll.HalfClosedChannels;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How an HTTP/1.1 connection ends: which of its halves is over, and whether the other side is still
 * heard to its end, told, or cut off.
 */
final class Http1End {
  private final ServerContext server;
  private final Connection connection;
  private final ChannelHandlerContext ctx;
  private final Http1Deadlines deadlines;
  private @Nullable LingeringClose lingering;
  private boolean closing;
  private boolean inputEnded;
  private boolean endsWithClient;

  Http1End(
      ServerContext server,
      Connection connection,
      ChannelHandlerContext ctx,
      Http1Deadlines deadlines) {
    this.server = server;
    this.connection = connection;
    this.ctx = ctx;
    this.deadlines = deadlines;
  }

  /** Whether nothing that comes is handled any more. */
  boolean closing() {
    return closing;
  }

  /** Nothing that comes will be handled. */
  void markClosing() {
    closing = true;
  }

  /** Whether the client has ended its half; it may well be gone. */
  boolean inputEnded() {
    return inputEnded;
  }

  /** Whether an answer may still be on its way out. */
  boolean mayAnswer() {
    return lingering == null || !lingering.answered();
  }

  /** The client has ended its half. Returns whether nothing more is to be decided about it. */
  boolean clientEnded() throws IOException {
    inputEnded = true;
    HalfClosedChannels.keepRegistered(ctx.channel());
    if (endsWithClient) {
      abort();
      return true;
    }
    if (lingering != null) {
      lingering.inputEnded();
      return true;
    }
    return false;
  }

  /** The response under way is for a client that still has its half open. */
  void endWithClient() {
    endsWithClient = true;
    if (inputEnded) {
      abort();
    }
  }

  /** What was asked by {@link #endWithClient} was asked for an exchange that is over. */
  void exchangeEnded() {
    endsWithClient = false;
  }

  /** Closes the connection once everything queued has been written. */
  void close() {
    closing = true;
    deadlines.awaitNext(System.nanoTime());
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> ctx.channel().close());
  }

  /** Closes the connection so that the client gets the answer although it is still sending. */
  void linger() {
    closing = true;
    if (lingering == null) {
      lingering = new LingeringClose(ctx.channel(), () -> deadlines.awaitEnd(System.nanoTime()));
      deadlines.awaitNext(System.nanoTime());
      if (inputEnded) {
        lingering.inputEnded();
      }
      lingering.start();
    }
  }

  /** More came from a client that is not listened to any more. */
  void discarded(int bytes) {
    if (lingering != null) {
      lingering.discarded(bytes);
    }
  }

  /** Gives the connection up at once, and says why. */
  void drop(String reason) {
    server.observer.dropped(connection.protocol(), reason);
    ConnectionEnds.close(ctx.channel());
  }

  /** Ends the connection at once. */
  void abort() {
    ConnectionEnds.cut(ctx.channel());
  }
}
