package app.seventv.core.http;

import app.seventv.core.tls.TlsFiles;
import app.seventv.core.transport.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A server with one plain and one TLS listener, whose drops can be read. */
final class Http2TestServer implements AutoCloseable {
  private final HttpServer server;
  private final Queue<String> drops = new ConcurrentLinkedQueue<>();

  Http2TestServer(EventLoops loops, TlsFiles tls, HttpLimits limits, Handler handler)
      throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, handler)
            .limits(limits)
            .observer(
                new HttpObserver() {
                  @Override
                  public void dropped(Protocol protocol, String reason) {
                    drops.add(reason);
                  }
                })
            .listen(HttpListener.plain(any))
            .listen(HttpListener.tlsAndQuic(any, tls))
            .start();
  }

  HttpServer server() {
    return server;
  }

  /** Reasons of dropped connections and requests, oldest first. */
  Queue<String> drops() {
    return drops;
  }

  RawHttp2Client open(boolean tls) throws IOException {
    return RawHttp2Client.open(server.addresses().get(tls ? 1 : 0), tls);
  }

  RawHttp2Client connect(boolean tls, int... settings) throws IOException {
    return RawHttp2Client.connect(server.addresses().get(tls ? 1 : 0), tls, settings);
  }

  @Override
  public void close() {
    server.close();
  }
}
