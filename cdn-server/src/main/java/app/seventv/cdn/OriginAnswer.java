package app.seventv.cdn;

import app.seventv.core.http.HttpDate;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** What the origin says when it is asked for an object. */
sealed interface OriginAnswer {
  /**
   * The object.
   *
   * @param length bytes of the body as announced, or -1
   * @param body must be subscribed to exactly once, if only to cancel: a connection hangs on it
   */
  record Found(ObjectHead head, long length, Publisher<ByteBuffer> body) implements OriginAnswer {}

  /**
   * The object is the one that the request's entity tag names. What the answer says anew replaces
   * what is known (RFC 9111 §4.3.4).
   *
   * @param etag the answer's entity tag, or null
   * @param lastModified seconds since 1970, or {@link app.seventv.core.http.HttpDate#INVALID}
   * @param lifetime how long it is fresh from now on, or null: as before
   */
  record NotModified(@Nullable String etag, long lastModified, @Nullable Duration lifetime)
      implements OriginAnswer {
    /** With nothing new. */
    NotModified() {
      this(null, HttpDate.INVALID, null);
    }
  }

  /** There is no such object. */
  record NotFound() implements OriginAnswer {}

  /** Lets go of what nobody wants. */
  default void discard() {
    if (this instanceof Found found) {
      found.body().subscribe(new BodyDiscard());
    }
  }
}
