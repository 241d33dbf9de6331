package app.seventv.api.billing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The signature of Stripe's webhooks: {@code t=SECONDS,v1=HMAC-SHA256(t.body)}. */
final class StripeSignature {
  /** Older deliveries may be replays. */
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;
  private final InstantSource clock;

  StripeSignature(String secret, InstantSource clock) {
    this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    this.clock = clock;
  }

  /** Whether the header signs the body now. */
  boolean matches(String header, byte[] body) {
    String time = null;
    boolean found = false;
    for (String part : header.split(",", -1)) {
      String[] pair = part.strip().split("=", 2);
      if (pair.length == 2 && pair[0].equals("t")) {
        time = pair[1];
      }
    }
    if (!isRecent(time)) {
      return false;
    }
    byte[] expected = sign(String.valueOf(time), body);
    for (String part : header.split(",", -1)) {
      String[] pair = part.strip().split("=", 2);
      if (pair.length == 2 && pair[0].equals("v1")) {
        found |= MessageDigest.isEqual(expected, parse(pair[1]));
      }
    }
    return found;
  }

  /** The signature itself. */
  byte[] sign(String time, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update((time + ".").getBytes(StandardCharsets.US_ASCII));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  private boolean isRecent(@Nullable String time) {
    try {
      Instant signed = Instant.ofEpochSecond(Long.parseLong(String.valueOf(time)));
      return Duration.between(signed, clock.instant()).abs().compareTo(TOLERANCE) <= 0;
    } catch (RuntimeException e) {
      return false; // no number, or no time
    }
  }

  private static byte[] parse(String hex) {
    try {
      return HexFormat.of().parseHex(hex);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
