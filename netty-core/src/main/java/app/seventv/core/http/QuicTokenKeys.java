package app.seventv.core.http;

import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keys for QUIC's Retry tokens. Processes behind one address share them, so that each accepts what
 * another has sent out; a rotation puts the new key first and takes the last away.
 */
public final class QuicTokenKeys {
  /** Shortest key in bytes. */
  public static final int MIN_KEY_BYTES = 16;

  private static final int RANDOM_KEY_BYTES = 32;

  private final List<byte[]> keys;

  private QuicTokenKeys(List<byte[]> keys) {
    this.keys = keys;
  }

  /** A key that only this process knows. */
  public static QuicTokenKeys random() {
    byte[] key = new byte[RANDOM_KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return new QuicTokenKeys(List.of(key));
  }

  /**
   * Shared keys.
   *
   * @param keys the first signs, all are accepted
   * @throws IllegalArgumentException if there is none, or one is shorter than {@link
   *     #MIN_KEY_BYTES}
   */
  public static QuicTokenKeys of(List<byte[]> keys) {
    if (keys.isEmpty() || keys.stream().anyMatch(key -> key.length < MIN_KEY_BYTES)) {
      throw new IllegalArgumentException(
          "token keys have at least " + MIN_KEY_BYTES + " bytes, and there is at least one");
    }
    return new QuicTokenKeys(keys.stream().map(byte[]::clone).toList());
  }

  Stream<byte[]> stream() {
    return keys.stream();
  }
}
