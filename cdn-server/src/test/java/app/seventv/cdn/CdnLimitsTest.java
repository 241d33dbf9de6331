package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits per address, as the settings say. */
class CdnLimitsTest {
  private static final String NO_NATS = "nats://127.0.0.1:1";

  @TempDir Path folder = Path.of(".");

  private S3EdgeFixture cdn(String rateLimit, String more) throws Exception {
    return new S3EdgeFixture(
        folder, NO_NATS, "rate_limit = { enabled = true, " + rateLimit + " }\n" + more);
  }

  private static Socket connect(S3EdgeFixture cdn) throws IOException {
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
    try (S3EdgeFixture cdn = cdn(limits, "")) {
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

  @Test
  void newConnections() throws Exception {
    String limits = "range_buckets = [], connections_per_second = 1, connection_burst = 3";
    try (S3EdgeFixture cdn = cdn(limits, "")) {
      int served = 0;
      for (int i = 0; i < 10; i++) {
        try (Socket socket = connect(cdn)) {
          served += isServed(socket) ? 1 : 0;
        }
      }
      assertThat(served).isBetween(3, 9);
    }
  }

  @Test
  void requests() throws Exception {
    try (S3EdgeFixture cdn = cdn("requests_per_second = 1, request_burst = 3", "")) {
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

  @Test
  void bytes() throws Exception {
    String key = "emote/" + S3EdgeFixture.ID + "/1x.webp";
    try (S3EdgeFixture cdn = cdn("kib_per_second = 1, kib_burst = 100", "")) {
      cdn.put(key, new byte[60 << 10]);
      assertThat(cdn.get("/" + key).statusCode()).isEqualTo(200);
      assertThat(cdn.get("/" + key).statusCode()).isEqualTo(200);
      assertThat(cdn.get("/" + key).statusCode()).isEqualTo(429);
    }
    String allowed = "kib_per_second = 1, kib_burst = 1, allowed = [\"127.0.0.0/8\"]";
    try (S3EdgeFixture cdn = cdn(allowed, "")) {
      for (int i = 0; i < 5; i++) {
        assertThat(cdn.get("/" + key).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void clientsBehindATrustedProxyCountThemselves() throws Exception {
    String proxies =
        "incoming_request = { ip_headers = [\"x-real-ip\"], trusted_proxies = [\"127.0.0.0/8\"] }";
    try (S3EdgeFixture cdn = cdn("requests_per_second = 1, request_burst = 2", proxies)) {
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
