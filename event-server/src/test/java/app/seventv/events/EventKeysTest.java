package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventKeysTest {
  private static Config parse(String toml) {
    return EventServer.DEFINITION.config(toml);
  }

  private static SessionOptions options(
      int heartbeatMs, long ttlMs, int subscriptions, String name) {
    return new SessionOptions(
        heartbeatMs,
        ttlMs,
        subscriptions,
        1 << 20,
        30_000,
        20,
        1_200,
        50,
        128 << 10,
        name,
        false,
        2_000);
  }

  @Test
  void defaultsAreThoseOfToday() {
    assertThat(EventKeys.sessionOptions(parse(""))).isEqualTo(options(45_000, 3_600_000, 500, ""));
  }

  @Test
  void todaysFilesAreAccepted() {
    Config config =
        parse(
            """
            level = "info"
            metrics_bind_address = "0.0.0.0:9000"
            [pod]
            name = "event-api-3"
            node_name = "host"
            [nats]
            servers = ["nats://10.0.0.1:4222"]
            [event_api]
            bind = "0.0.0.0:443"
            workers = 16
            bridge_url = "http://localhost:9700"
            heartbeat_interval = { secs = 25, nanos = 500000000 }
            ttl = { secs = 1800, nanos = 0 }
            subscription_limit = 100
            connection_limit = 200000
            tls.cert = "/c.pem"
            tls.key = "/k.pem"
            rate_limit.enabled = false
            incoming_request.ip_headers = ["cf-connecting-ip"]
            """);
    assertThat(EventKeys.sessionOptions(config))
        .isEqualTo(options(25_500, 1_800_000, 100, "event-api-3"));
    assertThat(config.warnings()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "event_api.tls.cert = '/c.pem' | event_api.tls.key",
        "event_api.tls.key = '/k.pem' | event_api.tls.cert",
        "event_api.secure_bind = '127.0.0.1:1' | event_api.secure_bind",
        "event_api.heartbeat_interval = { secs = 0, nanos = 1 } | event_api.heartbeat_interval",
        "event_api.heartbeat_interval = { secs = 999999 } | event_api.heartbeat_interval",
        "event_api.ttl = { secs = 999999999 } | event_api.ttl",
        "event_api.subscription_limit = 40000 | event_api.subscription_limit",
        "event_api.bnid = 'x' | event_api.bnid",
      },
      quoteCharacter = '`')
  void mistakesAreNamed(String toml, String key) {
    assertThatThrownBy(() -> parse(toml)).hasMessageContaining(key);
  }
}
