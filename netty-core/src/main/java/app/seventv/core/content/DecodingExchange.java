package app.seventv.core.content;

import app.seventv.core.http.BodyCollector;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.ExchangeWrapper;
import app.seventv.core.http.HttpError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An exchange whose request body is decoded on its way to the handler: on the loop, a bounded part
 * per turn, and only as fast as the handler wants it.
 */
final class DecodingExchange extends ExchangeWrapper {
  /** Decoded between two looks at other events. */
  private static final int TURN_BYTES = 64 << 10;

  /** Coded bytes may outnumber the decoded ones a little; endless empty blocks may not. */
  private static final int CODED_SLACK_BYTES = 64 << 10;

  private final ContentCoding coding;
  private final int maxInflatedBytes;
  private @Nullable Decoding decoding;

  DecodingExchange(Exchange inner, ContentCoding coding, int maxInflatedBytes) {
    super(inner);
    this.coding = coding;
    this.maxInflatedBytes = maxInflatedBytes;
  }

  @Override
  public void readBody(int maxBytes, Consumer<ByteBuf> receiver) {
    int limit = Math.min(maxBytes, maxInflatedBytes);
    decode(limit, new BodyCollector(this, ByteBufAllocator.DEFAULT, limit, receiver));
  }

  @Override
  public void streamBody(BodySink sink) {
    decode(maxInflatedBytes, sink);
  }

  private void decode(int limit, BodySink sink) {
    ContentDecoder decoder;
    try {
      decoder = ContentDecoder.of(coding);
    } catch (IOException e) {
      fail(e);
      return;
    }
    Decoding started = new Decoding(decoder, sink, limit);
    decoding = started;
    inner.onEnd(started::close);
    inner.streamBody(started);
  }

  @Override
  public void pauseBody() {
    if (decoding == null) {
      inner.pauseBody();
    } else {
      decoding.paused = true;
      decoding.stopInput();
    }
  }

  @Override
  public void resumeBody() {
    if (decoding == null) {
      inner.resumeBody();
    } else {
      decoding.paused = false;
      decoding.schedule();
    }
  }

  /** What is between the coded and the decoded body. */
  private final class Decoding implements BodySink {
    private final ContentDecoder decoder;
    private final BodySink sink;
    private final int limit;
    private final ArrayDeque<ByteBuf> coded = new ArrayDeque<>(2);
    private @Nullable HttpHeaders trailers;
    private long codedBytes;
    private long decodedBytes;
    private boolean paused;
    private boolean scheduled;
    private boolean running;
    private boolean inputStopped;
    private boolean over;

    Decoding(ContentDecoder decoder, BodySink sink, int limit) {
      this.decoder = decoder;
      this.sink = sink;
      this.limit = limit;
    }

    @Override
    public void chunk(ByteBuf data) {
      codedBytes += data.readableBytes();
      if (over) {
        data.release();
      } else if (codedBytes > (long) limit + CODED_SLACK_BYTES) {
        data.release();
        tooLarge();
      } else {
        coded.add(data);
        run();
      }
    }

    @Override
    public void end(HttpHeaders fields) {
      trailers = fields;
      run();
    }

    @Override
    public void aborted() {
      if (!over) {
        close();
        sink.aborted();
      }
    }

    /** In a turn of its own: a sink may resume from within a chunk. */
    private void schedule() {
      if (!scheduled && !over) {
        scheduled = true;
        executor()
            .execute(() -> {
              scheduled = false;
              run();
            });
      }
    }

    private void run() {
      if (running || scheduled || paused || over) {
        return;
      }
      running = true;
      try {
        decodeTurn();
      } catch (IOException e) {
        refuse(new HttpError(400, "the body is no valid " + coding.token(), e));
      } finally {
        running = false;
      }
    }

    private void decodeTurn() throws IOException {
      long turnEnd = decodedBytes + TURN_BYTES;
      while (!over && !paused && decodedBytes < turnEnd) {
        ByteBuf in = coded.peek();
        if (in == null) {
          if (endOrWait()) {
            return;
          }
          continue;
        }
        ByteBuf piece = decoder.next(in);
        if (piece == null) {
          coded.remove();
          in.release();
        } else {
          deliver(piece);
        }
      }
      if (!over && !paused) {
        stopInput();
        schedule();
      }
    }

    private void stopInput() {
      if (!inputStopped) {
        inputStopped = true;
        inner.pauseBody();
      }
    }

    private void deliver(ByteBuf piece) {
      decodedBytes += piece.readableBytes();
      if (decodedBytes > limit) {
        piece.release();
        tooLarge();
      } else {
        sink.chunk(piece);
      }
    }

    /** All input is used: ends, or waits for more; false if that came at once. */
    private boolean endOrWait() throws IOException {
      HttpHeaders fields = trailers;
      if (fields != null) {
        if (!decoder.isComplete()) {
          throw new IOException("the body ends early");
        }
        close();
        sink.end(fields);
        return true;
      }
      if (inputStopped) {
        inputStopped = false;
        inner.resumeBody(); // may deliver what waited from within the call
      }
      return coded.isEmpty() && trailers == null;
    }

    private void tooLarge() {
      refuse(new HttpError(413, "the decoded body exceeds " + limit + " bytes"));
    }

    private void refuse(HttpError error) {
      close();
      sink.aborted();
      fail(error);
    }

    /** Frees everything; nothing is delivered from now on. */
    private void close() {
      if (!over) {
        over = true;
        decoder.close();
        coded.forEach(ByteBuf::release);
        coded.clear();
      }
    }
  }
}
