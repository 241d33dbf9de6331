package app.seventv.cdn;

import app.seventv.cdn.OriginFailure.Kind;
import app.seventv.core.http.HttpDate;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A bucket whose objects have versions. The bytes of an object tell its version, so whoever reads
 * them can tell whether they are whole, unmixed and new enough.
 */
final class SimulatedOrigin implements Origin {
  static final Duration LIFETIME = Duration.ofSeconds(100);
  private static final int MAX_CHUNK = 40;

  private final Simulation simulation;
  private final boolean faulty;
  private final Map<String, Integer> versions = new HashMap<>();
  private int requests;

  SimulatedOrigin(Simulation simulation, boolean faulty) {
    this.simulation = simulation;
    this.faulty = faulty;
  }

  /** Puts the next version. */
  int put(String key) {
    return versions.merge(key, 1, Integer::sum);
  }

  int version(String key) {
    return versions.getOrDefault(key, 0);
  }

  int requests() {
    return requests;
  }

  /** Bytes of a version: its number again and again, in a length of its own. */
  static byte[] bytes(int version) {
    byte[] body = new byte[20 + version * 13 % 90];
    Arrays.fill(body, (byte) version);
    return body;
  }

  @Override
  public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
    requests++;
    CompletableFuture<OriginAnswer> result = new CompletableFuture<>();
    int fault = faulty ? simulation.random().nextInt(12) : 99;
    if (fault == 0) {
      return result; // never answers
    }
    simulation.sometime(() -> {
      OriginAnswer answer = answer(key, etag, fault);
      if (answer == null) {
        result.completeExceptionally(new OriginFailure(Kind.ERROR, "500"));
      } else if (!result.complete(answer)) {
        answer.discard();
      }
    });
    return result;
  }

  private @Nullable OriginAnswer answer(String key, @Nullable String etag, int fault) {
    if (fault == 1) {
      return null;
    }
    int version = version(key);
    if (version == 0) {
      return new OriginAnswer.NotFound();
    }
    String tag = "\"" + version + '"';
    if (tag.equals(etag)) {
      return new OriginAnswer.NotModified();
    }
    byte[] body = bytes(version);
    int length = fault == 2 ? body.length + 5 : fault == 3 ? body.length - 5 : body.length;
    ObjectHead head = new ObjectHead("image/webp", tag, HttpDate.INVALID, LIFETIME);
    return new OriginAnswer.Found(
        head, length, subscriber -> new Transfer(body, fault).start(subscriber));
  }

  private final class Transfer implements Subscription {
    private final byte[] body;
    private final int fault;
    private boolean cancelled;
    private boolean started;
    private @Nullable Subscriber<? super ByteBuffer> to;

    Transfer(byte[] body, int fault) {
      this.body = body;
      this.fault = fault;
    }

    void start(Subscriber<? super ByteBuffer> subscriber) {
      to = subscriber;
      subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      Subscriber<? super ByteBuffer> subscriber = to;
      if (started || subscriber == null) {
        return;
      }
      started = true;
      ArrayDeque<Runnable> thread = simulation.thread();
      for (int at = 0; at < body.length; ) {
        int from = at;
        int size = Math.min(1 + simulation.random().nextInt(MAX_CHUNK), body.length - at);
        if (fault == 4 && at > 0) {
          thread.add(() -> subscriber.onError(new IllegalStateException("connection reset")));
          return;
        }
        if (fault == 5 && at > 0) {
          return; // stands still
        }
        thread.add(() -> {
          if (!cancelled) {
            subscriber.onNext(ByteBuffer.wrap(body, from, size).slice());
          }
        });
        at += size;
      }
      thread.add(() -> {
        if (!cancelled) {
          subscriber.onComplete();
        }
      });
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  @Override
  public void close() {}
}
