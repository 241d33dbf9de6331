package app.seventv.devstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortCheckTest {
  @Test
  void aBusyPortIsNamedWithItsServiceAndHolder() throws Exception {
    Addresses addresses = new Addresses(PortCheck.freeOffset());
    int port = addresses.port(Port.SEARCH_INDEX_ADMIN);
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      assertThatThrownBy(() -> PortCheck.requireFree(addresses))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining(
              "port "
                  + port
                  + ", needed by mongo-typesense, is taken by pid "
                  + ProcessHandle.current().pid()
                  + " (java)");
    }
    PortCheck.requireFree(addresses);
  }

  @Test
  void aBusyUdpPortCountsWhereHttp3NeedsIt() throws Exception {
    Addresses addresses = new Addresses(PortCheck.freeOffset());
    int port = addresses.port(Port.CDN_HTTPS);
    try (DatagramSocket taken = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      assertThatThrownBy(() -> PortCheck.requireFree(addresses))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("UDP port " + port + ", needed by cdn, is taken");
      assertThat(PortCheck.freeOffset()).isNotEqualTo(addresses.portOffset());
    }
  }
}
