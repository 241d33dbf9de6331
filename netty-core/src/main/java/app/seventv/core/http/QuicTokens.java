package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Address validation by Retry (RFC 9000 §8.1.2), asked for only while more handshakes are half open
 * than is usual: then a client must first show that it receives what is sent to its address. A
 * token that we did not make, made for another address or made too long ago is refused, and the
 * packet dropped.
 *
 * <pre>
 *  0                8         24
 *  made at (ms, 8) | MAC (16) | original destination connection id
 * </pre>
 *
 * <p>The MAC is HMAC-SHA-256, cut to 16 bytes, over time, address, port and id. For one loop.
 */
final class QuicTokens implements QuicTokenHandler {
  /** A client answers a Retry at once; the rest is for slow networks. */
  private static final long LIFETIME_MS = TimeUnit.SECONDS.toMillis(10);

  private static final int TIME_BYTES = Long.BYTES;
  private static final int MAC_BYTES = 16;
  private static final int ID_OFFSET = TIME_BYTES + MAC_BYTES;
  private static final String ALGORITHM = "HmacSHA256";

  private final Mac[] macs;
  private final BooleanSupplier retryWanted;
  private final LongSupplier clockMs;
  private final int idLength;
  private @Nullable InetSocketAddress validated;

  /**
   * @param keys the first signs, all are accepted
   * @param retryWanted whether a client without token must prove its address now
   * @param clockMs wall clock, common to all processes that share the keys
   */
  QuicTokens(QuicTokenKeys keys, BooleanSupplier retryWanted, LongSupplier clockMs) {
    this.retryWanted = retryWanted;
    this.clockMs = clockMs;
    this.idLength = QuicConnectionIds.LENGTH_BYTES;
    this.macs = keys.stream().map(QuicTokens::mac).toArray(Mac[]::new);
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  @Override
  public boolean writeToken(ByteBuf out, ByteBuf dcid, InetSocketAddress address) {
    if (!retryWanted.getAsBoolean()) {
      return false;
    }
    long nowMs = clockMs.getAsLong();
    byte[] id = bytes(dcid);
    out.writeLong(nowMs).writeBytes(sign(macs[0], nowMs, address, id)).writeBytes(id);
    return true;
  }

  @Override
  public int validateToken(ByteBuf token, InetSocketAddress address) {
    return isValid(token, address) ? ID_OFFSET : -1;
  }

  /** The client must have gone on with the id of our Retry, or the codec could not keep it. */
  @Override
  public TokenValidationResult validateToken(
      ByteBuf token, InetSocketAddress address, ByteBuf dcid) {
    boolean ours =
        dcid.readableBytes() == idLength && QuicConnectionIds.isOurs(dcid, dcid.readerIndex());
    if (!ours || !isValid(token, address)) {
      return TokenValidationResult.invalidToken();
    }
    validated = address;
    return TokenValidationResult.odcidFromToken(ID_OFFSET);
  }

  /** Whether the last token that was accepted was for this address. */
  boolean isValidated(InetSocketAddress address) {
    return address.equals(validated);
  }

  private boolean isValid(ByteBuf token, InetSocketAddress address) {
    int length = token.readableBytes();
    if (length <= ID_OFFSET || length > maxTokenLength()) {
      return false;
    }
    int start = token.readerIndex();
    long madeAtMs = token.getLong(start);
    long ageMs = clockMs.getAsLong() - madeAtMs;
    if (ageMs < 0 || ageMs > LIFETIME_MS) {
      return false;
    }
    byte[] seal = bytes(token.slice(start + TIME_BYTES, MAC_BYTES));
    byte[] id = bytes(token.slice(start + ID_OFFSET, length - ID_OFFSET));
    boolean valid = false;
    for (Mac mac : macs) {
      valid |= MessageDigest.isEqual(seal, sign(mac, madeAtMs, address, id));
    }
    return valid;
  }

  private static byte[] sign(Mac mac, long timeMs, InetSocketAddress address, byte[] id) {
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      mac.update((byte) (timeMs >>> shift));
    }
    byte[] octets = address.getAddress().getAddress();
    mac.update((byte) octets.length);
    mac.update(octets);
    mac.update((byte) (address.getPort() >>> Byte.SIZE));
    mac.update((byte) address.getPort());
    return Arrays.copyOf(mac.doFinal(id), MAC_BYTES);
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), bytes);
    return bytes;
  }

  @Override
  public int maxTokenLength() {
    return ID_OFFSET + Quic.MAX_CONN_ID_LEN;
  }
}
