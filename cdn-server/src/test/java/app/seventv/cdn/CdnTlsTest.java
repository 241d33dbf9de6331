package app.seventv.cdn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Which protocol a connection speaks, and which certificate it is shown (cdn.md §1). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class CdnTlsTest {
  @TempDir static Path directory = Path.of(".");

  private CdnFixture cdn;

  @BeforeAll
  void start() throws Exception {
    cdn = CdnFixture.start(directory, "");
  }

  @AfterAll
  void stop() throws Exception {
    cdn.close();
  }

  /** A TLS connection whose client offers these protocols. */
  private SSLSocket connect(String... protocols) throws Exception {
    SSLSocket socket = cdn.connectTls(protocols);
    socket.setSoTimeout(30_000);
    return socket;
  }

  /** The start of the answer to a request of HTTP/1.1. */
  private static String answer(SSLSocket socket) throws IOException {
    socket.getOutputStream().write("GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(US_ASCII));
    return new String(socket.getInputStream().readNBytes(12), US_ASCII);
  }

  @Test
  void overTlsHttp2IsPreferredAndHttp1IsForAllOthers() throws Exception {
    Map<List<String>, String> vectors = new LinkedHashMap<>();
    vectors.put(List.of("h2", "http/1.1"), "h2");
    vectors.put(List.of("http/1.1", "h2"), "h2"); // the server's order counts
    vectors.put(List.of("http/1.1"), "http/1.1");
    vectors.put(List.of("h3", "http/1.1"), "http/1.1");
    vectors.put(List.of("h3", "spdy/3"), "");
    vectors.put(List.of(), "");
    for (Map.Entry<List<String>, String> vector : vectors.entrySet()) {
      try (SSLSocket socket = connect(vector.getKey().toArray(String[]::new))) {
        assertThat(socket.getApplicationProtocol())
            .as(vector.getKey().toString())
            .isEqualTo(vector.getValue());
        if (vector.getValue().equals("h2")) {
          // HTTP/2's server speaks first: a SETTINGS frame (RFC 9113 §3.4).
          assertThat(socket.getInputStream().readNBytes(4)[3]).isEqualTo((byte) 4);
        } else {
          assertThat(answer(socket)).isEqualTo("HTTP/1.1 404");
        }
      }
    }
  }

  /** No drafts, and nothing that is not HTTP/3 (cdn.md §12). */
  @Test
  void overQuicHttp3IsTheOnlyProtocol() throws Exception {
    for (List<String> offered :
        List.of(List.of("h3"), List.of("h3-29", "h3"), List.of("h2", "h3", "http/1.1"))) {
      try (QuicHello hello = hello(offered.toArray(String[]::new))) {
        assertThat(hello.protocol()).as(offered.toString()).isEqualTo("h3");
      }
    }
    for (String other :
        new String[] {"h3-29", "h3-30", "h3-31", "h3-32", "hq", "hq-29", "h2", "http/1.1", "H3"}) {
      try (QuicHello hello = hello(other)) {
        assertThat(hello.isRefused()).as(other).isTrue();
      }
    }
    try (QuicHello none = hello()) {
      assertThat(none.isRefused()).isTrue();
    }
  }

  private QuicHello hello(String... protocols) throws Exception {
    return QuicHello.send(cdn.runtime().loops(), cdn.securePort(), protocols);
  }

  /** HTTP/2 without TLS is by prior knowledge; who asks for a change is served as it is. */
  @Test
  void anUpgradeToHttp2IsNotMade() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) { // asks for h2c first
      HttpRequest request = HttpRequest.newBuilder(cdn.uri(Version.HTTP_1_1, "/")).build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(client.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("Welcome");
    }
  }

  /** As without TLS there is nothing that would tell the version (RFC 9113 §3.3). */
  @Test
  void withoutTlsHttp2IsSpokenWithWhoBeginsWithIt() throws Exception {
    try (PlainHttp2 client = new PlainHttp2(cdn.plainPort())) {
      for (int turn = 0; turn < 2; turn++) {
        client.get("localhost", "/");
        Answer answer = client.read();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("Welcome");
        assertThat(answer.header("server")).isEqualTo("SevenTV");
      }
    }
  }

  private List<Certificate> shown(Version version) throws Exception {
    if (version == Version.HTTP_3) {
      try (QuicHello hello = hello("h3")) {
        return hello.certificates();
      }
    }
    try (SSLSocket socket = connect(version == Version.HTTP_2 ? "h2" : "http/1.1")) {
      return List.of(socket.getSession().getPeerCertificates());
    }
  }

  @Test
  void replacedCertificatesCountForNewConnectionsOfEveryVersion() throws Exception {
    try (SSLSocket old = connect("http/1.1")) {
      for (Version version : Version.values()) {
        assertThat(cdn.get(version, "/nothing").status()).isEqualTo(404);
        Certificate replaced = cdn.replaceCertificate();
        assertThat(shown(version)).as(version.name()).containsExactly(replaced);
      }
      for (Version version : Version.values()) { // on the connections of before
        assertThat(cdn.get(version, "/nothing").status()).isEqualTo(404);
      }
      assertThat(answer(old)).isEqualTo("HTTP/1.1 404");
    }
  }

  /** Runs OpenSSL's client, which sends a request, and returns what it tells of the connection. */
  private String openssl(String alpn, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("openssl", "s_client", "-tls1_3", "-ign_eof", "-alpn", alpn, "-connect"));
    command.add("localhost:" + cdn.securePort());
    command.addAll(List.of(more));
    Process client = new ProcessBuilder(command).redirectErrorStream(true).start();
    CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(client::destroyForcibly);
    try (OutputStream out = client.getOutputStream()) {
      // The server ends the connection: over HTTP/2 because this is no preface.
      out.write("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".getBytes(US_ASCII));
    }
    return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
  }

  /** Early data can be replayed (RFC 8446 §8): sessions are resumed without (cdn.md §11, 12). */
  @Test
  void sessionsAreResumedWithoutEarlyData() throws Exception {
    Path request = Files.writeString(directory.resolve("request"), "GET / HTTP/1.1\r\n");
    for (String alpn : List.of("http/1.1", "h2")) {
      Path session = directory.resolve("session");
      String first = openssl(alpn, "-sess_out", session.toString());
      assertThat(first).contains("Max Early Data: 0").contains("ALPN protocol: " + alpn);
      String second =
          openssl(alpn, "-sess_in", session.toString(), "-early_data", request.toString());
      assertThat(second).contains("Reused, TLSv1.3").contains("Early data was not sent");
    }
  }
}
