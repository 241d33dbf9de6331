package app.seventv.website;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.config.Config;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.service.Health;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebsiteKeysTest {
  private static Config config(String toml) {
    return WebsiteServer.DEFINITION.config(toml);
  }

  @Test
  void theOldSiteAsksTheOldApiUnderItsOwnOrigin() {
    Config config =
        config(
            """
            [website]
            site = "site-old"
            website_origin = "https://new.example/"
            old_website_origin = "https://old.example"
            api_origin = "https://api.example"
            internal_api_origin = "http://10.0.0.1:8080"
            event_api_origin = "https://events.example"
            """);
    SiteSettings settings = WebsiteKeys.settings(config);
    assertThat(settings.siteOrigin()).isEqualTo("https://old.example");
    assertThat(settings.newSiteOrigin()).isEqualTo("https://new.example");
    assertThat(settings.apiOrigin()).isEqualTo("https://api.example");
    assertThat(settings.eventUrl()).isEqualTo("wss://events.example/v3");
    assertThat(WebsiteKeys.graphqlEndpoint(config))
        .isEqualTo(URI.create("http://10.0.0.1:8080/v3/gql"));
  }

  @Test
  void theNewSiteAsksTheNewApi() {
    Config config = config("website.api_origin = \"https://api.example\"");
    assertThat(WebsiteKeys.graphqlEndpoint(config))
        .isEqualTo(URI.create("https://api.example/v4/gql"));
    assertThat(WebsiteKeys.settings(config).eventUrl()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "site = \"blog\"",
        "cdn_origin = \"https://cdn.example/path\"",
        "cdn_origin = \"https://cdn.example; script-src *\"",
        "api_origin = \"javascript:alert(1)\"",
        "image_origins = [\"https://a.example b\"]"
      })
  void refusesWhatWouldBreakThePages(String line) {
    String key = "website." + line.substring(0, line.indexOf(' '));
    assertThatThrownBy(() -> config("[website]\n" + line)).hasMessageContaining(key);
  }

  @Test
  void aSiteWhoseApiIsDownIsServedWithGeneralTags(@TempDir Path folder) throws Exception {
    Config config =
        config(
            """
            [website]
            bind = "127.0.0.1:0"
            root = "%s"
            api_origin = "http://127.0.0.1:1"
            """
                .formatted(TestSite.build(folder)));
    try (EventLoops loops =
            EventLoops.start(new TransportOptions(TransportOptions.Choice.NIO, 1, true));
        WebsiteServer server =
            WebsiteServer.start(
                new ServiceContext(
                    "website", "1", "0", config, loops, new Metrics(), new Health(), cause -> {}));
        HttpClient client = HttpClient.newHttpClient()) {
      URI page = URI.create("http://127.0.0.1:" + server.port() + "/emotes/" + TestSite.EMOTE_ID);
      HttpResponse<String> response =
          client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).contains("<title>Emote – Emote Platform</title>");
    }
  }
}
