package app.seventv.devstack.login;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** The HTTP of the login provider: one method per path, forms in, small answers out. */
final class LoginServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoginServer.class);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int ACCEPT_BACKLOG = 64;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * @param port TCP port on 127.0.0.1, 0 = any free one
   * @throws IOException when the port is taken
   */
  LoginServer(int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    server = HttpServer.create(address, ACCEPT_BACKLOG);
    server.setExecutor(threads);
  }

  void start() {
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  URI at(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  /** Answers a request. */
  @FunctionalInterface
  interface Action {
    Answer answer(HttpExchange exchange) throws IOException;
  }

  /**
   * An answer.
   *
   * @param location where to go on, empty for nowhere
   */
  record Answer(int status, String contentType, String body, String location) {
    static Answer json(int status, Object value) {
      return new Answer(status, "application/json", JSON.writeValueAsString(value), "");
    }

    static Answer html(String page) {
      return new Answer(200, "text/html; charset=utf-8", page, "");
    }

    static Answer redirect(String location) {
      return new Answer(302, "text/plain", "", location);
    }

    /** Twitch's shape of an error. */
    static Answer error(int status, String message) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("status", status);
      body.put("message", message);
      return json(status, body);
    }
  }

  /** Answers one method of a path, or of all paths below it if it ends in a slash. */
  void route(String path, String method, Action action) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            boolean known = exchange.getRequestURI().getPath().equals(path) || path.endsWith("/");
            boolean allowed = exchange.getRequestMethod().equals(method);
            Answer answer =
                !known
                    ? Answer.error(404, "not found")
                    : allowed ? action.answer(exchange) : Answer.error(405, "use " + method);
            send(exchange, answer);
          } catch (IOException | RuntimeException e) {
            LOG.warn("{} {} failed: {}", method, path, e.toString());
          }
        });
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (!answer.location().isEmpty()) {
      exchange.getResponseHeaders().set("Location", answer.location());
    }
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  /** The parameters of a request's address. */
  static Map<String, String> query(HttpExchange exchange) {
    return parseForm(exchange.getRequestURI().getRawQuery());
  }

  /** The fields of a form; of two with one name the first counts. */
  static Map<String, String> parseForm(@Nullable String raw) {
    Map<String, String> values = new HashMap<>();
    if (raw == null || raw.isEmpty()) {
      return values;
    }
    for (String pair : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      values.putIfAbsent(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
    }
    return values;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
