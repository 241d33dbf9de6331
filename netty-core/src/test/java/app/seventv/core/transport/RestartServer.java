package app.seventv.core.transport;

import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.tls.TlsFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A server process for {@link RestartTest}. Arguments: transport, plain port, secure port, folder
 * with certificate and key, path of the handover socket. It drains and ends once a successor has
 * taken over, or at end of input.
 */
final class RestartServer {
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);

  private RestartServer() {}

  public static void main(String[] args) throws Exception {
    TransportOptions.Choice choice = TransportOptions.Choice.valueOf(args[0]);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    InetSocketAddress plain = new InetSocketAddress(loopback, Integer.parseInt(args[1]));
    InetSocketAddress secure = new InetSocketAddress(loopback, Integer.parseInt(args[2]));
    TlsFiles tls =
        new TlsFiles(Path.of(args[3]).resolve("cert.pem"), Path.of(args[3]).resolve("key.pem"));
    String pid = Long.toString(ProcessHandle.current().pid());
    CountDownLatch end = new CountDownLatch(1);
    Map<String, String> environment = System.getenv();
    InheritedSockets activated =
        InheritedSockets.fromSystemd(environment, ProcessHandle.current().pid());
    Handover handover =
        args.length > 4 ? Handover.at(Path.of(args[4]), activated) : Handover.of(activated);
    EventLoops loops = EventLoops.start(new TransportOptions(choice, 2, true), handover);
    HttpServer server =
        HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, pid)))
            .listen(HttpListener.plain(plain))
            .listen(HttpListener.tlsAndQuic(secure, tls))
            .start();
    handover.complete(loops, end::countDown);
    System.out.println(
        "ready " + server.addresses().get(0).getPort() + " " + server.addresses().get(1).getPort());
    System.out.flush();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            while (System.in.read() >= 0) {
              // only the end matters
            }
          } catch (java.io.IOException e) {
            // the end, too
          }
          end.countDown();
        });
    end.await();
    server.drain(DRAIN_LIMIT);
    server.close();
    loops.close();
    handover.close();
    System.out.println("drained");
  }
}
