package app.seventv.core.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.HttpError;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.RequestIds;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Which requests are logged, and what is told of them. */
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL", "NIO"})
@SuppressWarnings("NullAway.Init") // every test starts the server first
class AccessLogTest {
  @Parameter TransportOptions.Choice transport;

  private final LoggerContext context = new LoggerContext();
  private final List<Map<String, String>> lines = new CopyOnWriteArrayList<>();
  private final Metrics metrics = new Metrics();
  private EventLoops loops;
  private final HttpClient client = HttpClient.newHttpClient();
  private AccessLog log;
  private HttpServer server;

  private void start(AccessLogOptions options, int queueLines, Runnable beforeEachLine)
      throws Exception {
    Logger logger = context.getLogger(AccessLog.LOGGER);
    logger.setLevel(Level.INFO);
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            beforeEachLine.run();
            Map<String, String> line = new TreeMap<>();
            event.getKeyValuePairs().forEach(p -> line.put(p.key, String.valueOf(p.value)));
            lines.add(line);
          }
        };
    appender.start();
    logger.addAppender(appender);
    log = new AccessLog(options, logger, queueLines);
    log.register(metrics);
    Router router =
        Router.builder()
            .get("/items/{id}", e -> e.respond(Response.text(200, "item")))
            .get(
                "/fails",
                e -> {
                  throw new HttpError(500, "no");
                })
            .build();
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    server =
        HttpServer.builder(loops, router)
            .observer(log)
            .requestIds(new RequestIds(List.of(), true))
            .listen(HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .start();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    log.close();
    loops.close();
  }

  private HttpResponse<Void> get(String target) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + target);
    return client.send(
        HttpRequest.newBuilder(uri).header("user-agent", "spy").build(),
        HttpResponse.BodyHandlers.discarding());
  }

  private static AccessLogOptions options(double rate) {
    return new AccessLogOptions(true, rate, Duration.ofHours(1), true);
  }

  @Test
  void aLineTellsTheRouteAndNothingPrivate() throws Exception {
    start(options(1), 100, () -> {});
    HttpResponse<Void> item = get("/items/5?token=secret");
    HttpResponse<Void> missing = get("/nowhere?token=secret");
    await().until(() -> lines.size() == 2);
    assertThat(lines.getFirst())
        .containsEntry("method", "GET")
        .containsEntry("route", "/items/{id}")
        .containsEntry("status", "200")
        .containsEntry("protocol", "http/1.1")
        .containsEntry("request_bytes", "0")
        .containsEntry("response_bytes", "4")
        .containsEntry("request_id", item.headers().firstValue("x-request-id").orElseThrow())
        .containsKey("duration_ms");
    assertThat(lines.get(1))
        .containsEntry("path", "/nowhere")
        .containsEntry("request_id", missing.headers().firstValue("x-request-id").orElseThrow());
    assertThat(lines.toString()).doesNotContain("secret", "spy", "127.0.0.1");
  }

  @Test
  void errorsAreLoggedEvenIfNothingElseIs() throws Exception {
    start(options(0), 100, () -> {});
    get("/items/5");
    get("/fails");
    await().until(() -> !lines.isEmpty());
    assertThat(lines).singleElement().extracting(line -> line.get("status")).isEqualTo("500");
  }

  @Test
  void slowRequestsAreLoggedEvenIfNothingElseIs() throws Exception {
    start(new AccessLogOptions(true, 0, Duration.ofNanos(1), false), 100, () -> {});
    get("/items/5");
    await().until(() -> lines.size() == 1);
  }

  @Test
  void aShareOfTheRestIsLogged() throws Exception {
    start(options(0.5), 1_000, () -> {});
    for (int i = 0; i < 200; i++) {
      get("/items/" + i);
    }
    log.close();
    assertThat(lines).hasSizeBetween(60, 140);
  }

  @Test
  void aFullQueueDropsAndCounts() throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    start(
        options(1),
        8,
        () -> {
          try {
            written.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    for (int i = 0; i < 30; i++) {
      assertThat(get("/items/5").statusCode()).isEqualTo(200);
    }
    double dropped = Scrape.value(metrics, "access_log_lines_total{outcome=\"dropped\"}");
    assertThat(dropped).isBetween(20.0, 22.0);
    written.countDown();
    log.close();
    assertThat(lines).hasSize(30 - (int) dropped);
  }
}
