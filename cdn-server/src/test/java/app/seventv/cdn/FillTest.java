package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.HttpDate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A fill ends once, whoever ends it: its end frees the copy at hand. */
class FillTest {
  private final List<String> ends = new ArrayList<>();
  private final Fill fill = new Fill("k", new Generations().ticket("k"), 0);
  private @Nullable Subscriber<? super ByteBuffer> body;

  private Subscriber<? super ByteBuffer> begin() {
    ByteBuf block = Unpooled.directBuffer(4, 4).writerIndex(4);
    ObjectHead head = new ObjectHead(null, null, HttpDate.INVALID, Duration.ofDays(1));
    fill.fill(
        CachedObject.found(head, block, 0),
        block,
        subscriber -> {
          body = subscriber;
          subscriber.onSubscribe(
              new Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
              });
        },
        () -> {
          ends.add("complete");
          block.release();
        },
        failure -> ends.add(failure.getMessage()));
    assertThat(block.refCnt()).isEqualTo(1);
    Subscriber<? super ByteBuffer> begun = body;
    if (begun == null) {
      throw new AssertionError("nobody wants the body");
    }
    return begun;
  }

  @Test
  void bytesBehindTheDeadlineAreNoSecondFailure() {
    Subscriber<? super ByteBuffer> late = begin();
    late.onNext(ByteBuffer.allocate(2));
    assertThat(fill.abandon()).isTrue();
    late.onNext(ByteBuffer.allocate(2)); // was on its way
    late.onComplete();
    assertThat(fill.abandon()).isFalse();
    assertThat(ends).isEmpty(); // it is up to whoever has abandoned it
  }

  @Test
  void aWaiterThatFailsHoldsUpNobody() {
    FillWaiter bad = new BrokenWaiter();
    FillWaiter good =
        new BrokenWaiter() {
          @Override
          public void failed(OriginFailure failure) {
            ends.add("told");
          }
        };
    assertThat(fill.join(bad, false)).isTrue();
    assertThat(fill.join(good, true)).isTrue();
    fill.fail(new OriginFailure(OriginFailure.Kind.ERROR, "test"));
    assertThat(ends).containsExactly("told");
  }

  private static class BrokenWaiter implements FillWaiter {
    @Override
    public void joined(Fill joined, boolean behindAnother) {}

    @Override
    public void filling(Fill filling) {}

    @Override
    public void advanced() {}

    @Override
    public void done(CachedObject object, Fill.Source source) {}

    @Override
    public void failed(OriginFailure failure) {
      throw new IllegalStateException("test");
    }

    @Override
    public void tooLarge(OriginAnswer.@Nullable Found answer) {}
  }

  @Test
  void aDeadlineBehindAFailureIsNone() {
    begin().onError(new IllegalStateException("reset"));
    assertThat(fill.abandon()).isFalse();
    assertThat(ends).hasSize(1);
  }

  @Test
  void aDeadlineBehindTheLastByteIsNone() {
    Subscriber<? super ByteBuffer> all = begin();
    all.onNext(ByteBuffer.allocate(4));
    all.onComplete();
    assertThat(fill.abandon()).isFalse();
    assertThat(ends).containsExactly("complete");
  }

  /** With it a client would take the object for whole. */
  @Test
  void theLastByteIsSentWhenAllAreKnownToBeRight() {
    Subscriber<? super ByteBuffer> all = begin();
    assertThat(fill.sendable()).isZero();
    all.onNext(ByteBuffer.allocate(2));
    assertThat(fill.sendable()).isEqualTo(2);
    all.onNext(ByteBuffer.allocate(2));
    assertThat(fill.received()).isEqualTo(4);
    assertThat(fill.sendable()).isEqualTo(3);
    all.onComplete();
    assertThat(fill.sendable()).isEqualTo(4);
  }
}
