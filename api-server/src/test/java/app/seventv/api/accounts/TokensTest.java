package app.seventv.api.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokensTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Id USER = Id.parse("01GRZYNNBRCJYP7MNBDRV3JW5D");
  private static final Id SESSION = Id.parse("01J5N849G09D47DMFARP6X2AHG");
  private static final String SECRET = "seventv-api";

  private final Tokens tokens = new Tokens(SECRET, "seventv-api", InstantSource.fixed(NOW));

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
}
