package app.seventv.searchindex;

import io.nats.client.Connection;
import io.nats.client.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The right to acknowledge a message, without the message: thousands wait at once, and their bodies
 * are of no more use.
 *
 * @param replyTo where acknowledgements go
 * @param attempt 1 for the first delivery
 */
record Delivery(Connection nats, String replyTo, long attempt) {
  private static final byte[] ACK = ascii("+ACK");
  private static final byte[] IN_PROGRESS = ascii("+WPI");
  private static final byte[] TERMINATE = ascii("+TERM");

  static Delivery of(Message message) {
    return new Delivery(
        message.getConnection(), message.getReplyTo(), message.metaData().deliveredCount());
  }

  /** Done. */
  void acknowledge() {
    send(ACK);
  }

  /** Still at work. */
  void inProgress() {
    send(IN_PROGRESS);
  }

  /** Never again. */
  void terminate() {
    send(TERMINATE);
  }

  /** Once more, later. */
  void retryAfter(Duration delay) {
    send(ascii("-NAK {\"delay\": " + delay.toNanos() + "}"));
  }

  /** If it does not go out, the server delivers again after the acknowledgement wait. */
  private void send(byte[] reply) {
    try {
      nats.publish(replyTo, reply);
    } catch (IllegalStateException e) {
      // closed or its buffer full; see above
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
