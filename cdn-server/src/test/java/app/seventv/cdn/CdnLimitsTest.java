package app.seventv.cdn;

import static io.netty.handler.codec.quic.QuicTransportError.CONNECTION_REFUSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits per address, as the settings say. */
class CdnLimitsTest {
  private static final String NO_NATS = "nats://127.0.0.1:1";

  private static final int AT_ONCE = 40;

  private static final String BEHIND_A_PROXY =
      """
      rate_limit = { enabled = true, requests_per_second = 1, request_burst = 2 }
      incoming_request = { ip_headers = ["x-real-ip"], trusted_proxies = ["127.0.0.0/8", "10.0.0.0/8"] }
      """;

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

  /** Sends requests at once whose clients are told in a field; how many are served. */
  private static int served(CdnFixture cdn, Version version, IntFunction<String> client)
      throws Exception {
    int served = 0;
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> asked = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        Map<String, String> fields = Map.of("x-real-ip", client.apply(i));
        asked.add(clients.submit(() -> cdn.send(version, "GET", "/nothing", fields)));
      }
      for (Future<Answer> one : asked) {
        assertThat(one.get().status()).isIn(404, 429);
        served += one.get().status() == 404 ? 1 : 0;
      }
    }
    return served;
  }

  /** A proxy may speak any version to us, and tells its client in a field. */
  @Test
  void clientsBehindATrustedProxyCountThemselves() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(folder, BEHIND_A_PROXY)) {
      for (Version version : Version.values()) {
        for (int client = 1; client <= 3; client++) {
          String address = "192.0.2." + (10 * version.number() + client);
          assertThat(served(cdn, version, _ -> address))
              .as(version.name())
              .isBetween(2, AT_ONCE - 1);
        }
      }
    }
  }

  /** What a client makes up stands to the left of what the proxy adds (cdn.md §3.4). */
  @Test
  void nobodyEscapesItsLimitByNamingOthers() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(folder, BEHIND_A_PROXY)) {
      for (Version version : Version.values()) {
        String proxied = ", 192.0.2." + version.number() + ", 10.0.0.1";
        assertThat(served(cdn, version, i -> "198.51.100." + i + proxied))
            .as(version.name())
            .isBetween(2, AT_ONCE - 1);
      }
    }
  }

  /** A connection that gets no byte, whatever it says first: closed, or reset. */
  private static boolean isClosedWithoutAByte(int port, String start) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(start.getBytes(StandardCharsets.ISO_8859_1));
      return socket.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** One limit for all listeners, looked at before any handshake (cdn.md §6). */
  @ParameterizedTest
  @EnumSource(Version.class)
  void whoIsRefusedIsToldNothing(Version version) throws Exception {
    String limits =
        "range_buckets = [], ipv4_buckets = [{ prefix_length = 32, concurrent_connections = 1 }]";
    try (CdnFixture cdn = edge(limits);
        AutoCloseable first = cdn.connect(version)) {
      assertThat(first).isNotNull();
      for (int port : new int[] {cdn.plainPort(), cdn.securePort()}) {
        for (String start :
            List.of(
                "GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
                "\u0016\u0003\u0001")) {
          assertThat(isClosedWithoutAByte(port, start)).as(start).isTrue();
        }
      }
      try (QuicHello refused = QuicHello.send(cdn.runtime().loops(), cdn.securePort(), "h3")) {
        if (!refused.isRefused()) { // on its first packet, or on its second
          assertThat(refused.closed().get(30, TimeUnit.SECONDS))
              .isEqualTo(CONNECTION_REFUSED.code());
        }
      }
    }
  }
}
