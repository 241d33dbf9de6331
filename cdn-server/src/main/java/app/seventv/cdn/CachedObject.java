package app.seventv.cdn;

import app.seventv.cdn.memory.BodyMemory;
import app.seventv.core.content.EntityTag;
import app.seventv.core.content.Representation;
import app.seventv.core.http.HeaderBlock;
import app.seventv.core.http.HttpDate;
import app.seventv.core.http.RecentTexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.EmptyByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An origin's answer as the cache keeps it: an object, or the fact that there is none.
 *
 * <p>The body lives off the heap under Netty's reference count. The cache owns one reference until
 * the entry is evicted; every delivery takes one of its own.
 */
final class CachedObject {
  /** How long "not at the origin" is believed (cdn.md §4.2). */
  static final Duration NOT_FOUND_LIFETIME = Duration.ofSeconds(10);

  private static final ObjectHead NOTHING =
      new ObjectHead(null, null, HttpDate.INVALID, NOT_FOUND_LIFETIME);

  /** The body of what does not exist, by which it is known: an own field would cost 8 bytes. */
  private static final ByteBuf NO_BODY = new EmptyByteBuf(UnpooledByteBufAllocator.DEFAULT);

  private static final VarHandle DELIVERIES;

  static {
    try {
      DELIVERIES =
          MethodHandles.lookup().findVarHandle(CachedObject.class, "deliveries", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // The parts of an ObjectHead, since there is one object less per object then.
  private final @Nullable String contentType;
  private final @Nullable String etag;
  private final long lastModified;
  private final Duration lifetime;

  private final ByteBuf body;
  private final long fetchedAtNs;
  private final long freshNs;

  /** Of answers from memory; shared by all objects of its kind. */
  private @Nullable HeaderBlock commonFields;

  /** When a refresh may be tried again after one that failed. */
  private volatile long refreshAtNs;

  @SuppressWarnings("UnusedVariable") // by way of DELIVERIES
  private volatile int deliveries;

  private CachedObject(ObjectHead head, ByteBuf body, long fetchedAtNs, long freshNs) {
    this.contentType = head.contentType();
    this.etag = head.etag();
    this.lastModified = head.lastModified();
    this.lifetime = head.lifetime();
    this.body = body;
    this.fetchedAtNs = fetchedAtNs;
    this.freshNs = freshNs;
    this.refreshAtNs = fetchedAtNs;
  }

  /**
   * An object; takes the body's reference.
   *
   * @param fetchedAtNs when the origin answered, on the monotonic clock: for one that was stored
   *     elsewhere meanwhile, now less its age
   */
  static CachedObject found(ObjectHead head, ByteBuf body, long fetchedAtNs) {
    return new CachedObject(head, body, fetchedAtNs, Freshness.nanos(head.lifetime()));
  }

  /** The origin has no such object. */
  static CachedObject notFound(long nowNs) {
    return new CachedObject(NOTHING, NO_BODY, nowNs, NOT_FOUND_LIFETIME.toNanos());
  }

  /** The same object with jitter: a time of freshness of its own. Takes over the body. */
  CachedObject fresh(long ns) {
    return new CachedObject(head(), body, fetchedAtNs, ns);
  }

  /** The same bytes with another head or time; takes a reference of the body. */
  CachedObject with(ObjectHead otherHead, ByteBuf retained, long otherFetchedAtNs, long otherNs) {
    CachedObject copy = new CachedObject(otherHead, retained, otherFetchedAtNs, otherNs);
    copy.deliveries = deliveries;
    return copy;
  }

  /** 200, or 404 if there is no such object. */
  @SuppressWarnings("ReferenceEquality") // an empty object equals it, and exists
  int status() {
    return body == NO_BODY ? 404 : 200;
  }

  /** What is known besides the bytes, made anew; its lifetime is that of "not found" for a 404. */
  ObjectHead head() {
    return new ObjectHead(contentType, etag, lastModified, lifetime);
  }

  /** Media type as stored, or null. */
  @Nullable String contentType() {
    return contentType;
  }

  /** Strong entity tag with its quotes, or null. */
  @Nullable String etag() {
    return etag;
  }

  /** Seconds since 1970, or {@link HttpDate#INVALID}. */
  long lastModified() {
    return lastModified;
  }

  Duration lifetime() {
    return lifetime;
  }

  /** Length of the body as text. */
  String lengthText() {
    return RecentTexts.decimal(length());
  }

  /** Bytes of the body. */
  int length() {
    return body.writerIndex();
  }

  /** Fields of a plain answer that others of its kind have too; null until they are kept. */
  @Nullable HeaderBlock commonFields() {
    return commonFields;
  }

  /** Keeps the fields; they are immutable, so any thread may come first. */
  void keepCommonFields(HeaderBlock fields) {
    commonFields = fields;
  }

  /** When the origin answered. */
  long fetchedAtNs() {
    return fetchedAtNs;
  }

  /** How long it is fresh from then: the lifetime, less some jitter. */
  long freshNs() {
    return freshNs;
  }

  /** Whole seconds since the origin answered. */
  long ageSeconds(long nowNs) {
    return Math.max(0, (nowNs - fetchedAtNs) / 1_000_000_000L);
  }

  /** Counts a delivery and returns how many there were before. */
  int countDelivery() {
    return (int) DELIVERIES.getAndAdd(this, 1);
  }

  int deliveries() {
    return deliveries;
  }

  /** Whether a refresh may be tried now: none has just begun or failed. */
  boolean mayRefresh(long nowNs) {
    return nowNs - refreshAtNs >= 0;
  }

  /** No refresh before the given time. */
  void pauseRefresh(long untilNs) {
    refreshAtNs = untilNs;
  }

  /** What conditional and range requests need to know. */
  Representation representation(String contentType) {
    Representation representation = Representation.of(length(), contentType);
    EntityTag tag = EntityTag.parse(etag);
    if (tag != null) {
      representation = representation.withEtag(tag);
    }
    return lastModified == HttpDate.INVALID
        ? representation
        : representation.withLastModified(lastModified);
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

  /** Bytes of the block off the heap, with what belongs to it there. */
  long blockBytes() {
    return body.capacity() == 0 ? 0 : BodyMemory.blockBytes(body.capacity());
  }

  /** Bytes that the entry costs. */
  int weightBytes() {
    return (int) Math.min(Integer.MAX_VALUE, blockBytes() + ObjectCost.HEAP_BYTES);
  }
}
