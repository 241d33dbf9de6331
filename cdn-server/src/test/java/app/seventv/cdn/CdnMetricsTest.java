package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures that dashboards know by name (cdn.md §8). */
class CdnMetricsTest {
  @TempDir Path directory = Path.of(".");

  private static String socket(Version version) {
    return switch (version) {
      case HTTP_1_1 -> "Tcp";
      case HTTP_2 -> "TlsTcp";
      case HTTP_3 -> "Quic";
    };
  }

  private static List<String> labelled(String name, String label, String... values) {
    List<String> all = new ArrayList<>();
    for (String value : values) {
      all.add(name + '{' + label + "=\"" + value + "\"}");
    }
    return all;
  }

  /** What a figure has grown by. */
  private static double growth(Map<String, Double> before, Map<String, Double> after, String name) {
    return after.getOrDefault(name, 0.0) - before.getOrDefault(name, 0.0);
  }

  @Test
  void eachSocketCountsItsOwn() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(directory, "")) {
      for (Version version : Version.values()) {
        String key = "emote/01F6MZGCNG000255K4X1K7NT0" + version.number() + "/1x.webp";
        cdn.origin().put(key, new byte[100]);
        Map<String, Double> before = cdn.figures();
        for (int i = 0; i < 3; i++) {
          assertThat(cdn.get(version, '/' + key).status()).isEqualTo(200);
        }
        assertThat(cdn.get(version, "/nothing").status()).isEqualTo(404);
        String socket = "socket=\"" + socket(version) + '"';
        await() // counted once the answer has been sent
            .untilAsserted(() -> {
              Map<String, Double> after = cdn.figures();
              assertThat(after.get("http_connections{" + socket + "}")).isPositive();
              String ok = "http_status_code_total{" + socket + ",status=\"200\"}";
              assertThat(growth(before, after, ok)).isEqualTo(3);
              String none = "http_status_code_total{" + socket + ",status=\"404\"}";
              assertThat(growth(before, after, none)).isEqualTo(1);
              String requests = "http_actions_total{action=\"Request\"," + socket + '}';
              assertThat(growth(before, after, requests)).isEqualTo(4);
              String miss = "cache_action_total{state=\"Miss\"}";
              assertThat(growth(before, after, miss)).isEqualTo(1);
              String hit = "cache_action_total{state=\"Hit\"}";
              assertThat(growth(before, after, hit)).isEqualTo(2);
              String emotes = "cdn_request_total{image_type=\"Webp\",kind=\"Emote\"}";
              assertThat(growth(before, after, emotes)).isEqualTo(3);
              String good = "cache_upstream_response_total{status=\"Success\"}";
              assertThat(growth(before, after, good)).isEqualTo(1);
              assertThat(growth(before, after, "cache_duration_count")).isEqualTo(1);
            });
      }
    }
  }

  @Test
  void everySeriesIsThere() throws Exception {
    List<String> wanted = new ArrayList<>();
    wanted.addAll(
        labelled("cache_action_total", "state", "Hit", "ReboundHit", "Coalesced", "Miss"));
    wanted.addAll(labelled("http_connections", "socket", "Tcp", "TlsTcp", "Quic"));
    for (String kind : new String[] {"Badge", "Emote", "Paint", "UserProfilePicture"}) {
      for (String type : new String[] {"Avif", "Gif", "Png", "Webp"}) {
        wanted.add("cdn_request_total{image_type=\"" + type + "\",kind=\"" + kind + "\"}");
      }
    }
    wanted.addAll(labelled("http_socket_duration_count", "socket", "Tcp", "TlsTcp", "Quic"));
    wanted.addAll(labelled("http_request_duration_count", "socket", "Tcp", "TlsTcp", "Quic"));
    wanted.addAll(labelled("system_memory", "kind", "Total", "Free", "Used", "Cached"));
    wanted.addAll(labelled("system_cpu_load_avg", "kind", "One", "Five", "Fifteen"));
    wanted.addAll(labelled("system_cpu_count", "kind", "Physical", "Logical"));
    wanted.addAll(labelled("system_cpu_stats", "kind", "CtxSwitches", "ProcsRunning"));
    wanted.addAll(labelled("system_uptime", "kind", "Host", "Application"));
    wanted.add("system_cpu_times{core=\"0\",kind=\"SoftIrq\"}");
    wanted.add("system_network_stats{interface=\"lo\",kind=\"RxBytes\",physical=\"false\"}");
    wanted.add("cache_inflight");
    wanted.add("cache_duration_count");
    try (CdnFixture cdn = CdnFixture.start(directory, "")) {
      for (Version version : Version.values()) {
        assertThat(cdn.get(version, "/nothing").status()).isEqualTo(404);
      }
      await()
          .untilAsserted(() -> {
            Set<String> missing = new HashSet<>(wanted);
            missing.removeAll(cdn.figures().keySet());
            assertThat(missing).isEmpty();
          });
    }
  }
}
