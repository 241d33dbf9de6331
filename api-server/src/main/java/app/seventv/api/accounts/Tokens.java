package app.seventv.api.accounts;

import app.seventv.model.Id;
import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** Access tokens: HS256 JWTs with exactly the claims of api-v4.md §3.1. */
public final class Tokens {
  private final TokenKey key;
  private final String issuer;
  private final InstantSource clock;

  /**
   * Whom a valid token names.
   *
   * @param userId claim {@code sub}
   * @param sessionId claim {@code jti}
   */
  public record Claims(Id userId, Id sessionId) {}

  /**
   * @param issuer claim {@code iss}, written and demanded
   */
  public Tokens(TokenKey key, String issuer, InstantSource clock) {
    this.key = key;
    this.issuer = issuer;
    this.clock = clock;
  }

  /** A token for a session; {@code iat} is the session id's own time. */
  public String issue(Id userId, Id sessionId, Instant expiresAt) {
    return key.sign(
        new JWTClaimsSet.Builder()
            .subject(userId.toString())
            .expirationTime(Date.from(expiresAt))
            .issueTime(Date.from(Instant.ofEpochMilli(sessionId.timeMs())))
            .jwtID(sessionId.toString())
            .issuer(issuer)
            .build());
  }

  /** The claims of a valid, unexpired token of ours, else null. */
  public @Nullable Claims verify(String text) {
    JWTClaimsSet claims = key.verify(text);
    return claims == null ? null : check(claims);
  }

  private @Nullable Claims check(JWTClaimsSet claims) {
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
