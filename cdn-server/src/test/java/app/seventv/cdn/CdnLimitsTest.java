package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Answer;
import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits per address, as the settings say. */
class CdnLimitsTest {
  private static final String NO_NATS = "nats://127.0.0.1:1";

  @TempDir Path folder = Path.of(".");

  private EdgeFixture cdn(String rateLimit, String more) throws Exception {
    return new EdgeFixture(
        folder, NO_NATS, "rate_limit = { enabled = true, " + rateLimit + " }\n" + more);
  }

  /** The same over all versions. */
  private CdnFixture edge(String rateLimit) throws Exception {
    return CdnFixture.start(folder, "rate_limit = { enabled = true, " + rateLimit + " }\n");
  }

  private static Socket connect(EdgeFixture cdn) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), cdn.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Whether the server answers on a connection; otherwise it has closed it without a byte. */
  private static boolean isServed(Socket socket) throws IOException {
    try {
      socket
          .getOutputStream()
          .write("GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == 'H';
    } catch (IOException reset) {
      return false;
    }
  }

  @Test
  void connectionsAtOnce() throws Exception {
    String limits =
        "range_buckets = [], ipv4_buckets = [{ prefix_length = 32, concurrent_connections = 2 }]";
    try (EdgeFixture cdn = cdn(limits, "")) {
      try (Socket first = connect(cdn);
          Socket second = connect(cdn)) {
        assertThat(isServed(first)).isTrue();
        assertThat(isServed(second)).isTrue();
        try (Socket third = connect(cdn)) {
          assertThat(isServed(third)).isFalse();
        }
      }
      await()
          .until(() -> {
            try (Socket fourth = connect(cdn)) {
              return isServed(fourth);
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void connectionsAtOnceOfOneAddress(Version version) throws Exception {
    String limits =
        "range_buckets = [], ipv4_buckets = [{ prefix_length = 32, concurrent_connections = 2 }]";
    try (CdnFixture cdn = edge(limits)) {
      try (AutoCloseable first = cdn.connect(version);
          AutoCloseable second = cdn.connect(version)) {
        assertThat(first).isNotSameAs(second);
        assertThatThrownBy(() -> cdn.connect(version)).isInstanceOf(IOException.class);
      }
      await()
          .until(() -> {
            try (AutoCloseable third = cdn.connect(version)) {
              return third != null;
            } catch (IOException refused) {
              return false;
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void newConnections(Version version) throws Exception {
    String limits = "range_buckets = [], connections_per_second = 1, connection_burst = 3";
    try (CdnFixture cdn = edge(limits);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> asked = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        asked.add(
            clients.submit(() -> {
              try (AutoCloseable connection = cdn.connect(version)) {
                return connection != null;
              } catch (IOException refused) {
                return false;
              }
            }));
      }
      int served = 0;
      for (Future<Boolean> one : asked) {
        served += one.get() ? 1 : 0;
      }
      assertThat(served).isBetween(3, 29);
    }
  }

  @Test
  void requests() throws Exception {
    try (EdgeFixture cdn = cdn("requests_per_second = 1, request_burst = 3", "")) {
      List<HttpResponse<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        answers.add(cdn.get("/nothing"));
      }
      assertThat(answers.subList(0, 3)).allMatch(answer -> answer.statusCode() == 404);
      HttpResponse<byte[]> refused =
          answers.stream().filter(answer -> answer.statusCode() == 429).findFirst().orElseThrow();
      assertThat(refused.body()).isEmpty();
      assertThat(refused.headers().firstValue("content-length")).hasValue("0");
      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
      assertThat(refused.headers().firstValue("cache-control")).hasValue("no-cache");
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void bytes(Version version) throws Exception {
    String key = "emote/" + EdgeFixture.ID + "/1x.webp";
    try (CdnFixture cdn = edge("kib_per_second = 1, kib_burst = 100")) {
      cdn.origin().put(key, new byte[60 << 10]);
      for (int i = 0; i < 5; i++) { // costs nothing
        assertThat(cdn.send(version, "HEAD", '/' + key, Map.of()).status()).isEqualTo(200);
      }
      assertThat(cdn.get(version, '/' + key).status()).isEqualTo(200);
      assertThat(cdn.get(version, '/' + key).status()).isEqualTo(200);
      Answer refused = cdn.get(version, '/' + key);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.header("retry-after")).isEqualTo("1");
    }
  }

  @Test
  void whoIsAllowedHasNoLimit() throws Exception {
    String key = "emote/" + EdgeFixture.ID + "/1x.webp";
    String allowed = "kib_per_second = 1, kib_burst = 1, allowed = [\"127.0.0.0/8\"]";
    try (CdnFixture cdn = edge(allowed)) {
      cdn.origin().put(key, new byte[60 << 10]);
      for (Version version : Version.values()) {
        for (int i = 0; i < 3; i++) {
          assertThat(cdn.get(version, '/' + key).status()).isEqualTo(200);
        }
      }
    }
  }

  @Test
  void clientsBehindATrustedProxyCountThemselves() throws Exception {
    String proxies =
        "incoming_request = { ip_headers = [\"x-real-ip\"], trusted_proxies = [\"127.0.0.0/8\"] }";
    try (EdgeFixture cdn = cdn("requests_per_second = 1, request_burst = 2", proxies)) {
      for (int client = 1; client <= 3; client++) {
        int refused = 0;
        for (int i = 0; i < 6; i++) {
          var request = cdn.request("/nothing").header("x-real-ip", "192.0.2." + client).build();
          refused += cdn.send(request).statusCode() == 429 ? 1 : 0;
        }
        assertThat(refused).isPositive();
        assertThat(refused).isLessThanOrEqualTo(4);
      }
    }
  }
}
