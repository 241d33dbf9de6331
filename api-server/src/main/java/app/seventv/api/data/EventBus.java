package app.seventv.api.data;

import java.io.IOException;

/**
 * Where committed changes are announced (event-api.md §15). What was handed over may still be lost
 * with the connection, so whoever must be sure asks for a confirmation.
 */
public interface EventBus {
  /**
   * Sends one message.
   *
   * @return number of the connection that takes it
   * @throws IllegalArgumentException if the broker takes no message of this size
   * @throws RuntimeException if it was not handed to the broker's client
   */
  long publish(String subject, byte[] message);

  /**
   * Waits until the broker has everything that was sent before.
   *
   * @return number of the connection that confirmed; messages of other connections may be lost
   * @throws IOException if the broker does not answer
   */
  long confirm() throws IOException;
}
