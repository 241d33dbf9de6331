package app.seventv.cdn;

import app.seventv.cdn.Fill.Source;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who waits for a {@link Fill}. Calls come one at a time, on any thread, and must be
 * short. After {@link #done}, {@link #failed} or {@link #tooLarge} there are no more.
 */
interface FillWaiter {
  /**
   * Waits for this fill from now on.
   *
   * @param behindAnother whether another one had begun it
   */
  void joined(Fill fill, boolean behindAnother);

  /**
   * The head is known and the bytes are on their way: those who want them as they come may use
   * {@link Fill#object} now. Called at most once.
   */
  void filling(Fill fill);

  /** There are more bytes than before. */
  void advanced();

  /**
   * The object is complete.
   *
   * @param object whose body is there for the time of the call; take a reference for more
   */
  void done(CachedObject object, Source source);

  /** There will be no object; what was streamed of it must be broken off. */
  void failed(OriginFailure failure);

  /**
   * The object is too large to be kept, and everyone gets it from the origin for himself.
   *
   * @param answer for the one waiter that is given it, who takes or discards its body; null for the
   *     others, who ask anew
   */
  void tooLarge(OriginAnswer.@Nullable Found answer);
}
