package app.seventv.core.attacks;

import app.seventv.core.content.RequestDecoding;
import app.seventv.core.http.Blocking;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpLimits;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Response;
import app.seventv.core.http.ResponseStream;
import app.seventv.core.http.Router;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What is attacked. Time limits are shorter than in production, so that a test sees them at work;
 * everything else is as in production.
 */
public final class AttackServer {
  static final int MAX_BODY_BYTES = 1 << 20;
  static final int BIG_BYTES = 8 << 20;

  private static final byte[] CHUNK = new byte[16 << 10];

  private final Map<String, LongAdder> drops = new ConcurrentHashMap<>();
  private final EventLoops loops;
  private final HttpServer server;

  private AttackServer(TransportOptions.Choice transport, Path directory) throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Router router =
        Router.builder()
            .get("/", exchange -> exchange.respond(Response.text(200, "still here")))
            .get("/big", AttackServer::big)
            .webSocket(
                "/ws",
                exchange ->
                    exchange.upgrade(
                        WebSocketOptions.builder().compression(true).build(), new Echo()))
            .get(
                "/stats",
                Blocking.handler(threads, 0, (request, body) -> Response.text(200, stats())))
            .post(
                "/upload",
                RequestDecoding.wrap(
                    MAX_BODY_BYTES,
                    threads,
                    Blocking.handler(threads, MAX_BODY_BYTES, (request, body) -> Response.of(204))))
            .build();
    server =
        HttpServer.builder(loops, router)
            .limits(
                HttpLimits.builder()
                    .handshakeTimeoutMs(2_000)
                    .headerTimeoutMs(2_000)
                    .bodyTimeoutMs(2_000)
                    .idleTimeoutMs(4_000)
                    .build())
            .observer(
                new HttpObserver() {
                  @Override
                  public void dropped(Protocol protocol, String reason) {
                    drops.computeIfAbsent(reason, r -> new LongAdder()).increment();
                  }
                })
            .listen(HttpListener.plain(any))
            .listen(HttpListener.tlsAndQuic(any, TestCertificate.in(directory)))
            .start();
  }

  /** Starts; prints both ports; ends with its standard input. */
  public static void main(String[] args) throws Exception {
    AttackServer attacked =
        new AttackServer(TransportOptions.Choice.valueOf(args[0]), Path.of(args[1]));
    System.out.println(
        "ports "
            + attacked.server.addresses().get(0).getPort()
            + " "
            + attacked.server.addresses().get(1).getPort());
    System.out.flush();
    System.in.transferTo(OutputStream.nullOutputStream());
    Runtime.getRuntime().halt(0);
  }

  private static void big(Exchange exchange) {
    ResponseStream out = exchange.start(200, Response.newHeaders());
    int[] left = {BIG_BYTES / CHUNK.length};
    Runnable pump =
        () -> {
          while (left[0] > 0 && out.isWritable()) {
            left[0]--;
            out.writeAndFlush(Unpooled.wrappedBuffer(CHUNK));
          }
          if (left[0] == 0) {
            left[0] = -1;
            out.end();
          }
        };
    out.onWritable(pump);
    pump.run();
  }

  /** One figure a line, after a collection. */
  private String stats() {
    System.gc();
    Map<String, Long> figures = new TreeMap<>();
    figures.put("heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    long direct = 0;
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      direct += pool.getMemoryUsed();
    }
    figures.put(
        "direct", Math.max(direct, io.netty.util.internal.PlatformDependent.usedDirectMemory()));
    figures.put("threads", (long) ManagementFactory.getThreadMXBean().getThreadCount());
    figures.put("open", (long) server.acceptedConnections());
    figures.put("accept-failures", EventLoops.acceptFailures());
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    if (system instanceof com.sun.management.OperatingSystemMXBean unix) {
      figures.put("cpu-ms", TimeUnit.NANOSECONDS.toMillis(unix.getProcessCpuTime()));
    }
    drops.forEach((reason, count) -> figures.put("dropped-" + reason, count.sum()));
    StringBuilder text = new StringBuilder();
    figures.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return text.toString();
  }

  private static final class Echo implements WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, String subprotocol) {}

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {
      socket.writeText(utf8.retainedSlice());
      socket.flush();
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {}
  }
}
