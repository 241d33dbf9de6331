package app.seventv.core.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * Ends a connection whose client may still be sending (RFC 9112 §9.6): the answer goes out, then
 * our half closes, and what still comes is dropped for a moment. Closing at once would answer late
 * bytes with a reset, and the reset can overtake the answer.
 */
final class LingeringClose {
  /** Longest wait for the client to end its half. */
  static final long LIMIT_MS = 2_000;

  /** Most bytes that are dropped: more than the largest body that a service takes. */
  static final long LIMIT_BYTES = 16 << 20;

  private final Channel channel;
  private final Runnable outputClosed;
  private long bytes;
  private boolean answered;
  private boolean inputEnded;

  /**
   * @param outputClosed called on the loop when the answer is out and only the client's end is
   *     awaited
   */
  LingeringClose(Channel channel, Runnable outputClosed) {
    this.channel = channel;
    this.outputClosed = outputClosed;
  }

  /** Closes our half once everything queued has been written. */
  void start() {
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> {
          answered = true;
          if (written.isSuccess() && !inputEnded) {
            closeOutput();
            outputClosed.run();
          } else {
            channel.close();
          }
        });
  }

  private void closeOutput() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    } else {
      channel.close();
    }
  }

  /** Whether everything queued has been written, so that only the client's end is awaited. */
  boolean answered() {
    return answered;
  }

  /** The client has ended its half. */
  void inputEnded() {
    inputEnded = true;
    if (answered) {
      channel.close();
    }
  }

  /** The client sent more. */
  void discarded(int count) {
    bytes += count;
    if (bytes > LIMIT_BYTES) {
      channel.close();
    }
  }
}
