package app.seventv.core.http;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A server on one transport with a plain and a secure listener, and clients of every {@link Wire}
 * that report their answers in one shape.
 */
public final class HttpFixture implements AutoCloseable {
  private static final long TIMEOUT_S = 20;
  private static final byte[] NOTHING = {};

  private final EventLoops loops;
  private final HttpServer server;
  private final HttpClient client;
  private final ExecutorService threads;
  private final InetSocketAddress plain;
  private final InetSocketAddress secure;
  private @Nullable Http3Client http3;

  private HttpFixture(
      EventLoops loops, HttpServer server, HttpClient client, ExecutorService threads) {
    this.loops = loops;
    this.server = server;
    this.client = client;
    this.threads = threads;
    this.plain = server.addresses().get(0);
    this.secure = server.addresses().get(1);
  }

  /**
   * Starts a server.
   *
   * @param directory where the certificate is kept
   * @param handler made from virtual threads that end with the fixture
   */
  public static HttpFixture start(
      TransportOptions.Choice transport, Path directory, Function<ExecutorService, Handler> handler)
      throws Exception {
    return start(transport, directory, handler, builder -> builder);
  }

  /**
   * Starts a server.
   *
   * @param directory where the certificate is kept
   * @param handler made from virtual threads that end with the fixture
   * @param settings limits, observers and the like
   */
  public static HttpFixture start(
      TransportOptions.Choice transport,
      Path directory,
      Function<ExecutorService, Handler> handler,
      UnaryOperator<HttpServer.Builder> settings)
      throws Exception {
    return start(new TransportOptions(transport, 2, true), directory, handler, settings);
  }

  /** Starts a server on loops of one's own choice; for the rest see above. */
  public static HttpFixture start(
      TransportOptions transport,
      Path directory,
      Function<ExecutorService, Handler> handler,
      UnaryOperator<HttpServer.Builder> settings)
      throws Exception {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    EventLoops loops = EventLoops.start(transport);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server =
        settings
            .apply(HttpServer.builder(loops, handler.apply(threads)))
            .listen(HttpListener.plain(any))
            .listen(HttpListener.tlsAndQuic(any, TestCertificate.in(directory)))
            .start();
    HttpClient client =
        HttpClient.newBuilder().sslContext(TestCertificate.trustingClient()).build();
    return new HttpFixture(loops, server, client, threads);
  }

  /** Answer of any version: header names in lower case, the last value of a name wins. */
  public static final class Reply {
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    Reply(int status, Map<String, String> headers, byte[] body) {
      this.status = status;
      this.headers = headers;
      this.body = body;
    }

    /** HTTP status code. */
    public int status() {
      return status;
    }

    /** Header fields. */
    public Map<String, String> headers() {
      return headers;
    }

    /** Value of a header field, or the empty text. */
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }

    /** Whole body. */
    public byte[] body() {
      return body.clone();
    }

    /** Body as UTF-8. */
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** Length of the body in bytes. */
    public int length() {
      return body.length;
    }
  }

  /** {@code GET}. */
  public Reply get(Wire wire, String target, String... headers) throws IOException {
    return call(wire, "GET", target, NOTHING, headers);
  }

  /**
   * Sends a request and waits for the whole answer.
   *
   * @param headers names and values by turns
   */
  public Reply call(Wire wire, String method, String target, byte[] body, String... headers)
      throws IOException {
    try {
      return switch (wire) {
        case H2_PLAIN -> Http2Request.call(plain, false, method, target, body, headers);
        case H3 -> http3(method, target, body, headers);
        case H1_PLAIN, H1_TLS, H2_TLS -> jdk(wire, method, target, body, headers);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(method + ' ' + target + " over " + wire, e);
    }
  }

  /** {@code GET} of a target that is sent as it is, right or wrong. */
  public Reply getVerbatim(Wire wire, String target) throws IOException {
    return switch (wire.protocol()) {
      case HTTP_1 ->
          parse(
              raw(
                  wire,
                  "GET " + target + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"));
      case HTTP_2 -> Http2Request.call(address(wire), wire.secure(), "GET", target, NOTHING);
      case HTTP_3 -> get(wire, target);
    };
  }

  /** A response over HTTP/1.1 whose body is not chunked. */
  static Reply parse(String response) {
    int end = response.indexOf("\r\n\r\n");
    String[] lines = response.substring(0, end).split("\r\n", -1);
    Map<String, String> fields = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
      fields.put(name, lines[i].substring(colon + 1).strip());
    }
    byte[] body = response.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1);
    return new Reply(Integer.parseInt(lines[0].split(" ", -1)[1]), fields, body);
  }

  /** {@code GET} on a new connection, whose response is read bit by bit. */
  public Download open(Wire wire, String target, String... headers) throws Exception {
    InetSocketAddress to = address(wire);
    return switch (wire.protocol()) {
      case HTTP_1 -> new Http1Download(to, wire.secure(), target, headers);
      case HTTP_2 -> Http2Request.open(to, wire.secure(), target, headers);
      case HTTP_3 -> new Http3Download(loops, to, target, headers);
    };
  }

  /**
   * Asks for a websocket's tunnel on a new connection.
   *
   * @param hasty bytes to send right behind the request's head
   */
  public Tunnel tunnel(Wire wire, String target, byte[] hasty, String... headers) throws Exception {
    InetSocketAddress to = address(wire);
    return switch (wire.protocol()) {
      case HTTP_1 -> new Http1Tunnel(to, wire.secure(), target, hasty, headers);
      case HTTP_2 -> Http2Request.tunnel(to, wire.secure(), target, hasty, headers);
      case HTTP_3 -> new Http3Tunnel(loops, to, target, hasty, headers);
    };
  }

  /** Opens a websocket. */
  public Tunnel webSocket(Wire wire, String target) throws Exception {
    Tunnel tunnel = tunnel(wire, target, NOTHING, "sec-websocket-version", "13");
    int wanted = wire.protocol() == Protocol.HTTP_1 ? 101 : 200;
    if (tunnel.status() != wanted) {
      throw new IOException("no websocket: " + tunnel.status());
    }
    return tunnel;
  }

  /** Requests share a connection while it is good. */
  private synchronized Http3Client http3Client() throws IOException {
    Http3Client open = http3;
    if (open == null || open.isLeaving()) {
      if (open != null) {
        open.close();
      }
      open = Http3Client.connect(loops, secure);
      http3 = open;
    }
    return open;
  }

  private Reply http3(String method, String target, byte[] body, String[] headers)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      fields.merge(headers[i], headers[i + 1], (a, b) -> a + ", " + b);
    }
    Http3Client.Answer a =
        http3Client().send(method, target, fields, body).get(TIMEOUT_S, TimeUnit.SECONDS);
    return new Reply(a.status(), a.headers(), a.body());
  }

  private Reply jdk(Wire wire, String method, String target, byte[] body, String[] headers)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> r =
        client.send(
            request(wire, method, target, body, headers), HttpResponse.BodyHandlers.ofByteArray());
    if (r.version() != version(wire)) {
      throw new IOException("asked over " + wire + ", answered over " + r.version());
    }
    Map<String, String> fields = new HashMap<>();
    r.headers().map().forEach((k, v) -> fields.put(k, v.getLast()));
    return new Reply(r.statusCode(), fields, r.body());
  }

  private static HttpClient.Version version(Wire wire) {
    return wire == Wire.H2_TLS ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
  }

  private HttpRequest request(
      Wire wire, String method, String target, byte[] body, String[] headers) {
    InetSocketAddress to = address(wire);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    wire.scheme() + "://" + to.getHostString() + ':' + to.getPort() + target))
            .version(version(wire))
            .method(
                method,
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body))
            .timeout(Duration.ofSeconds(TIMEOUT_S));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  /** What is answered to these bytes until the server closes. */
  public String raw(Wire wire, String bytes) throws IOException {
    try (Socket socket = connect(wire)) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  /** A connection, above TLS if the wire has it; reads give up after some seconds. */
  public Socket connect(Wire wire) throws IOException {
    return TestSockets.connect(address(wire), wire.secure());
  }

  /** Where the wire ends. */
  public InetSocketAddress address(Wire wire) {
    return wire.secure() ? secure : plain;
  }

  /** The server. */
  public HttpServer server() {
    return server;
  }

  /** Loops of the server, for further clients. */
  public EventLoops loops() {
    return loops;
  }

  @Override
  public void close() {
    if (http3 != null) {
      http3.close();
    }
    server.close();
    loops.close();
    client.close();
    threads.close();
  }
}
