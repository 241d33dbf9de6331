package app.seventv.api.accounts;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Signs and checks JWTs with HS256, and with nothing else. */
public final class TokenKey {
  /** Longest token that is looked at, in characters. */
  private static final int MAX_TOKEN_CHARACTERS = 4096;

  /** Claims that are times (RFC 7519 §4.1), and the largest that milliseconds can hold. */
  private static final List<String> TIMES = List.of("iat", "nbf", "exp");

  private static final double MAX_SECONDS = Long.MAX_VALUE / 1000.0;

  /** The library wants keys of the hash's size; shorter ones are padded as HMAC itself does. */
  private static final int MIN_KEY_BYTES = 32;

  private final byte[] key;
  private final MACSigner signer;
  private final MACVerifier verifier;

  /**
   * @param secret its UTF-8 bytes are the key
   */
  public TokenKey(String secret) {
    byte[] given = secret.getBytes(StandardCharsets.UTF_8);
    // RFC 2104 §2: a key shorter than the block is filled with zeros, so padding changes nothing.
    this.key = given.length < MIN_KEY_BYTES ? Arrays.copyOf(given, MIN_KEY_BYTES) : given;
    try {
      this.signer = new MACSigner(key);
      this.verifier = new MACVerifier(key);
    } catch (JOSEException e) {
      throw new IllegalArgumentException("unusable jwt secret", e);
    }
  }

  /** A secret that only this key can make again from the same text. */
  byte[] derive(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  String sign(JWTClaimsSet claims) {
    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("HS256 is not available", e);
    }
    return token.serialize();
  }

  /** The library lets times overflow: the far future would be the past, or the other way round. */
  private static boolean hasUsableTimes(Map<String, Object> claims) {
    return TIMES.stream()
        .map(claims::get)
        .allMatch(time ->
            !(time instanceof Number seconds) || Math.abs(seconds.doubleValue()) < MAX_SECONDS);
  }

  /** The claims of a token that this key has signed, else null; times are not checked. */
  @Nullable JWTClaimsSet verify(String text) {
    if (text.length() > MAX_TOKEN_CHARACTERS) {
      return null;
    }
    try {
      SignedJWT token = SignedJWT.parse(text);
      if (!JWSAlgorithm.HS256.equals(token.getHeader().getAlgorithm()) || !token.verify(verifier)) {
        return null;
      }
      return hasUsableTimes(token.getPayload().toJSONObject()) ? token.getJWTClaimsSet() : null;
    } catch (ParseException | JOSEException | RuntimeException e) {
      // The library throws others for odd tokens, too: a header that is JSON's null, say.
      return null;
    }
  }
}
