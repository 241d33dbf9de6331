package app.seventv.cdn;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.FileBody;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.http.ResponseStream;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client that reads at its own pace, and may go away. */
final class SimulatedExchange implements Exchange, ResponseStream {
  private static final int WINDOW = 16;

  private final Simulation simulation;
  private final SimulatedLoop loop;
  private final Request request;
  private final List<Runnable> endActions = new ArrayList<>();
  private final ByteBuf received = Unpooled.buffer();
  private @Nullable Runnable writable;
  private int status;
  private int announced = -1;
  private int unread;
  private boolean reading;
  private boolean complete;
  private boolean broken;
  private boolean ended;

  SimulatedExchange(Simulation simulation, Request request) {
    this.simulation = simulation;
    this.loop = new SimulatedLoop(simulation);
    this.request = request;
  }

  int status() {
    return status;
  }

  byte[] body() {
    byte[] bytes = new byte[received.readableBytes()];
    received.getBytes(0, bytes);
    return bytes;
  }

  boolean isComplete() {
    return complete && (announced < 0 || announced == received.readableBytes());
  }

  boolean isBroken() {
    return broken || (complete && !isComplete());
  }

  boolean hasEnded() {
    return ended;
  }

  /** The client goes away. */
  void leave() {
    loop.execute(this::finish);
  }

  private void finish() {
    if (!ended) {
      ended = true;
      endActions.forEach(Runnable::run);
    }
  }

  @Override
  public Request request() {
    return request;
  }

  @Override
  public EventExecutor executor() {
    return loop;
  }

  @Override
  public void onEnd(Runnable action) {
    loop.execute(() -> {
      if (ended) {
        action.run();
      } else {
        endActions.add(action);
      }
    });
  }

  @Override
  public void respond(Response response) {
    loop.execute(() -> {
      if (status == 0 && !ended) {
        status = response.status();
        received.writeBytes(response.body());
        complete = true;
        finish();
      }
      response.body().release();
    });
  }

  @Override
  public void fail(Throwable failure) {
    respond(Response.of(500));
  }

  @Override
  public ResponseStream start(int responseStatus, HttpHeaders headers) {
    loop.execute(() -> {
      status = responseStatus;
      announced = Integer.parseInt(headers.get("content-length", "-1"));
    });
    return this;
  }

  @Override
  public void write(ByteBuf data) {
    if (!ended) {
      unread += data.readableBytes();
      received.writeBytes(data);
      read();
    }
    data.release();
  }

  /** Some time later the client has read what was sent. */
  private void read() {
    if (!reading) {
      reading = true;
      simulation.sometime(() ->
          loop.execute(() -> {
            reading = false;
            unread = 0;
            Runnable action = writable;
            if (action != null && !ended) {
              action.run();
            }
          }));
    }
  }

  @Override
  public boolean isWritable() {
    return unread < WINDOW;
  }

  @Override
  public long bytesBeforeUnwritable() {
    return Math.max(0, WINDOW - unread);
  }

  @Override
  public void onWritable(Runnable action) {
    writable = action;
  }

  @Override
  public void flush() {}

  @Override
  public void end() {
    if (!ended) {
      complete = true;
      finish();
    }
  }

  @Override
  public void end(HttpHeaders trailers) {
    end();
  }

  @Override
  public void endWithClient() {}

  @Override
  public void abort() {
    if (!ended) {
      broken = true;
      finish();
    }
  }

  @Override
  public void beforeHead(HeadHook hook) {}

  @Override
  public void readBody(int maxBytes, Consumer<ByteBuf> receiver) {}

  @Override
  public void streamBody(BodySink sink) {}

  @Override
  public void pauseBody() {}

  @Override
  public void resumeBody() {}

  @Override
  public void upgrade(WebSocketOptions options, WebSocketListener listener) {}

  @Override
  public void sendFile(FileBody file, long position, long count, Executor reader, Runnable sent) {}
}
