package app.seventv.cdn;

import java.nio.ByteBuffer;
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

  /** The object is the one that the request's entity tag names. */
  record NotModified() implements OriginAnswer {}

  /** There is no such object. */
  record NotFound() implements OriginAnswer {}

  /** Lets go of what nobody wants. */
  default void discard() {
    if (this instanceof Found found) {
      found.body().subscribe(new BodyDiscard());
    }
  }
}
