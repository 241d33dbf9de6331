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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * A server on one transport with a plain and a secure listener, and clients of every HTTP version
 * that report their answers in one shape.
 */
public final class HttpFixture implements AutoCloseable {
  /** Versions that {@link #call} speaks. */
  public static final List<Protocol> PROTOCOLS =
      List.of(Protocol.HTTP_1, Protocol.HTTP_2, Protocol.HTTP_3);

  private static final long TIMEOUT_S = 10;
  private static final byte[] NOTHING = {};

  private final EventLoops loops;
  private final HttpServer server;
  private final HttpClient client;
  private final ExecutorService threads;
  private final InetSocketAddress plain;
  private final InetSocketAddress secure;

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
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    EventLoops loops = EventLoops.start(new TransportOptions(transport, 2, true));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server =
        HttpServer.builder(loops, handler.apply(threads))
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

  /** {@code GET} over TLS or QUIC. */
  public Reply get(Protocol protocol, String target, String... headers) throws IOException {
    return call(protocol, "GET", target, NOTHING, headers);
  }

  /**
   * Sends a request over TLS or QUIC and waits for the whole answer.
   *
   * @param headers names and values by turns
   */
  public Reply call(Protocol protocol, String method, String target, byte[] body, String... headers)
      throws IOException {
    try {
      return protocol == Protocol.HTTP_3
          ? http3(method, target, body, headers)
          : tcp(protocol, method, target, body, headers);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(method + ' ' + target + " over " + protocol.label(), e);
    }
  }

  private Reply http3(String method, String target, byte[] body, String[] headers)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      fields.merge(headers[i], headers[i + 1], (a, b) -> a + ", " + b);
    }
    try (Http3Client h3 = Http3Client.connect(loops, secure)) {
      Http3Client.Answer a = h3.send(method, target, fields, body).get(TIMEOUT_S, TimeUnit.SECONDS);
      return new Reply(a.status(), a.headers(), a.body());
    }
  }

  private Reply tcp(Protocol protocol, String method, String target, byte[] body, String[] headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("https://" + secure.getHostString() + ':' + secure.getPort() + target))
            .version(
                protocol == Protocol.HTTP_2
                    ? HttpClient.Version.HTTP_2
                    : HttpClient.Version.HTTP_1_1)
            .method(
                method,
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body))
            .timeout(Duration.ofSeconds(TIMEOUT_S));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    HttpResponse<byte[]> r = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    Map<String, String> fields = new HashMap<>();
    r.headers().map().forEach((k, v) -> fields.put(k, v.getLast()));
    return new Reply(r.statusCode(), fields, r.body());
  }

  /** What the plain listener answers to these bytes until it closes or the answer ends. */
  public String raw(String bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  /** A connection to the plain listener; reads give up after some seconds. */
  public Socket connect() throws IOException {
    Socket socket = new Socket(plain.getAddress(), plain.getPort());
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TIMEOUT_S));
    return socket;
  }

  /** The server. */
  public HttpServer server() {
    return server;
  }

  /** Loops of the server, for further clients. */
  public EventLoops loops() {
    return loops;
  }

  /** Address of the plain listener. */
  public InetSocketAddress plain() {
    return plain;
  }

  /** Address of the secure listener, TCP and UDP. */
  public InetSocketAddress secure() {
    return secure;
  }

  @Override
  public void close() {
    server.close();
    loops.close();
    client.close();
    threads.close();
  }
}
