package app.seventv.api.data;

/** Where committed changes are announced (event-api.md §15). */
@FunctionalInterface
public interface EventBus {
  /**
   * Sends one message.
   *
   * @throws RuntimeException if it was not handed to the broker's client
   */
  void publish(String subject, byte[] message);
}
