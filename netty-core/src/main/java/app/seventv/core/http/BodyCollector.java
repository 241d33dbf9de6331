package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gathers a body up to a limit; more fails the exchange with 413. */
public final class BodyCollector implements Exchange.BodySink {
  private final Exchange exchange;
  private final ByteBufAllocator alloc;
  private final int maxBytes;
  private final Consumer<ByteBuf> receiver;
  private @Nullable CompositeByteBuf parts;
  private boolean refused;

  /**
   * A collector for one body.
   *
   * @param receiver gets the whole body and its reference
   */
  public BodyCollector(
      Exchange exchange, ByteBufAllocator alloc, int maxBytes, Consumer<ByteBuf> receiver) {
    this.exchange = exchange;
    this.alloc = alloc;
    this.maxBytes = maxBytes;
    this.receiver = receiver;
  }

  @Override
  public void chunk(ByteBuf data) {
    if (refused) {
      data.release();
      return;
    }
    CompositeByteBuf all = parts;
    if (all == null) {
      parts = all = alloc.compositeBuffer(1024);
    }
    if ((long) all.readableBytes() + data.readableBytes() > maxBytes) {
      data.release();
      aborted();
      exchange.fail(new HttpError(413, "request body exceeds " + maxBytes + " bytes"));
      return;
    }
    all.addComponent(true, data);
  }

  @Override
  public void end(HttpHeaders trailers) {
    if (!refused) {
      CompositeByteBuf all = parts;
      parts = null;
      receiver.accept(all == null ? Unpooled.EMPTY_BUFFER : all);
    }
  }

  @Override
  public void aborted() {
    refused = true;
    if (parts != null) {
      parts.release();
      parts = null;
    }
  }
}
