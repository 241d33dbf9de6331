package app.seventv.core.content;

import app.seventv.core.content.ContentEncoder.Then;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.FileBody;
import app.seventv.core.http.FilePump;
import app.seventv.core.http.ResponseStream;
import app.seventv.core.transport.LoopTurns;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Compresses a streamed response on its loop, a bounded part per turn. A flush makes the coder give
 * out everything that was written before it, so that events reach the client when they are sent.
 */
final class CompressingStream implements ResponseStream {
  private static final Object FLUSH = new Object();

  private final Exchange exchange;
  private final ResponseStream out;
  private final ContentEncoder encoder;

  /** Buffers, {@link #FLUSH}, and the trailers as the end; all on the loop. */
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();

  private @Nullable Runnable writableAction;
  private final AtomicLong waitingBytes = new AtomicLong();
  private boolean running;
  private boolean over;

  CompressingStream(Exchange exchange, ResponseStream out, ContentEncoder encoder) {
    this.exchange = exchange;
    this.out = out;
    this.encoder = encoder;
    exchange.onEnd(this::close);
  }

  @Override
  public void write(ByteBuf data) {
    enqueue(data);
  }

  @Override
  public void flush() {
    enqueue(FLUSH);
  }

  @Override
  public void endWithClient() {
    out.endWithClient();
  }

  @Override
  public void end() {
    enqueue(EmptyHttpHeaders.INSTANCE);
  }

  @Override
  public void end(HttpHeaders trailers) {
    enqueue(trailers);
  }

  private void enqueue(Object part) {
    if (!exchange.executor().inEventLoop()) {
      exchange.executor().execute(() -> enqueue(part));
      return;
    }
    if (over) {
      if (part instanceof ByteBuf data) {
        data.release();
      }
      return;
    }
    if (part instanceof ByteBuf data) {
      waitingBytes.addAndGet(data.readableBytes());
    }
    waiting.add(part);
    if (!running) {
      run();
    }
  }

  /** Goes on in a later turn, and tells whoever had to wait. */
  private void resume() {
    run();
    if (!running && !over && writableAction != null && out.isWritable()) {
      writableAction.run();
    }
  }

  /** Codes one bounded part per turn of the loop. */
  private void run() {
    running = true;
    int budget = ContentEncoder.MAX_PART_BYTES;
    try {
      while (!over && budget > 0 && !waiting.isEmpty()) {
        budget -= step(waiting.getFirst(), budget);
      }
    } catch (Throwable e) {
      close();
      out.abort();
    }
    running = !over && !waiting.isEmpty();
    if (running) {
      LoopTurns.afterSockets(exchange.executor(), this::resume);
    }
  }

  private int step(Object part, int budget) throws IOException {
    if (part instanceof ByteBuf data) {
      int count = Math.min(budget, data.readableBytes());
      ByteBuf slice = data.readSlice(count);
      boolean consumed = !data.isReadable();
      waitingBytes.addAndGet(-count);
      if (consumed) {
        waiting.removeFirst(); // first: writing may end the exchange, which clears the queue
      }
      try {
        encode(slice, Then.MORE);
      } finally {
        if (consumed) {
          data.release();
        }
      }
      return Math.max(1, count);
    }
    waiting.removeFirst();
    if (part == FLUSH) {
      encode(Unpooled.EMPTY_BUFFER, Then.FLUSH);
      out.flush();
    } else {
      encode(Unpooled.EMPTY_BUFFER, Then.FINISH);
      close();
      out.end((HttpHeaders) part);
    }
    return 0;
  }

  private void encode(ByteBuf in, Then then) throws IOException {
    ByteBuf coded = ByteBufAllocator.DEFAULT.directBuffer(Math.max(64, in.readableBytes() / 2));
    boolean passed = false;
    try {
      encoder.encode(in, then, coded);
      passed = true;
    } finally {
      if (passed && coded.isReadable()) {
        out.write(coded);
      } else {
        coded.release();
      }
    }
  }

  private void close() {
    if (over) {
      return;
    }
    over = true;
    encoder.close();
    for (Object part : waiting) {
      if (part instanceof ByteBuf data) {
        data.release();
      }
    }
    waiting.clear();
    waitingBytes.set(0);
  }

  @Override
  public void sendFile(FileBody file, long position, long count, Executor reader, Runnable sent) {
    if (exchange.executor().inEventLoop()) {
      FilePump.read(exchange, this, file, position, count, reader, sent);
    } else {
      exchange
          .executor()
          .execute(() -> FilePump.read(exchange, this, file, position, count, reader, sent));
    }
  }

  @Override
  public boolean isWritable() {
    return waitingBytes.get() < ContentEncoder.MAX_PART_BYTES && out.isWritable();
  }

  @Override
  public long bytesBeforeUnwritable() {
    return Math.max(
        0,
        Math.min(ContentEncoder.MAX_PART_BYTES, out.bytesBeforeUnwritable()) - waitingBytes.get());
  }

  @Override
  public void onWritable(Runnable action) {
    if (!exchange.executor().inEventLoop()) {
      exchange.executor().execute(() -> onWritable(action));
      return;
    }
    writableAction = action;
    out.onWritable(() -> {
      if (isWritable()) {
        action.run();
      }
    });
  }

  @Override
  public void abort() {
    out.abort();
  }
}
