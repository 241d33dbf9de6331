package app.seventv.website;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SiteSettingsTest {
  @Test
  void thePolicyAllowsOwnCodeAndTheKnownHostsOnly() {
    assertThat(TestSite.SETTINGS.contentSecurityPolicy().split("; "))
        .contains(
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' https://cdn.example https://avatars.example data: blob:",
            "connect-src 'self' https://api.example wss://events.example",
            "base-uri 'none'",
            "frame-ancestors 'none'")
        .noneMatch(directive -> directive.contains("unsafe"));
  }

  @Test
  void whatIsSwitchedOffLeavesNoTrace() {
    SiteSettings bare =
        new SiteSettings("Emotes", "http://s", "", "", "http://a", "", "", "", List.of());
    assertThat(bare.contentSecurityPolicy().split("; "))
        .contains("connect-src 'self' http://a", "img-src 'self' data: blob:", "media-src blob:");
  }

  @Test
  void thePageIsToldItsAddresses() {
    assertThat(TestSite.SETTINGS.runtimeConfiguration())
        .contains("\"apiOrigin\":\"https://api.example\"")
        .contains("\"eventUrl\":\"wss://events.example/v3\"")
        .contains("\"imageOrigins\":[\"https://avatars.example\"]");
  }
}
