package app.seventv.benchmarks;

import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.tls.TlsFiles;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Our HTTP layer with nothing behind it, as a process of its own: one loop, two routes. */
final class BenchHttpServer {
  private BenchHttpServer() {}

  /**
   * Serves until its standard input ends, so not longer than whoever started it.
   *
   * @param args folder with the certificate and the bodies, port, port with TLS and QUIC, transport
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    byte[] small = Files.readAllBytes(folder.resolve("small"));
    byte[] big = Files.readAllBytes(folder.resolve("big"));
    // A cache hit: the body is shared by all responses and lives outside the heap.
    ByteBuf cached =
        Unpooled.unreleasableBuffer(Unpooled.directBuffer(big.length).writeBytes(big).asReadOnly());
    Router routes =
        Router.builder()
            .get("/small", e -> e.respond(Response.of(200, "text/plain", small)))
            .get("/big", e -> e.respond(Response.of(200, "image/webp", cached.duplicate())))
            .build();
    EventLoops loops =
        EventLoops.start(new TransportOptions(TransportOptions.Choice.valueOf(args[3]), 1, true));
    TlsFiles tls = new TlsFiles(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    HttpServer server =
        HttpServer.builder(loops, routes)
            .listen(HttpListener.plain(new InetSocketAddress(loopback, Integer.parseInt(args[1]))))
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(loopback, Integer.parseInt(args[2])), tls))
            .start();
    System.out.println(loops.describe() + " " + server.addresses());
    System.in.transferTo(OutputStream.nullOutputStream());
  }
}
