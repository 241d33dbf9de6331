package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.cdn.CdnFixture.Version;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask behind proxies (cdn.md §3.4), over every HTTP version, with and without limits. */
class TrustedProxiesTest {
  private static final String PATH = "/emote/01F6MZGCNG000255K4X1K7NTHR/1x.webp";

  @TempDir Path directory = Path.of(".");

  private static void assertRefused(Answer answer, int status, String reason) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.text()).isEqualTo(reason);
    assertThat(answer.header("content-type")).isEqualTo("(none)");
    assertThat(answer.header("content-length")).isEqualTo(Integer.toString(reason.length()));
    assertThat(answer.header("server")).isEqualTo("SevenTV");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.header("x-7tv-cache")).isEqualTo("(none)");
  }

  @Test
  void whoComesByNoProxyIsRefused() throws Exception {
    String limits = "rate_limit = { enabled = true, requests_per_second = 1000 }\n";
    String proxies =
        "incoming_request = { ip_headers = [\"x-a\", \"x-b\"], trusted_proxies = [\"%s\"] }\n";
    try (CdnFixture strict =
        CdnFixture.start(directory.resolve("a"), proxies.formatted("192.0.2.0/24"))) {
      for (Version version : Version.values()) {
        assertRefused(strict.get(version, PATH), 403, "ip is not trusted");
      }
    }
    try (CdnFixture cdn =
        CdnFixture.start(directory.resolve("b"), limits + proxies.formatted("127.0.0.0/8"))) {
      cdn.origin().put(PATH.substring(1), new byte[] {1});
      for (Version version : Version.values()) {
        assertRefused(cdn.get(version, PATH), 403, "missing ip header");
        assertRefused(
            cdn.send(version, "GET", PATH, Map.of("x-b", "192.0.2.1, nonsense")),
            400,
            "invalid ip format in header");
        if (version != Version.HTTP_1_1) { // whose client here sends ASCII only
          assertRefused(
              cdn.send(version, "GET", PATH, Map.of("x-b", "192.0.2.1\u00e9")),
              400,
              "ip header not valid utf-8");
        }
        assertThat(cdn.send(version, "GET", PATH, Map.of("x-b", "192.0.2.1 , 127.0.0.9")).body())
            .containsExactly(1);
        // Twice: from memory too.
        assertRefused(cdn.get(version, PATH), 403, "missing ip header");
      }
    }
  }
}
