package app.seventv.cdn;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.ResponseStream;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Sends a body straight from the origin to one client, at the client's pace. */
final class PassStream implements Subscriber<ByteBuffer> {
  private final Exchange exchange;
  private final ResponseStream stream;

  // On the loop only.
  private @Nullable Subscription subscription;
  private boolean over;
  private boolean paused;

  /** Sends the head. */
  PassStream(Exchange exchange, HttpHeaders headers) {
    this.exchange = exchange;
    this.stream = exchange.start(200, headers);
    stream.onWritable(this::writable);
    exchange.onEnd(this::close);
  }

  private void onLoop(Runnable action) {
    exchange.executor().execute(action);
  }

  @Override
  public void onSubscribe(Subscription s) {
    onLoop(() -> {
      subscription = s;
      if (over) {
        s.cancel();
      } else {
        s.request(1);
      }
    });
  }

  @Override
  public void onNext(ByteBuffer data) {
    onLoop(() -> {
      Subscription source = subscription;
      if (!over && source != null) {
        stream.writeAndFlush(Unpooled.wrappedBuffer(data));
        if (stream.isWritable()) {
          source.request(1);
        } else {
          paused = true;
        }
      }
    });
  }

  private void writable() {
    Subscription source = subscription;
    if (paused && !over && source != null) {
      paused = false;
      source.request(1);
    }
  }

  @Override
  public void onError(Throwable error) {
    onLoop(() -> {
      if (!over) {
        over = true;
        stream.abort();
      }
    });
  }

  @Override
  public void onComplete() {
    onLoop(() -> {
      if (!over) {
        over = true;
        stream.end();
      }
    });
  }

  /** The exchange has ended, perhaps before the body. */
  private void close() {
    Subscription source = subscription;
    if (!over && source != null) {
      source.cancel();
    }
    over = true;
  }
}
