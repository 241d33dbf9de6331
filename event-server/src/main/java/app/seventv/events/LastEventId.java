package app.seventv.events;

import app.seventv.core.http.Request;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Where an EventSource that connects again stopped. Ids of events are numbers of frames, as clients
 * have always got them, and do not name the session; the request does, which is the same again.
 *
 * @param request fingerprint of the request: address, target, inline subscriptions, user agent
 * @param number of the last event received, 0 if the request does not tell
 */
record LastEventId(long request, long number) {
  private static final int MAX_DIGITS = 10;

  static LastEventId of(Request request, InetAddress client) {
    MessageDigest digest = sha256();
    digest.update(client.getAddress());
    update(digest, request.target());
    update(digest, request.header("x-7tv-query"));
    update(digest, request.header("user-agent"));
    long fingerprint = ByteBuffer.wrap(digest.digest()).getLong();
    String header = request.header("last-event-id");
    return new LastEventId(fingerprint, header == null ? 0 : number(header.strip()));
  }

  private static long number(String text) {
    boolean isNumber =
        !text.isEmpty()
            && text.length() <= MAX_DIGITS
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return isNumber ? Long.parseLong(text) : 0;
  }

  private static void update(MessageDigest digest, @Nullable String text) {
    digest.update((byte) 0);
    if (text != null) {
      digest.update(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
