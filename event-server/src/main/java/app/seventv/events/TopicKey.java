package app.seventv.events;

import app.seventv.model.topic.Channel;
import app.seventv.model.topic.EventType;
import app.seventv.model.topic.Scope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A topic, event type and scope, in 17 bytes.
 *
 * @param tag event type in the low 5 bits, kind of scope above: 0 object, then the platforms
 * @param high upper half of an object id or of the digest of a textual channel id, else 0
 * @param low lower half, or a numeric channel id
 */
record TopicKey(byte tag, long high, long low) {
  private static final int TYPE_BITS = 5;
  private static final int TYPE_MASK = (1 << TYPE_BITS) - 1;

  static TopicKey of(EventType type, Scope scope) {
    return switch (scope) {
      case Scope.OfObject object ->
          new TopicKey((byte) type.code(), object.id().high(), object.id().low());
      case Channel channel -> {
        byte tag = (byte) (type.code() | scopeKind(channel) << TYPE_BITS);
        if (channel.platform().hasNumericIds()) {
          yield new TopicKey(tag, 0, channel.numericId());
        }
        // A cryptographic digest: nobody can make up an id that collides with another channel.
        ByteBuffer digest = ByteBuffer.wrap(sha256(channel.id()));
        yield new TopicKey(tag, digest.getLong(), digest.getLong());
      }
    };
  }

  private static int scopeKind(Channel channel) {
    return switch (channel.platform()) {
      case TWITCH -> 1;
      case KICK -> 2;
      case YOUTUBE -> 3;
    };
  }

  /** Code of the event type of a topic with this tag. */
  static int typeCode(byte tag) {
    return tag & TYPE_MASK;
  }

  /** Kind of scope of a topic with this tag. */
  static int scopeKind(byte tag) {
    return (tag & 0xFF) >>> TYPE_BITS;
  }

  /** Whether this is about a channel. */
  boolean isChannel() {
    return scopeKind(tag) != 0;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
