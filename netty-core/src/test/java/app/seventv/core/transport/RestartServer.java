package app.seventv.core.transport;

import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;
import app.seventv.core.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A whole service in a process of its own for {@link RestartTest}: it answers with its process id,
 * and gives up at end of input.
 */
final class RestartServer implements RunningService {
  private static final Key<Integer> PLAIN = Key.integer("plain", 0, 0, 65_535, "HTTP port.");
  private static final Key<Integer> SECURE = Key.integer("secure", 0, 0, 65_535, "HTTPS port.");
  private static final Key<String> CERTIFICATES = Key.string("certificates", ".", "A folder.");
  private static final Key<String> MODE = Key.string("mode", "good", "good, broken or deaf.");

  private final HttpServer server;

  private RestartServer(HttpServer server) {
    this.server = server;
  }

  public static void main(String[] args) {
    ConfigSchema schema = ConfigSchema.of(PLAIN, SECURE, CERTIFICATES, MODE);
    ServiceMain.run(
        args, new ServiceDefinition("restart-server", "1", schema, RestartServer::start));
  }

  private static RunningService start(ServiceContext context) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    Path folder = Path.of(context.config().get(CERTIFICATES));
    TlsFiles tls = new TlsFiles(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    String pid = Long.toString(ProcessHandle.current().pid());
    HttpServer server =
        HttpServer.builder(context.loops(), exchange -> exchange.respond(Response.text(200, pid)))
            .listen(
                HttpListener.plain(new InetSocketAddress(loopback, context.config().get(PLAIN))))
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(loopback, context.config().get(SECURE)), tls))
            .start();
    if (context.config().get(MODE).equals("broken")) {
      Runtime.getRuntime().halt(1); // with the sockets of its predecessor in hand
    }
    System.out.println(
        "ports " + server.addresses().get(0).getPort() + " " + server.addresses().get(1).getPort());
    Thread.ofPlatform().daemon().start(() -> awaitEndOfInput(context));
    if (context.config().get(MODE).equals("deaf")) {
      goOnWhenInterrupted();
    }
    return new RestartServer(server);
  }

  /** As parts do that try again whatever made them fail. */
  private static void goOnWhenInterrupted() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException swallowed) {
      System.out.println("interrupted");
    }
  }

  private static void awaitEndOfInput(ServiceContext context) {
    try {
      System.in.transferTo(java.io.OutputStream.nullOutputStream());
      context.fail(new IOException("the test has ended"));
    } catch (IOException e) {
      context.fail(e);
    }
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    server.drain(limit);
  }

  @Override
  public void close() {
    server.close();
  }
}
