package app.seventv.core.sockets;

import app.seventv.core.http.HttpListener;
import app.seventv.core.http.TestCertificate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The same with TLS, in the version that most clients speak. */
class TlsSocketTableTest extends SocketTableCases {
  private static final SSLContext CLIENT = trustingClient();

  private static SSLContext trustingClient() {
    try {
      return TestCertificate.trustingClient();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  String version() {
    return "TLSv1.3";
  }

  @Override
  HttpListener listener(InetSocketAddress address) throws Exception {
    Path folder = Files.createTempDirectory("tls");
    try {
      return HttpListener.tls(address, TestCertificate.in(folder));
    } finally {
      folder.toFile().deleteOnExit();
    }
  }

  @Override
  Socket client(Socket connected) throws IOException {
    SSLSocket socket =
        (SSLSocket) CLIENT.getSocketFactory().createSocket(connected, "localhost", 0, true);
    socket.setEnabledProtocols(new String[] {version()});
    socket.startHandshake();
    return socket;
  }
}
