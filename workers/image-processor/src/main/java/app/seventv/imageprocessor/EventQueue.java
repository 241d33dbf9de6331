package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.EventCallback;
import java.io.IOException;

/** Where events go (image-processor.md §5.2). Safe for several threads. */
interface EventQueue extends AutoCloseable {
  /** The configured name. */
  String name();

  /**
   * Publishes and returns once the event is stored.
   *
   * @param messageId equal for repetitions of the same event, so that the receiver gets it once
   * @throws IOException if nobody confirmed it
   */
  void publish(String topic, EventCallback event, String messageId) throws IOException;

  /** Throws with a message for operators unless the queue is usable. */
  void check() throws IOException;

  @Override
  void close();
}
