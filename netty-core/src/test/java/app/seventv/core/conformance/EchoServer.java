package app.seventv.core.conformance;

import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Router;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Sends back what it gets: text as text, binary as binary; slow readers are read slowly. */
final class EchoServer implements AutoCloseable {
  private final EventLoops loops;
  private final HttpServer server;

  private EchoServer(EventLoops loops, HttpServer server) {
    this.loops = loops;
    this.server = server;
  }

  /**
   * Starts a plain listener and one with TLS.
   *
   * @param directory where the certificate is kept
   * @param routes adds the routes
   */
  static EchoServer start(
      TransportOptions.Choice transport, Path directory, Consumer<Router.Builder> routes)
      throws Exception {
    EventLoops loops = EventLoops.start(new TransportOptions(transport, 1, true));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Router.Builder router = Router.builder();
    routes.accept(router);
    HttpServer server =
        HttpServer.builder(loops, router.build())
            .listen(HttpListener.plain(any))
            .listen(HttpListener.tlsAndQuic(any, TestCertificate.in(directory)))
            .start();
    return new EchoServer(loops, server);
  }

  /** Adds an echo with these options. */
  static void route(Router.Builder routes, String path, WebSocketOptions options) {
    routes.webSocket(path, exchange -> exchange.upgrade(options, new Echo()));
  }

  /** Host and port of the plain listener. */
  String plain() {
    return authority(0);
  }

  /** Host and port of the listener with TLS. */
  String secure() {
    return authority(1);
  }

  private String authority(int listener) {
    InetSocketAddress address = server.addresses().get(listener);
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  @Override
  public void close() {
    server.close();
    loops.close();
  }

  /** The listener of every session. */
  static final class Echo implements WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, String subprotocol) {}

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {
      socket.writeText(utf8.retainedSlice());
      socket.flush();
      onWritabilityChanged(socket);
    }

    @Override
    public void onBinary(WebSocket socket, ByteBuf data) {
      socket.writeBinary(data.retainedSlice());
      socket.flush();
      onWritabilityChanged(socket);
    }

    @Override
    public void onWritabilityChanged(WebSocket socket) {
      if (socket.isWritable()) {
        socket.resumeReading();
      } else {
        socket.pauseReading();
      }
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {}
  }
}
