package app.seventv.core.tls;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.SslSessionTicketKey;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key BoringSSL wants (a name, an HMAC and an AES key of 16 bytes each), derived from a secret
 * of {@link TicketKeys} and from what the listener asks of clients.
 *
 * <p>A resumed session is not asked for a certificate again. If listeners with and without client
 * certificates shared keys, a ticket of the one would open the other; deriving the keys from the
 * accepted authorities makes such a ticket unreadable there.
 */
final class TicketSecret {
  private static final String ALGORITHM = "HmacSHA256";

  /** Bytes of a key's name, which its tickets begin with, and of each of its keys. */
  static final int PART_BYTES = 16;

  private final byte[] name;
  private final byte[] hmacKey;
  private final byte[] aesKey;

  /**
   * Derives the key (the expansion of RFC 5869 §2.3 with the secret as pseudorandom key).
   *
   * @param binding what a session must have in common with the listener that resumes it
   */
  TicketSecret(byte[] secret, byte[] binding) {
    byte[] first = expand(secret, binding, new byte[0], 1);
    byte[] second = expand(secret, binding, first, 2);
    name = Arrays.copyOfRange(second, 0, PART_BYTES);
    hmacKey = Arrays.copyOfRange(first, 0, PART_BYTES);
    aesKey = Arrays.copyOfRange(first, PART_BYTES, 2 * PART_BYTES);
  }

  private static byte[] expand(byte[] secret, byte[] binding, byte[] previous, int counter) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      mac.update(previous);
      mac.update("session ticket".getBytes(StandardCharsets.US_ASCII));
      mac.update(binding);
      mac.update((byte) counter);
      return mac.doFinal();
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  /** Whether the ticket at an index, of {@link #PART_BYTES} or more, names this key. */
  boolean isNamed(ByteBuf in, int index) {
    for (int i = 0; i < PART_BYTES; i++) {
      if (in.getByte(index + i) != name[i]) {
        return false;
      }
    }
    return true;
  }

  OpenSslSessionTicketKey forTcp() {
    return new OpenSslSessionTicketKey(name, hmacKey, aesKey);
  }

  SslSessionTicketKey forQuic() {
    return new SslSessionTicketKey(name, hmacKey, aesKey);
  }
}
