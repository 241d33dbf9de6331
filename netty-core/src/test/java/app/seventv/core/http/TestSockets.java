package app.seventv.core.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;

/** Blocking sockets of tests. */
public final class TestSockets {
  private static final int TIMEOUT_MS = 20_000;

  private TestSockets() {}

  /** Connects, with TLS that trusts anybody if asked for; reads give up after some seconds. */
  public static Socket connect(InetSocketAddress server, boolean tls) throws IOException {
    return over(new Socket(server.getAddress(), server.getPort()), tls);
  }

  /** TLS above a connection, if asked for; reads give up after some seconds. */
  static Socket over(Socket tcp, boolean tls) throws IOException {
    tcp.setSoTimeout(TIMEOUT_MS);
    if (!tls) {
      return tcp;
    }
    try {
      return TestCertificate.trustingClient()
          .getSocketFactory()
          .createSocket(tcp, "localhost", tcp.getPort(), true);
    } catch (GeneralSecurityException e) {
      tcp.close();
      throw new IOException("no TLS", e);
    }
  }
}
