package app.seventv.core.conformance;

import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Router;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Sends back what it gets: text as text, binary as binary; slow readers are read slowly. */
final class EchoServer implements AutoCloseable {
  private final EventLoops loops;
  private final HttpServer server;

  private EchoServer(EventLoops loops, HttpServer server) {
    this.loops = loops;
    this.server = server;
  }

  static EchoServer start(TransportOptions.Choice transport, WebSocketOptions options)
      throws IOException {
    EventLoops loops = EventLoops.start(new TransportOptions(transport, 1, true));
    Router routes = Router.builder().get("/", e -> e.upgrade(options, new Echo())).build();
    HttpServer server =
        HttpServer.builder(loops, routes)
            .listen(HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .start();
    return new EchoServer(loops, server);
  }

  String url() {
    return "ws://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + server.port() + "/";
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
