package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A GET whose answer can be watched as it comes. */
final class Reading {
  private static final long LIMIT_SECONDS = 60;

  private final CompletableFuture<Integer> status = new CompletableFuture<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  synchronized void add(byte[] part) {
    body.writeBytes(part);
  }

  /** The answer is whole when this completes, with its status. */
  void ends(CompletableFuture<Integer> answer) {
    answer.whenComplete((code, failure) -> {
      if (failure == null) {
        status.complete(code);
      } else {
        status.completeExceptionally(failure);
      }
    });
  }

  /** Bytes of the body so far. */
  synchronized int received() {
    return body.size();
  }

  boolean isOver() {
    return status.isDone();
  }

  /** The whole body of a good answer, once it is there. */
  byte[] body() throws Exception {
    assertThat(status.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(200);
    synchronized (this) {
      return body.toByteArray();
    }
  }
}
