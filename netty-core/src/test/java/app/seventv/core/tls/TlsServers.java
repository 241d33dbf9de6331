package app.seventv.core.tls;

import app.seventv.core.http.HttpLimits;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.transport.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The servers of a test of TLS, and their certificates. */
final class TlsServers implements AutoCloseable {
  private static final Duration NEVER = Duration.ofHours(1);

  private final EventLoops loops;
  private final Path directory;
  private final List<HttpServer> servers = new ArrayList<>();

  /**
   * @param directory takes the certificates
   */
  TlsServers(EventLoops loops, Path directory) {
    this.loops = loops;
    this.directory = directory;
  }

  /** What a server with a certificate of its own needs; it looks for a new one when told to. */
  TlsOptions options(long serial, String... hosts) throws Exception {
    TlsFiles files = TestPki.write(directory, "server-" + serial, TestPki.server(serial, hosts));
    return TlsOptions.of(files).withCheckInterval(NEVER);
  }

  InetSocketAddress serve(TlsOptions options) throws IOException {
    return serve(options, HttpLimits.DEFAULT).addresses().getFirst();
  }

  HttpServer serve(TlsOptions options, HttpLimits limits) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return serve(HttpListener.tlsAndQuic(any, options), limits);
  }

  /**
   * Another server; the JDK keeps sessions by port, so this one has the same on another address.
   */
  InetSocketAddress serveBeside(InetSocketAddress other, TlsOptions options) throws IOException {
    byte[] ip = other.getAddress().getAddress();
    ip[3] += (byte) servers.size();
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getByAddress(ip), other.getPort());
    serve(HttpListener.tls(address, options), HttpLimits.DEFAULT);
    return address;
  }

  private HttpServer serve(HttpListener listener, HttpLimits limits) throws IOException {
    HttpServer server =
        HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "ok")))
            .limits(limits)
            .listen(listener)
            .start();
    servers.add(server);
    return server;
  }

  @Override
  public void close() {
    servers.forEach(HttpServer::close);
  }
}
