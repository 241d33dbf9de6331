package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.Exchange.BodySink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Decoding that fails for reasons of our own. */
class DecodingExchangeTest {
  private final AtomicReference<BodySink> input = new AtomicReference<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final List<String> seen = new ArrayList<>();

  @Test
  void wantOfMemoryEndsTheExchangeAndNotOnlyTheTask() {
    DecodingExchange exchange =
        new DecodingExchange(inner(), ContentCoding.GZIP, 1_000, Runnable::run);
    exchange.streamBody(new Sink());
    ByteBuf coded = new Unreadable();
    input.get().chunk(coded);
    assertThat(failure.get()).isInstanceOf(OutOfMemoryError.class);
    assertThat(seen).containsExactly("aborted");
    assertThat(coded.refCnt()).isZero();
  }

  private Exchange inner() {
    return (Exchange)
        Proxy.newProxyInstance(
            Exchange.class.getClassLoader(),
            new Class<?>[] {Exchange.class},
            (proxy, method, arguments) -> answer(method.getName(), arguments));
  }

  private @Nullable Object answer(String method, Object @Nullable [] arguments) {
    switch (method) {
      case "streamBody" -> input.set((BodySink) first(arguments));
      case "fail" -> failure.set((Throwable) first(arguments));
      case "executor" -> {
        return ImmediateEventExecutor.INSTANCE;
      }
      default -> seen.addAll(method.equals("onEnd") ? List.of() : List.of(method));
    }
    return null;
  }

  private static Object first(Object @Nullable [] arguments) {
    return Objects.requireNonNull(arguments)[0];
  }

  /** Stands for an allocation that fails within the decoder. */
  private static final class Unreadable extends UnpooledHeapByteBuf {
    Unreadable() {
      super(UnpooledByteBufAllocator.DEFAULT, new byte[16], 16);
    }

    @Override
    public short readUnsignedByte() {
      throw new OutOfMemoryError("no direct memory is left");
    }
  }

  private final class Sink implements BodySink {
    @Override
    public void chunk(ByteBuf data) {
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {
      seen.add("end");
    }

    @Override
    public void aborted() {
      seen.add("aborted");
    }
  }
}
