package app.seventv.devstack.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DevLoginTest {
  // The pair of RFC 7636 appendix B.
  private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  private static final String CALLBACK = "http://localhost:8080/login/callback?platform=twitch";

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final HttpClient http = HttpClient.newHttpClient();
  private DevLogin provider;

  @BeforeEach
  void start() throws IOException {
    provider = DevLogin.start(0, now::get);
  }

  @AfterEach
  void stop() {
    provider.close();
    http.close();
  }

  @Test
  void thePageOffersEveryPersonAndKeepsTheRequest() throws Exception {
    HttpResponse<String> page = get(authorizeUrl(Map.of()));

    assertThat(page.statusCode()).isEqualTo(200);
    for (DevUser user : DevUser.ALL) {
      assertThat(page.body())
          .contains("state=%2Fback%22&amp;user=" + user.login())
          .contains(user.displayName());
    }
  }

  @Test
  void aChosenPersonComesBackWithCodeAndStateAndHasAProfile() throws Exception {
    String location = chosen("pixelpanda").headers().firstValue("Location").orElseThrow();
    assertThat(location).startsWith(CALLBACK + "&code=").endsWith("&state=%2Fback%22");

    JsonNode token = json(exchange(code(location), VERIFIER));
    assertThat(token.get("token_type").asString()).isEqualTo("bearer");

    HttpResponse<String> profile = profile(token.get("access_token").asString());
    assertThat(profile.statusCode()).isEqualTo(200);
    JsonNode user = json(profile).get("data").get(0);
    assertThat(user.get("id").asString()).isEqualTo(DevUser.STREAMER.id());
    assertThat(user.get("login").asString()).isEqualTo("pixelpanda");
    assertThat(user.get("display_name").asString()).isEqualTo("PixelPanda");
    assertThat(user.get("email").asString()).isEqualTo("pixelpanda@example.com");
    assertThat(get(user.get("profile_image_url").asString()).body()).contains("<svg");
  }

  @Test
  void aCodeWorksOnce() throws Exception {
    String code = code(chosen("quillfox").headers().firstValue("Location").orElseThrow());

    assertThat(exchange(code, VERIFIER).statusCode()).isEqualTo(200);
    assertThat(exchange(code, VERIFIER).statusCode()).isEqualTo(400);
  }

  @Test
  void aCodeExpires() throws Exception {
    String code = code(chosen("quillfox").headers().firstValue("Location").orElseThrow());
    now.updateAndGet(instant -> instant.plus(Duration.ofMinutes(5)));

    HttpResponse<String> answer = exchange(code, VERIFIER);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).get("message").asString()).isEqualTo("Invalid authorization code");
  }

  @Test
  void aWrongVerifierIsRefused() throws Exception {
    String code = code(chosen("quillfox").headers().firstValue("Location").orElseThrow());

    assertThat(exchange(code, "somebody-elses-verifier").statusCode()).isEqualTo(400);
  }

  @Test
  void badRequestsAreRefused() throws Exception {
    assertThat(get(authorizeUrl(Map.of("client_id", "other"))).statusCode()).isEqualTo(400);
    assertThat(get(authorizeUrl(Map.of("redirect_uri", "https://example.com/"))).statusCode())
        .isEqualTo(400);
    assertThat(chosen("nobody").statusCode()).isEqualTo(400);
    assertThat(get(provider.tokenUrl().toString()).statusCode()).isEqualTo(405);
    assertThat(profile("unknown").statusCode()).isEqualTo(401);
  }

  @Test
  void theOldestTokenGivesWayWhenFull() {
    ExpiringTokens<String> tokens =
        new ExpiringTokens<>(now::get, new Random(1), Duration.ofMinutes(1), 2);
    String first = tokens.issue("first");
    String second = tokens.issue("second");
    String third = tokens.issue("third");

    assertThat(tokens.find(first)).isEmpty();
    assertThat(tokens.find(second)).contains("second");
    assertThat(tokens.take(third)).contains("third");
    assertThat(tokens.take(third)).isEmpty();
  }

  private String authorizeUrl(Map<String, String> changes) {
    Map<String, String> query = new TreeMap<>();
    query.put("client_id", DevLogin.CLIENT_ID);
    query.put("code_challenge", CHALLENGE);
    query.put("code_challenge_method", "S256");
    query.put("redirect_uri", CALLBACK);
    query.put("response_type", "code");
    query.put("scope", "user:read:email");
    query.put("state", "/back\"");
    query.putAll(changes);
    return provider.authorizeUrl() + "?" + form(query);
  }

  private HttpResponse<String> chosen(String login) throws Exception {
    return get(authorizeUrl(Map.of("user", login)));
  }

  private HttpResponse<String> exchange(String code, String verifier) throws Exception {
    Map<String, String> form =
        Map.of(
            "grant_type",
            "authorization_code",
            "client_id",
            DevLogin.CLIENT_ID,
            "client_secret",
            DevLogin.CLIENT_SECRET,
            "redirect_uri",
            CALLBACK,
            "code",
            code,
            "code_verifier",
            verifier);
    return http.send(
        HttpRequest.newBuilder(provider.tokenUrl())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form(form)))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> profile(String token) throws Exception {
    return http.send(
        HttpRequest.newBuilder(provider.profileUrl())
            .header("Client-Id", DevLogin.CLIENT_ID)
            .header("Authorization", "Bearer " + token)
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String url) throws Exception {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private static String code(String location) {
    return Arrays.stream(location.split("[?&]", -1))
        .filter(part -> part.startsWith("code="))
        .findFirst()
        .orElseThrow()
        .substring("code=".length());
  }

  private static String form(Map<String, String> values) {
    return values.entrySet().stream()
        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private static JsonNode json(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }
}
