package app.seventv.api.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokensTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Id USER = Id.parse("01GRZYNNBRCJYP7MNBDRV3JW5D");
  private static final Id SESSION = Id.parse("01J5N849G09D47DMFARP6X2AHG");
  private static final String SECRET = "seventv-api";

  private final Tokens tokens =
      new Tokens(new TokenKey(SECRET), "seventv-api", InstantSource.fixed(NOW));

  private final CsrfTokens csrf = csrfAt(NOW);

  private static CsrfTokens csrfAt(Instant now) {
    return new CsrfTokens(
        new TokenKey(SECRET), "seventv-api", InstantSource.fixed(now), new Random(7));
  }

  private static String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Signs by hand, with the key as it is: what peers of today do. */
  private static String sign(String header, String claims) throws Exception {
    String content = encode(header) + "." + encode(claims);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] signature = mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
    return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
  }

  private static String claims(String issuer, long iat, long exp) {
    return "{\"sub\":\"%s\",\"exp\":%d,\"iat\":%d,\"jti\":\"%s\",\"iss\":\"%s\"}"
        .formatted(USER, exp, iat, SESSION, issuer);
  }

  @Test
  void aTokenCarriesExactlyTheClaims() {
    Instant expiry = NOW.plus(Duration.ofDays(30));
    String token = tokens.issue(USER, SESSION, expiry);
    String[] parts = token.split("\\.", -1);
    JsonNode claims =
        new JsonMapper()
            .readTree(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8));
    assertThat(claims.propertyNames()).containsExactlyInAnyOrder("sub", "exp", "iat", "jti", "iss");
    assertThat(claims.path("iat").asLong()).isEqualTo(SESSION.timeMs() / 1000);
    assertThat(claims.path("exp").asLong()).isEqualTo(expiry.getEpochSecond());
    assertThat(new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8))
        .isEqualTo("{\"alg\":\"HS256\"}");
    assertThat(tokens.verify(token)).isEqualTo(new Tokens.Claims(USER, SESSION));
  }

  @Test
  void tokensOfPeersWithAShortKeyAreValid() throws Exception {
    long now = NOW.getEpochSecond();
    String token = sign("{\"alg\":\"HS256\"}", claims("seventv-api", now - 5, now + 60));
    assertThat(tokens.verify(token)).isEqualTo(new Tokens.Claims(USER, SESSION));
  }

  @Test
  void forgedForeignFutureAndOldTokensAreRefused() throws Exception {
    long now = NOW.getEpochSecond();
    String header = "{\"alg\":\"HS256\"}";
    assertThat(tokens.verify(sign(header, claims("other", now - 5, now + 60)))).isNull();
    assertThat(tokens.verify(sign(header, claims("seventv-api", now + 5, now + 60)))).isNull();
    assertThat(tokens.verify(sign(header, claims("seventv-api", now - 60, now - 5)))).isNull();
    assertThat(tokens.verify(sign(header, "{\"u\":\"x\",\"v\":1}"))).isNull();
    String none = encode("{\"alg\":\"none\"}") + "." + encode(claims("seventv-api", now, now + 9));
    assertThat(tokens.verify(none + ".")).isNull();
    assertThat(tokens.verify(sign("{\"alg\":\"HS384\"}", claims("seventv-api", now, now + 9))))
        .isNull();
    String good = tokens.issue(USER, SESSION, NOW.plusSeconds(60));
    assertThat(tokens.verify(good.substring(0, good.length() - 3) + "AAA")).isNull();
    assertThat(tokens.verify("x".repeat(5000))).isNull();
    assertThat(tokens.verify("")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "5",
        "",
        "{}",
        "{",
        "{\"alg\":null}",
        "{\"alg\":5}",
        "{\"alg\":\"hs256\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
        "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}",
        "{\"alg\":\"HS256\",\"x5c\":[1]}"
      })
  void oddHeadersAreRefusedThoughSigned(String header) throws Exception {
    long now = NOW.getEpochSecond();
    String token = sign(header, claims("seventv-api", now - 5, now + 60));
    assertThat(tokens.verify(token)).isNull();
    assertThat(csrf.verify(token, SESSION.toString())).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "{",
        "{\"sub\":\"%1$s\",\"jti\":\"%2$s\",\"iss\":\"seventv-api\"}",
        "{\"sub\":\"%1$s\",\"jti\":\"%2$s\",\"iat\":1}",
        "{\"sub\":\"csrf\",\"jti\":\"%2$s\",\"iss\":\"seventv-api\",\"iat\":1}",
        "{\"sub\":\"%1$s\",\"jti\":\"x\",\"iss\":\"seventv-api\",\"iat\":1}",
        "{\"sub\":\"%1$s\",\"iss\":\"seventv-api\",\"iat\":1}",
        "{\"jti\":\"%2$s\",\"iss\":\"seventv-api\",\"iat\":1}",
        "{\"sub\":5,\"jti\":\"%2$s\",\"iss\":\"seventv-api\",\"iat\":1}",
        "{\"sub\":\"%1$s\",\"jti\":\"%2$s\",\"iss\":[\"seventv-api\"],\"iat\":1}",
        "{\"sub\":\"%1$s\",\"jti\":\"%2$s\",\"iss\":\"seventv-api\",\"iat\":\"1\"}",
        "{\"sub\":\"%1$s\",\"jti\":\"%2$s\",\"iss\":\"seventv-api\",\"iat\":1,\"nbf\":99999999999}",
        "{\"sub\":\"%1$s\",\"jti\":\"%2$s\",\"iss\":\"seventv-api\",\"iat\":1,\"exp\":1}"
      })
  void oddClaimsAreRefusedThoughSigned(String claims) throws Exception {
    String token = sign("{\"alg\":\"HS256\"}", claims.formatted(USER, SESSION));
    assertThat(tokens.verify(token)).isNull();
    assertThat(csrf.verify(token, SESSION.toString())).isNull();
  }

  /** Milliseconds overflow: what was far ahead would be long past, and so reached or over. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775",
        "9223372036854776",
        "9300000000000000",
        "18446744073709551",
        "18446744073709552",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "100000000000000000000000000000000000000000",
        "1e18",
        "1e300",
        "1e400",
        "1e999999999",
        "-9223372036854775808",
        "-1e300",
        "NaN",
        "Infinity"
      })
  void timesBeyondAllReasonAreRefusedThoughSigned(String time) throws Exception {
    for (String name : List.of("nbf", "iat")) {
      String iat = name.equals("iat") ? "" : ",\"iat\":1";
      String claims =
          "{\"sub\":\"%s\",\"jti\":\"%s\",\"iss\":\"seventv-api\",\"%s\":%s%s}"
              .formatted(USER, SESSION, name, time, iat);
      assertThat(tokens.verify(sign("{\"alg\":\"HS256\"}", claims)))
          .as("%s %s", name, time)
          .isNull();
    }
    String end =
        "{\"sub\":\"csrf\",\"jti\":\"state\",\"iss\":\"seventv-api\",\"exp\":%s}".formatted(time);
    assertThat(csrf.verify(sign("{\"alg\":\"HS256\"}", end), "state")).isNull();
  }

  @Test
  void anAudienceThatIsNoneIsRefusedThoughSigned() throws Exception {
    for (String audience : List.of("[null]", "null", "5", "[5]", "[[]]", "\"x\"")) {
      String claims =
          ("{\"sub\":\"csrf\",\"jti\":\"state\",\"iss\":\"seventv-api\",\"exp\":99999999999,"
                  + "\"aud\":%s}")
              .formatted(audience);
      CsrfTokens.Verified verified = csrf.verify(sign("{\"alg\":\"HS256\"}", claims), "state");
      assertThat(verified == null || verified.sessionId() == null).as(audience).isTrue();
    }
  }

  @Test
  void aTokenWithoutAnEndIsValidAndTheLongestOneToo() throws Exception {
    String start =
        "{\"sub\":\"%s\",\"jti\":\"%s\",\"iss\":\"seventv-api\",\"iat\":1,\"x\":\""
            .formatted(USER, SESSION);
    String token = sign("{\"alg\":\"HS256\"}", start + "\"}");
    assertThat(tokens.verify(token)).isEqualTo(new Tokens.Claims(USER, SESSION));
    int room = (4096 - token.length()) * 3 / 4;
    String longest = sign("{\"alg\":\"HS256\"}", start + "x".repeat(room) + "\"}");
    assertThat(longest.length()).isBetween(4094, 4096);
    assertThat(tokens.verify(longest)).isNotNull();
    String longer = sign("{\"alg\":\"HS256\"}", start + "x".repeat(room + 3) + "\"}");
    assertThat(tokens.verify(longer)).isNull();
  }

  @Test
  void oneKindOfTokenIsNotTakenForTheOther() {
    CsrfTokens.Issued issued = csrf.issue(SESSION);
    assertThat(issued.state()).matches("[0-9a-f]{64}");
    assertThat(tokens.verify(issued.token())).isNull();
    String access = tokens.issue(USER, SESSION, NOW.plusSeconds(60));
    assertThat(csrf.verify(access, SESSION.toString())).isNull();

    CsrfTokens.Verified verified = csrf.verify(issued.token(), issued.state());
    assertThat(Objects.requireNonNull(verified).sessionId()).isEqualTo(SESSION);
    assertThat(Pkce.challenge(verified.verifier())).isEqualTo(issued.challenge());
    assertThat(csrf.verify(issued.token(), "g" + issued.state().substring(1))).isNull();
    assertThat(csrfAt(NOW.plus(Duration.ofMinutes(5))).verify(issued.token(), issued.state()))
        .as("valid for five minutes")
        .isNotNull();
    assertThat(csrfAt(NOW.plus(Duration.ofSeconds(301))).verify(issued.token(), issued.state()))
        .isNull();
    assertThat(Objects.requireNonNull(plain(csrf.issue(null))).sessionId()).isNull();
  }

  private CsrfTokens.@Nullable Verified plain(CsrfTokens.Issued issued) {
    return csrf.verify(issued.token(), issued.state());
  }
}
