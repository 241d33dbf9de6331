package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.config.ConfigException;
import app.seventv.core.config.ConfigLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that cannot be together are told before anything starts. */
class CdnOptionsTest {
  @TempDir Path directory = Path.of(".");

  private static CdnOptions options(String toml) {
    return new CdnOptions(CdnServer.DEFINITION.config(toml));
  }

  @Test
  void http3AndARequiredProxyProtocolExcludeEachOther() {
    assertThatThrownBy(() ->
            options(
                """
                [cdn]
                http3 = true
                proxy_protocol = "required"
                tls = { cert = "/dev/null", key = "/dev/null" }
                incoming_request = { trusted_proxies = ["10.0.0.0/8"] }
                """))
        .hasCauseInstanceOf(ConfigException.class)
        .hasMessageContaining("cdn.proxy_protocol: cannot be required with cdn.http3");
  }

  @Test
  void aProxyProtocolNeedsProxies() {
    assertThatThrownBy(() -> options("[cdn]\nproxy_protocol = \"optional\"\n"))
        .hasCauseInstanceOf(ConfigException.class)
        .hasMessageContaining("needs cdn.incoming_request.trusted_proxies");
  }

  @Test
  void withoutHttp3OrTlsAProxyProtocolMayBeRequired() throws Exception {
    String proxies = "incoming_request = { trusted_proxies = [\"10.0.0.0/8\"] }\n";
    options("[cdn]\nhttp3 = true\nproxy_protocol = \"required\"\n" + proxies);
    options("[cdn]\nproxy_protocol = \"required\"\n" + proxies);
  }

  @Test
  void objectsOfMemoryHaveALimit() {
    assertThatThrownBy(() -> options("[cdn]\nmax_object_size = \"2 GiB\"\n"))
        .hasCauseInstanceOf(ConfigException.class)
        .hasMessageContaining("cdn.max_object_size: is over 1 GiB");
  }

  @Test
  void whatAServiceCannotStartWithIsTold() {
    Map<String, String> settings =
        Map.of(
            "cdn.server_name = \"a\\r\\nset-cookie: b\"",
                "cdn.server_name: must be printable ASCII",
            "cdn.server_name = \"\u00e9\"", "cdn.server_name: must be printable ASCII",
            "cdn.server_name = \" a\"", "cdn.server_name: must be printable ASCII",
            "pod.node_name = \"a\\u0000\"", "pod.node_name: must be printable ASCII",
            "cdn.bucket.endpoint = \"localhost:9000\"", "cdn.bucket.endpoint: must be a URL",
            "cdn.bucket.endpoint = \"http://\"", "cdn.bucket.endpoint: must be a URL",
            "cdn.peers = { bind = \"127.0.0.1:1\", self = \"a b\", secret = \"s\" }",
                "cdn.peers.self: is not among the nodes: \"a b\"",
            "cdn.disk = { directory = \"/d\", capacity = \"63 MiB\" }",
                "cdn.disk.capacity: must be at least 64 MiB",
            "nats.servers = [\"nats://a:1\", \"nats://a b\"]",
                "nats.servers: has no address of a server: \"nats://a b\"",
            "nats.servers = [\"nats://u:hunter2@[bad:4222\"]",
                "nats.servers: has no address of a server: \"nats://(hidden)@[bad:4222\"");
    settings.forEach((toml, problem) ->
        assertThatThrownBy(() -> options(toml))
            .as(toml)
            .hasCauseInstanceOf(ConfigException.class)
            .hasMessageContaining(problem));
    options("cdn.server_name = \"\"\ncdn.disk.capacity = \"1 MiB\"\n"); // no disk cache
    options("cdn.server_name = \"7TV CDN (eu)\"\nnats.servers = [\"a:4222\", \"nats://b\"]\n");
  }

  /** What {@code --check-config} finds. */
  private static List<String> problems(String... overrides) {
    try {
      ConfigLoader.strict(CdnServer.DEFINITION.schema(), Map.of())
          .withStartChecks()
          .load(List.of(), List.of(overrides));
      return List.of();
    } catch (ConfigException e) {
      return e.problems();
    }
  }

  @Test
  void whatWouldStopTheStartIsFoundBefore() throws Exception {
    String pod = "pod.name=a";
    assertThat(problems(pod)).isEmpty();
    assertThat(problems()).singleElement().asString().contains("pod.name: must consist of");
    assertThat(problems("pod.name=a.b")).singleElement().asString().contains("pod.name: must");
    Path mine = directory.resolve("mine");
    Path other = directory.resolve("other");
    CdnFixture.writeCertificate(mine);
    CdnFixture.writeCertificate(other);
    String cert = "cdn.tls.cert=" + mine.resolve(CdnFixture.CERTIFICATE);
    String key = "cdn.tls.key=" + mine.resolve(CdnFixture.PRIVATE_KEY);
    assertThat(problems(pod, cert, key)).isEmpty();
    Path foreign = other.resolve(CdnFixture.PRIVATE_KEY);
    Path none = directory.resolve("none");
    assertThat(problems(pod, cert, "cdn.tls.key=" + none))
        .singleElement()
        .asString()
        .contains("cdn.tls.cert: ")
        .contains("cannot be read: " + none);
    assertThat(problems(pod, cert, "cdn.tls.key=" + foreign))
        .singleElement()
        .asString()
        .contains("cdn.tls.cert: ")
        .contains("do not belong together");
    assertThat(problems(pod, cert, key, "cdn.tls.ticket_keys=" + foreign))
        .singleElement()
        .asString()
        .contains("cdn.tls.ticket_keys: is unusable");
  }

  @Test
  void anEmptySecretIsNone() {
    assertThatThrownBy(() -> options("[cdn]\npurge_secret = \" \"\n"))
        .hasCauseInstanceOf(ConfigException.class)
        .hasMessageContaining("cdn.purge_secret: is empty");
    String peers =
        "[cdn]\npeers = { bind = \"127.0.0.1:1\", self = \"http://a\", nodes = [\"http://a\"],"
            + " secret = \"\" }\n";
    assertThatThrownBy(() -> options(peers))
        .hasCauseInstanceOf(ConfigException.class)
        .hasMessageContaining("cdn.peers.secret: is missing or empty");
  }

  @Test
  void defaultsAreThoseOfTheSpecification() throws Exception {
    CdnOptions options = options("");
    assertThat(options.bind().getPort()).isEqualTo(8000);
    assertThat(options.secureBind().getPort()).isEqualTo(8443);
    assertThat(options.http3()).isFalse();
    assertThat(options.serverName()).isEqualTo("SevenTV");
    assertThat(options.bucketName()).isEqualTo("7tv-public");
    assertThat(options.bucketRegion()).isEqualTo("us-east-1");
    assertThat(options.bucketEndpoint()).isEqualTo("http://localhost:9000");
    assertThat(options.cacheCapacityBytes()).isEqualTo(1_000_000_000L);
    assertThat(options.maxAge()).isEqualTo(Duration.ofDays(7));
    assertThat(options.maxOriginRequests()).isEqualTo(200);
    assertThat(options.originTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(options.purgeSubject()).isEqualTo("cdn.purge");
    assertThat(options.purgeStream()).isEqualTo("CdnPurge");
    assertThat(options.fallbacks()).isFalse();
  }
}
