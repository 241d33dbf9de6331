package app.seventv.api.accounts;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Proof Key for Code Exchange with S256 (RFC 7636): binds a code to whoever asked for it. */
public final class Pkce {
  private static final int VERIFIER_BYTES = 32;

  /**
   * The end of a verifier that depends on the state. A guess at it can be tried once per sign-in
   * that the victim began, without being seen: eight bytes are plenty.
   */
  private static final int STATE_TAG_BYTES = 8;

  private Pkce() {}

  /** Bytes as a verifier: 32 bytes make 43 characters (RFC 7636 §4.1). */
  public static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * A verifier that remembers the state it goes with, so that a platform which ignores PKCE cannot
   * be used to slip somebody else's code into a sign-in (api-v4.md P7).
   *
   * @param state what the platform will give back, null for nothing
   */
  public static String boundVerifier(RandomGenerator random, @Nullable String state) {
    byte[] secret = new byte[VERIFIER_BYTES - STATE_TAG_BYTES];
    random.nextBytes(secret);
    byte[] verifier = Arrays.copyOf(secret, VERIFIER_BYTES);
    System.arraycopy(tag(secret, state), 0, verifier, secret.length, STATE_TAG_BYTES);
    return text(verifier);
  }

  /** Whether a verifier was made for a state; an empty state is none. */
  public static boolean isBound(String verifier, @Nullable String state) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(verifier);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (bytes.length != VERIFIER_BYTES) {
      return false;
    }
    byte[] secret = Arrays.copyOf(bytes, VERIFIER_BYTES - STATE_TAG_BYTES);
    byte[] tag = Arrays.copyOfRange(bytes, secret.length, VERIFIER_BYTES);
    return MessageDigest.isEqual(tag(secret, state), tag);
  }

  private static byte[] tag(byte[] secret, @Nullable String state) {
    MessageDigest digest = sha256();
    digest.update(secret);
    digest.update((state == null ? "" : state).getBytes(StandardCharsets.UTF_8));
    return Arrays.copyOf(digest.digest(), STATE_TAG_BYTES);
  }

  /** The challenge of a verifier. */
  public static String challenge(String verifier) {
    return text(sha256().digest(verifier.getBytes(StandardCharsets.US_ASCII)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
