package app.seventv.api.accounts;

import app.seventv.model.Id;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** Access tokens: HS256 JWTs with exactly the claims of api-v4.md §3.1. */
public final class Tokens {
  /** Longest token that is looked at, in characters. */
  private static final int MAX_TOKEN_CHARACTERS = 4096;

  /** The library wants keys of the hash's size; shorter ones are padded as HMAC itself does. */
  private static final int MIN_KEY_BYTES = 32;

  private final String issuer;
  private final InstantSource clock;
  private final MACSigner signer;
  private final MACVerifier verifier;

  /**
   * Whom a valid token names.
   *
   * @param userId claim {@code sub}
   * @param sessionId claim {@code jti}
   */
  public record Claims(Id userId, Id sessionId) {}

  /**
   * @param secret key, its UTF-8 bytes
   * @param issuer claim {@code iss}, written and demanded
   */
  public Tokens(String secret, String issuer, InstantSource clock) {
    this.issuer = issuer;
    this.clock = clock;
    byte[] key = secret.getBytes(StandardCharsets.UTF_8);
    // RFC 2104 §2: a key shorter than the block is filled with zeros, so padding changes nothing.
    byte[] padded = key.length < MIN_KEY_BYTES ? Arrays.copyOf(key, MIN_KEY_BYTES) : key;
    try {
      this.signer = new MACSigner(padded);
      this.verifier = new MACVerifier(padded);
    } catch (JOSEException e) {
      throw new IllegalArgumentException("unusable jwt secret", e);
    }
  }

  /** A token for a session; {@code iat} is the session id's own time. */
  public String issue(Id userId, Id sessionId, Instant expiresAt) {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .subject(userId.toString())
            .expirationTime(Date.from(expiresAt))
            .issueTime(Date.from(Instant.ofEpochMilli(sessionId.timeMs())))
            .jwtID(sessionId.toString())
            .issuer(issuer)
            .build();
    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("HS256 is not available", e);
    }
    return token.serialize();
  }

  /** The claims of a valid, unexpired token of ours, else null. */
  public @Nullable Claims verify(String text) {
    if (text.length() > MAX_TOKEN_CHARACTERS) {
      return null;
    }
    try {
      SignedJWT token = SignedJWT.parse(text);
      if (!JWSAlgorithm.HS256.equals(token.getHeader().getAlgorithm()) || !token.verify(verifier)) {
        return null;
      }
      return claims(token.getJWTClaimsSet());
    } catch (ParseException | JOSEException | IllegalStateException e) {
      return null;
    }
  }

  private @Nullable Claims claims(JWTClaimsSet claims) {
    Instant now = clock.instant();
    Date issued = claims.getIssueTime();
    Date notBefore = claims.getNotBeforeTime();
    Date expires = claims.getExpirationTime();
    if (!issuer.equals(claims.getIssuer())
        || issued == null
        || issued.toInstant().isAfter(now)
        || (notBefore != null && notBefore.toInstant().isAfter(now))
        || (expires != null && expires.toInstant().isBefore(now))
        || claims.getSubject() == null
        || claims.getJWTID() == null) {
      return null;
    }
    Id user = Id.parseOrNull(claims.getSubject());
    Id session = Id.parseOrNull(claims.getJWTID());
    return user == null || session == null ? null : new Claims(user, session);
  }
}
