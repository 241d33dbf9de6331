package app.seventv.cdn;

import app.seventv.core.http.HttpDate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An origin's answer as the cache keeps it: an object, or the fact that there is none.
 *
 * <p>The body lives off the heap under Netty's reference count. The cache owns one reference until
 * the entry is evicted; every delivery takes one of its own.
 */
final class CachedObject {
  /** Heap around a body: this object, key, cache node, buffer object. */
  private static final int OVERHEAD_BYTES = 400;

  /** How long "not at the origin" is believed (cdn.md §4.2). */
  static final Duration NOT_FOUND_LIFETIME = Duration.ofSeconds(10);

  /** Shared caches keep an object for a day at most (cdn.md §3.2). */
  private static final long MAX_SHARED_AGE_SECONDS = 86_400;

  private static final ObjectHead NOTHING =
      new ObjectHead(null, null, HttpDate.INVALID, NOT_FOUND_LIFETIME);

  private final int status;
  private final ObjectHead head;
  private final ByteBuf body;
  private final long fetchedAtNs;
  private final String cacheControl;
  private final String contentLength;
  private final AtomicLong deliveries = new AtomicLong();

  private CachedObject(int status, ObjectHead head, ByteBuf body, long fetchedAtNs) {
    this.status = status;
    this.head = head;
    this.body = body;
    this.fetchedAtNs = fetchedAtNs;
    this.contentLength = Integer.toString(body.readableBytes());
    long seconds = head.lifetime().toSeconds();
    this.cacheControl =
        seconds == 0
            ? "no-cache"
            : "public, max-age="
                + seconds
                + ", s-maxage="
                + Math.min(seconds, MAX_SHARED_AGE_SECONDS)
                + ", immutable";
  }

  /**
   * An object; takes the body's reference.
   *
   * @param fetchedAtNs when the origin answered, on the monotonic clock: for one that was stored
   *     elsewhere meanwhile, now less its age
   */
  static CachedObject found(ObjectHead head, ByteBuf body, long fetchedAtNs) {
    return new CachedObject(200, head, body, fetchedAtNs);
  }

  /** The origin has no such object. */
  static CachedObject notFound(long nowNs) {
    return new CachedObject(404, NOTHING, Unpooled.EMPTY_BUFFER, nowNs);
  }

  int status() {
    return status;
  }

  /** What is known besides the bytes; its lifetime is that of "not found" for a 404. */
  ObjectHead head() {
    return head;
  }

  @Nullable String contentType() {
    return head.contentType();
  }

  Duration lifetime() {
    return head.lifetime();
  }

  /** Value of {@code cache-control}. */
  String cacheControl() {
    return cacheControl;
  }

  /** Value of {@code content-length}. */
  String contentLength() {
    return contentLength;
  }

  /** Whole seconds since the origin answered. */
  long ageSeconds(long nowNs) {
    return Math.max(0, (nowNs - fetchedAtNs) / 1_000_000_000L);
  }

  /** Counts a delivery and returns how many there were before. */
  long countDelivery() {
    return deliveries.getAndIncrement();
  }

  /**
   * A view of the body with a reference of its own, or null if the entry was evicted and freed
   * between look-up and now.
   */
  @Nullable ByteBuf retainBody() {
    try {
      return body.retainedDuplicate();
    } catch (IllegalReferenceCountException evicted) {
      return null;
    }
  }

  /** Gives up the cache's reference. */
  void release() {
    body.release();
  }

  /** Bytes that the entry costs. */
  int weightBytes() {
    return (int) Math.min(Integer.MAX_VALUE, (long) body.capacity() + OVERHEAD_BYTES);
  }
}
