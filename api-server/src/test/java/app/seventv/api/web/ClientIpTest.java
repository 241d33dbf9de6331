package app.seventv.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.http.Connection;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientIpTest {
  private final ClientIp clientIp =
      new ClientIp(List.of("x-forwarded-for"), List.of(CidrBlock.parse("10.0.0.0/8")), List.of());

  @Test
  void allLinesOfTheHeaderAreOneList() throws Exception {
    InetAddress peer = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
    HttpHeaders headers =
        new DefaultHttpHeaders()
            .add("x-forwarded-for", "1.1.1.1")
            .add("x-forwarded-for", "203.0.113.7, 10.0.0.2");
    Request request =
        new Request(
            "GET",
            "/",
            headers,
            new Connection(Protocol.HTTP_2, new InetSocketAddress(peer, 1), 80, false));
    assertThat(clientIp.resolve(request, peer).getHostAddress()).isEqualTo("203.0.113.7");
  }
}
