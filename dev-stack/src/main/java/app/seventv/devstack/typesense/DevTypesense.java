package app.seventv.devstack.typesense;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.store.AlreadyClosedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A search server for development and tests that answers the part of Typesense's HTTP interface
 * which the platform and its client use (backing-services.md §5.2), on Lucene, in this process.
 * Writes are visible to the next request at once and durable within a second. It listens on the
 * loopback address only.
 */
public final class DevTypesense implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DevTypesense.class);
  private static final String API_KEY_HEADER = "X-TYPESENSE-API-KEY";

  private final CollectionStore store;
  private final Routes routes;
  private final byte[] apiKey;
  private final HttpServer server;
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService committer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("dev-typesense-commit").daemon().factory());
  private final Semaphore running = new Semaphore(Limits.MAX_CONCURRENT_REQUESTS);

  /** Held here, since Java forgets the level of a logger that nothing refers to. */
  private static final java.util.logging.Logger VECTOR_LOG =
      java.util.logging.Logger.getLogger(
          "org.apache.lucene.internal.vectorization.VectorizationProvider");

  static {
    // Lucene advises a faster vector module, which no query here would use.
    VECTOR_LOG.setLevel(java.util.logging.Level.SEVERE);
    // Without it the JDK's server holds back small replies on kept connections for 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private DevTypesense(int port, @Nullable Path dataFolder, String apiKey) throws IOException {
    this.apiKey = apiKey.getBytes(StandardCharsets.UTF_8);
    this.store = new CollectionStore(dataFolder, Clock.systemUTC());
    this.routes = new Routes(store);
    this.server = bind(port);
    server.setExecutor(handlers);
    server.createContext("/", this::handle);
  }

  private HttpServer bind(int port) throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try {
      return HttpServer.create(new InetSocketAddress(loopback, port), 0);
    } catch (IOException e) {
      store.close();
      throw new IOException("the search server cannot listen on port " + port, e);
    }
  }

  /**
   * Starts a server.
   *
   * @param port the TCP port on 127.0.0.1, 0 for any free one
   * @param dataFolder where data live, created when missing; null keeps them in memory
   * @param apiKey the only key that requests are accepted with
   * @throws IOException when the port is taken or the folder cannot be read
   */
  public static DevTypesense start(int port, @Nullable Path dataFolder, String apiKey)
      throws IOException {
    DevTypesense typesense = new DevTypesense(port, dataFolder, apiKey);
    typesense.server.start();
    typesense.committer.scheduleWithFixedDelay(
        typesense::commit,
        Limits.COMMIT_INTERVAL_MS,
        Limits.COMMIT_INTERVAL_MS,
        TimeUnit.MILLISECONDS);
    return typesense;
  }

  /** The port that is listened on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** The address for clients. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  private void commit() {
    try {
      store.commit();
    } catch (IOException | RuntimeException e) {
      log.error("search data could not be written; the next attempt follows", e);
    }
  }

  private void handle(HttpExchange exchange) {
    running.acquireUninterruptibly();
    try (exchange) {
      Reply reply = reply(exchange);
      exchange.getResponseHeaders().set("Content-Type", reply.contentType());
      exchange.sendResponseHeaders(reply.status(), reply.lengthBytes());
      try (OutputStream out = exchange.getResponseBody()) {
        reply.body().writeTo(out);
      }
    } catch (IOException | RuntimeException e) {
      log.debug("a reply could not be sent", e);
    } finally {
      running.release();
    }
  }

  private Reply reply(HttpExchange exchange) throws IOException {
    try {
      URI uri = exchange.getRequestURI();
      String path = uri.getRawPath();
      // Read in any case, so that the connection stays usable after a refusal.
      String body = readBody(exchange);
      if (!path.equals("/health") && !isAuthorized(exchange)) {
        throw new ApiException(
            401, "Forbidden - a valid `x-typesense-api-key` header must be sent.");
      }
      return routes.route(
          ApiRequest.parse(exchange.getRequestMethod(), path, uri.getRawQuery(), body));
    } catch (ApiException e) {
      return Reply.error(e);
    } catch (AlreadyClosedException e) {
      return Reply.error(ApiException.notFound("Collection not found: it was just dropped."));
    } catch (RuntimeException e) {
      log.error("{} failed", exchange.getRequestMethod(), e);
      return Reply.error(new ApiException(500, "Internal error: " + e.getMessage()));
    }
  }

  private static String readBody(HttpExchange exchange) throws IOException {
    try (InputStream in = exchange.getRequestBody()) {
      byte[] body = in.readNBytes(Limits.MAX_BODY_BYTES);
      if (in.read() >= 0) {
        throw new ApiException(
            413, "The body is larger than %d bytes.".formatted(Limits.MAX_BODY_BYTES));
      }
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private boolean isAuthorized(HttpExchange exchange) {
    String sent = exchange.getRequestHeaders().getFirst(API_KEY_HEADER);
    return sent != null && MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8), apiKey);
  }

  /** Stops at once, then makes everything written durable. */
  @Override
  public void close() throws IOException {
    server.stop(0);
    handlers.close();
    committer.close();
    store.close();
  }
}
