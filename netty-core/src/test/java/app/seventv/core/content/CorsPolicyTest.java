package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorsPolicyTest {
  @ParameterizedTest
  @CsvSource({
    "https://twitch.tv, true",
    "https://www.twitch.tv, true",
    "https://a.b.twitch.tv, true",
    "HTTPS://Dashboard.Twitch.TV, true",
    "http://twitch.tv, false",
    "https://eviltwitch.tv, false",
    "https://.twitch.tv, false",
    "https://twitch.tv.evil.example, false",
    "https://twitch.tv:8443, false",
    "https://evil.example/.twitch.tv, false",
    "https://evil.example#.twitch.tv, false",
    "https://user@www.twitch.tv, false",
    "https://evil.example\\.twitch.tv, false",
    "null, false",
    "'', false"
  })
  void subdomainsEndAtADot(String origin, boolean allowed) {
    assertThat(Origins.withSubdomains("https://twitch.tv").test(origin)).isEqualTo(allowed);
  }

  @Test
  void endlessOriginsAreRefused() {
    String origin = "https://" + "a.".repeat(300) + "twitch.tv";
    assertThat(Origins.withSubdomains("https://twitch.tv").test(origin)).isFalse();
    assertThatThrownBy(() -> Origins.withSubdomains("twitch.tv"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Origins.withSubdomains("https://twitch.tv/x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void exactOriginsAreExact() {
    Predicate<String> origins = Origins.exactly(List.of("https://a.example"));
    assertThat(origins.test("https://a.example")).isTrue();
    assertThat(origins.test("https://b.a.example")).isFalse();
    assertThat(origins.test("https://a.example:444")).isFalse();
  }

  @Test
  void credentialsForEveryoneAreRefused() {
    assertThatThrownBy(() -> CorsPolicy.builder().anyOrigin().credentials(origin -> true).build())
        .isInstanceOf(IllegalArgumentException.class);
  }
}
