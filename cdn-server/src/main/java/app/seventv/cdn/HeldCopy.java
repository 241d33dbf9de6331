package app.seventv.cdn;

import app.seventv.core.content.EntityTag;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The copy at hand while the origin is asked about it.
 *
 * @param object what is known of it; its status is 200
 * @param body a reference that keeps its bytes there for the time
 */
record HeldCopy(CachedObject object, ByteBuf body) {
  /** Holds an object if it is of any use: it has bytes, and they are still there. */
  static @Nullable HeldCopy of(@Nullable CachedObject known) {
    ByteBuf body = known == null || known.status() != 200 ? null : known.retainBody();
    return known == null || body == null ? null : new HeldCopy(known, body);
  }

  static void release(@Nullable HeldCopy held) {
    if (held != null) {
      held.body.release();
    }
  }

  /** The origin's tag, to ask for news only; null if it gave none. */
  @Nullable String etag() {
    return ContentHash.originTag(object.etag());
  }

  /**
   * Whether a 304 speaks of these bytes: one that names another tag may not be used for them (RFC
   * 9111 §4.3.4).
   */
  boolean isMeantBy(OriginAnswer.NotModified news) {
    EntityTag told = EntityTag.parse(news.etag());
    EntityTag known = EntityTag.parse(etag());
    return told == null || known == null || told.isSameWeakly(known);
  }
}
