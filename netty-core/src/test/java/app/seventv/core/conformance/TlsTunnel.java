package app.seventv.core.conformance;

import app.seventv.core.http.TestCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;

/** Carries plain connections over TLS, for clients that have none. */
final class TlsTunnel implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final ServerSocket listener;
  private final SSLSocketFactory tls;
  private final String host;
  private final int port;
  private final AtomicInteger connections = new AtomicInteger();

  private TlsTunnel(ServerSocket listener, SSLSocketFactory tls, String host, int port) {
    this.listener = listener;
    this.tls = tls;
    this.host = host;
    this.port = port;
  }

  /**
   * Starts to listen.
   *
   * @param target host and port of the listener with TLS
   */
  static TlsTunnel start(String target) throws Exception {
    int colon = target.lastIndexOf(':');
    TlsTunnel tunnel =
        new TlsTunnel(
            new ServerSocket(0, 0, InetAddress.getLoopbackAddress()),
            TestCertificate.trustingClient().getSocketFactory(),
            target.substring(0, colon),
            Integer.parseInt(target.substring(colon + 1)));
    Thread.startVirtualThread(tunnel::accept);
    return tunnel;
  }

  /** Host and port to connect to. */
  String address() {
    return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
  }

  /** Connections that were carried so far. */
  int connections() {
    return connections.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket plain = listener.accept();
        Thread.startVirtualThread(() -> carry(plain));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void carry(Socket plain) {
    try (plain;
        Socket secure = tls.createSocket(host, port)) {
      connections.incrementAndGet();
      Thread back = Thread.startVirtualThread(() -> copy(secure, plain));
      copy(plain, secure);
      back.join();
    } catch (IOException | InterruptedException e) {
      // one of the two has gone
    }
  }

  /** Copies one direction to its end, and ends it there. */
  private static void copy(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // one of the two has gone
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
