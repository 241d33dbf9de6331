package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.config.ConfigException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Settings that cannot be together are told before anything starts. */
class CdnOptionsTest {
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
  void anEmptySecretIsNone() {
    assertThatThrownBy(() -> options("[cdn]\npurge_secret = \" \"\n"))
        .hasCauseInstanceOf(ConfigException.class)
        .hasMessageContaining("cdn.purge_secret: is empty");
    String peers =
        "[cdn]\npeers = { bind = \"127.0.0.1:1\", self = \"http://a\", nodes = [\"http://a\"],"
            + " secret = \"\" }\n";
    assertThatThrownBy(() -> options(peers).peers())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cdn.peers.secret");
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
