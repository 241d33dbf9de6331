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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    server = server().start();
  }

  private HttpServer.Builder server() throws Exception {
    return HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "hello")))
        .listen(
            HttpListener.tlsAndQuic(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TestCertificate.in(directory)));
  }

  @AfterEach
  void stop() {
    server.close();
    loops.close();
  }

  /** What the answers over HTTP/1.1 and HTTP/2 tell. */
  private static List<Optional<String>> announcements(InetSocketAddress address) throws Exception {
    List<Optional<String>> told = new ArrayList<>();
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(TestCertificate.trustingClient()).build()) {
      for (HttpClient.Version version :
          List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + address.getPort() + "/"))
                    .version(version)
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        told.add(answer.headers().firstValue("alt-svc"));
      }
    }
    return told;
  }

  @Test
  void aHandlerMayAnnounceItself() throws Exception {
    try (HttpServer silent = server().withoutAnnouncements().start()) {
      assertThat(announcements(silent.addresses().getFirst()))
          .containsExactly(Optional.empty(), Optional.empty());
    }
  }

  @Test
  void responsesOverTlsNameTheUdpPort() throws Exception {
    InetSocketAddress address = server.addresses().getFirst();
    Optional<String> told = Optional.of("h3=\":" + address.getPort() + "\"; ma=86400");
    assertThat(announcements(address)).containsExactly(told, told);
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      assertThat(probe.open().request("GET", "/").end().await().head())
          .doesNotContainKey("alt-svc");
    }
  }
}
