package app.seventv.api.accounts;

import app.seventv.model.Id;
import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Short-lived tokens that bind a browser to the sign-in it began (api-v3.md §4.4). */
public final class CsrfTokens {
  private static final Duration LIFETIME = Duration.ofMinutes(5);
  private static final String SUBJECT = "csrf";
  private static final int STATE_BYTES = 32;

  private final TokenKey key;
  private final String issuer;
  private final InstantSource clock;
  private final RandomGenerator random;

  public CsrfTokens(TokenKey key, String issuer, InstantSource clock, RandomGenerator random) {
    this.key = key;
    this.issuer = issuer;
    this.clock = clock;
    this.random = random;
  }

  /**
   * A new token.
   *
   * @param token goes into the cookie
   * @param state goes to the platform and comes back
   * @param challenge PKCE challenge (RFC 7636) of the verifier that belongs to the state
   */
  public record Issued(String token, String state, String challenge) {}

  /**
   * What a valid token says.
   *
   * @param sessionId the session to link the account to, null for a plain sign-in
   * @param verifier PKCE verifier for the exchange of the code
   */
  public record Verified(@Nullable Id sessionId, String verifier) {}

  /** Issues a token, for linking to a session or (null) for signing in. */
  public Issued issue(@Nullable Id linkTo) {
    byte[] bytes = new byte[STATE_BYTES];
    random.nextBytes(bytes);
    String state = HexFormat.of().formatHex(bytes);
    Instant now = clock.instant();
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .subject(SUBJECT)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(LIFETIME)))
            .jwtID(state);
    if (linkTo != null) {
      claims.audience(linkTo.toString());
    }
    return new Issued(key.sign(claims.build()), state, Pkce.challenge(verifier(state)));
  }

  /** The token's content if it is ours, unexpired and belongs to {@code state}; else null. */
  public @Nullable Verified verify(String token, String state) {
    JWTClaimsSet claims = key.verify(token);
    Instant now = clock.instant();
    if (claims == null
        || !SUBJECT.equals(claims.getSubject())
        || !issuer.equals(claims.getIssuer())
        || !state.equals(claims.getJWTID())
        || claims.getExpirationTime() == null
        || claims.getExpirationTime().toInstant().isBefore(now)) {
      return null;
    }
    if (claims.getAudience().isEmpty()) {
      return new Verified(null, verifier(state));
    }
    String audience = claims.getAudience().getFirst();
    Id session = audience == null ? null : Id.parseOrNull(audience); // [null] is a list, too
    return session == null ? null : new Verified(session, verifier(state));
  }

  /** Made of the state, so that it needs no cookie, and known to this server alone. */
  private String verifier(String state) {
    return Pkce.text(key.derive("pkce:" + state));
  }
}
