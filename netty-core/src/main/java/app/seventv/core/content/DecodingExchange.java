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
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An exchange whose request body is decoded on its way to the handler: by an executor, because few
 * coded bytes can be much work, a bounded part at a time, and only as fast as the handler wants it.
 */
final class DecodingExchange extends ExchangeWrapper {
  /** Decoded and kept before the handler sees it. */
  private static final int TURN_BYTES = 64 << 10;

  /** Coded bytes that wait above which the client is asked to wait. */
  private static final int MAX_WAITING_BYTES = 64 << 10;

  /** Coded bytes may outnumber the decoded ones a little; endless empty blocks may not. */
  private static final int CODED_SLACK_BYTES = 64 << 10;

  private final ContentCoding coding;
  private final int maxInflatedBytes;
  private final Executor executor;
  private @Nullable Decoding decoding;

  DecodingExchange(Exchange inner, ContentCoding coding, int maxInflatedBytes, Executor executor) {
    super(inner);
    this.coding = coding;
    this.maxInflatedBytes = maxInflatedBytes;
    this.executor = executor;
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
      decoder = ContentDecoder.of(coding, limit);
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
      decoding.goOn();
    }
  }

  /**
   * What is between the coded and the decoded body. All of it belongs to the loop, but for the
   * decoder and its input while {@link #working}: then they are the executor's.
   */
  private final class Decoding implements BodySink {
    private final ContentDecoder decoder;
    private final BodySink sink;
    private final int limit;
    private final ArrayDeque<ByteBuf> coded = new ArrayDeque<>(2);
    private final ArrayDeque<ByteBuf> decoded = new ArrayDeque<>();
    private @Nullable HttpHeaders trailers;
    private @Nullable Throwable failure;
    private long codedBytes;
    private long decodedBytes;
    private int waitingBytes;
    private boolean paused;
    private boolean working;
    private boolean delivering;
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
        waitingBytes += data.readableBytes();
        goOn();
        if (!over && waitingBytes > MAX_WAITING_BYTES) {
          stopInput();
        }
      }
    }

    @Override
    public void end(HttpHeaders fields) {
      trailers = fields;
      goOn();
    }

    @Override
    public void aborted() {
      if (!over) {
        close();
        sink.aborted();
      }
    }

    private void stopInput() {
      if (!inputStopped) {
        inputStopped = true;
        inner.pauseBody();
      }
    }

    /** Does what comes next: hands on what is decoded, has more decoded, or wants more input. */
    private void goOn() {
      if (delivering) {
        return; // called by the sink; whoever delivers goes on
      }
      deliver();
      if (over || paused || working) {
        return;
      }
      if (failure != null) {
        refuse(failure);
      } else if (!coded.isEmpty()) {
        begin(coded.remove());
      } else if (trailers != null) {
        finish(trailers);
      } else if (inputStopped) {
        inputStopped = false;
        inner.resumeBody(); // may deliver what waited from within the call
      }
    }

    private void deliver() {
      delivering = true;
      try {
        while (!over && !paused && !decoded.isEmpty()) {
          ByteBuf piece = decoded.remove();
          decodedBytes += piece.readableBytes();
          if (decodedBytes > limit) {
            piece.release();
            tooLarge();
          } else {
            sink.chunk(piece);
          }
        }
      } finally {
        delivering = false;
      }
    }

    private void begin(ByteBuf in) {
      working = true;
      waitingBytes -= in.readableBytes();
      try {
        executor.execute(() -> work(in));
      } catch (RejectedExecutionException e) {
        working = false;
        in.release();
        refuse(new HttpError(503, "too many bodies to decode", e));
      }
    }

    /** By the executor: decodes one part and hands it back to the loop. */
    private void work(ByteBuf in) {
      Part part = part(in);
      try {
        executor().execute(() -> worked(part));
      } catch (RejectedExecutionException e) {
        part.release(); // the loop has ended, and all exchanges with it
        decoder.close();
      }
    }

    private Part part(ByteBuf in) {
      Queue<ByteBuf> pieces = new ArrayDeque<>();
      try {
        int bytes = 0;
        while (bytes < TURN_BYTES) {
          ByteBuf piece = decoder.next(in);
          if (piece == null) {
            return new Part(in, pieces, true, null);
          }
          pieces.add(piece);
          bytes += piece.readableBytes();
        }
        return new Part(in, pieces, false, null);
      } catch (HttpError e) {
        return new Part(in, pieces, true, e);
      } catch (IOException | RuntimeException e) {
        String message = "the body is no valid " + coding.token();
        return new Part(in, pieces, true, new HttpError(400, message, e));
      } catch (Throwable e) { // no memory, for example: the exchange must not wait for ever
        return new Part(in, pieces, true, e);
      }
    }

    private void worked(Part part) {
      working = false;
      if (over) {
        part.release();
        decoder.close();
        return;
      }
      decoded.addAll(part.pieces);
      failure = part.failure;
      if (part.used) {
        part.in.release();
      } else {
        coded.addFirst(part.in);
        waitingBytes += part.in.readableBytes();
      }
      goOn();
    }

    private void finish(HttpHeaders fields) {
      if (decoder.isComplete()) {
        close();
        sink.end(fields);
      } else {
        refuse(new HttpError(400, "the body is no valid " + coding.token() + ": it ends early"));
      }
    }

    private void tooLarge() {
      refuse(new HttpError(413, "the decoded body exceeds " + limit + " bytes"));
    }

    private void refuse(Throwable error) {
      close();
      sink.aborted();
      fail(error);
    }

    /** Frees everything; nothing is delivered from now on. */
    private void close() {
      if (!over) {
        over = true;
        coded.forEach(ByteBuf::release);
        coded.clear();
        decoded.forEach(ByteBuf::release);
        decoded.clear();
        if (!working) {
          decoder.close();
        }
      }
    }
  }

  /**
   * What a part of the work gave.
   *
   * @param in the coded bytes
   * @param used whether all of them are; if not, the next part goes on with them
   * @param failure what ended the work, or null
   */
  private record Part(
      ByteBuf in, Queue<ByteBuf> pieces, boolean used, @Nullable Throwable failure) {
    void release() {
      in.release();
      pieces.forEach(ByteBuf::release);
    }
  }
}
