package app.seventv.core.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** h2spec in strict mode, without exclusions, over cleartext and TLS. */
@Tag("conformance")
@Covers(
    value = {Wire.H2_PLAIN, Wire.H2_TLS},
    because = "cases of HTTP/2")
class H2SpecTest {
  @TempDir static Path directory = Path.of(".");

  private static void answer(Exchange exchange, String body) {
    exchange.readBody(
        1 << 20,
        data -> {
          data.release();
          exchange.respond(Response.text(200, body));
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportOptions.Choice.class,
      names = {"IO_URING", "EPOLL", "NIO"})
  void everyCasePasses(TransportOptions.Choice transport) throws Exception {
    H2Spec suite = H2Spec.unpack(directory);
    // One case (6.9.2 #2) is skipped when the answer has no body to speak of.
    String body = "x".repeat(200);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (EventLoops loops = EventLoops.start(new TransportOptions(transport, 1, true));
        HttpServer server =
            HttpServer.builder(loops, e -> answer(e, body))
                .listen(HttpListener.plain(any))
                .listen(HttpListener.tlsAndQuic(any, TestCertificate.in(directory)))
                .start()) {
      H2Spec.Result plain = suite.run(server.addresses().get(0).getPort(), false);
      H2Spec.Result tls = suite.run(server.addresses().get(1).getPort(), true);
      System.out.println("figure: h2spec-failed " + (plain.failed().size() + tls.failed().size()));
      assertThat(plain.failed()).isEmpty();
      assertThat(plain.skipped()).isEmpty();
      assertThat(tls.failed()).isEmpty();
      assertThat(tls.skipped()).isEmpty();
      assertThat(plain.cases() + tls.cases()).isGreaterThanOrEqualTo(2 * 145);
    }
  }
}
