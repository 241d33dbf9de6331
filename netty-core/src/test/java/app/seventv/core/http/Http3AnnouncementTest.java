package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** How clients learn that HTTP/3 is spoken (RFC 7838). */
@EveryTransport
@Covers(
    value = {Wire.H1_TLS, Wire.H2_TLS, Wire.H3},
    because = "each is asked")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3AnnouncementTest {
  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    server =
        HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "hello")))
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
    loops.close();
  }

  @Test
  void responsesOverTlsNameTheUdpPort() throws Exception {
    InetSocketAddress address = server.addresses().getFirst();
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(TestCertificate.trustingClient()).build()) {
      for (HttpClient.Version version : HttpClient.Version.values()) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + address.getPort() + "/"))
                    .version(version)
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.headers().firstValue("alt-svc"))
            .contains("h3=\":" + address.getPort() + "\"; ma=86400");
      }
    }
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      assertThat(probe.open().request("GET", "/").end().await().head())
          .doesNotContainKey("alt-svc");
    }
  }
}
