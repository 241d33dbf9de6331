package app.seventv.core.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.ExchangeSummary;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.HttpFixture;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.OverWires;
import app.seventv.core.http.RequestIds;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.Wire;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.transport.TransportOptions;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Which requests are logged, and what is told of them. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit and every test start what they use first
class AccessLogTest {
  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private final LoggerContext context = new LoggerContext();
  private final List<Map<String, String>> lines = new CopyOnWriteArrayList<>();
  private final AtomicReference<Runnable> beforeEachLine = new AtomicReference<>(() -> {});
  private HttpFixture http;
  private volatile AccessLog log;
  private Logger logger;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    logger = context.getLogger(AccessLog.LOGGER);
    logger.setLevel(Level.INFO);
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            beforeEachLine.get().run();
            Map<String, String> line = new TreeMap<>();
            event.getKeyValuePairs().forEach(p -> line.put(p.key, String.valueOf(p.value)));
            lines.add(line);
          }
        };
    appender.start();
    logger.addAppender(appender);
    Router router =
        Router.builder()
            .get("/items/{id}", e -> e.respond(Response.text(200, "item")))
            .get(
                "/fails",
                e -> {
                  throw new HttpError(500, "no");
                })
            .build();
    HttpObserver ofTheTest =
        new HttpObserver() {
          @Override
          public void exchangeEnded(ExchangeSummary exchange) {
            log.exchangeEnded(exchange);
          }
        };
    http =
        HttpFixture.start(
            transport,
            directory,
            threads -> router,
            builder -> builder.observer(ofTheTest).requestIds(new RequestIds(List.of(), true)));
  }

  @AfterParameterizedClassInvocation
  void stop() {
    http.close();
    logger.detachAndStopAllAppenders();
  }

  private void start(AccessLogOptions options, int queueLines) {
    lines.clear();
    beforeEachLine.set(() -> {});
    log = new AccessLog(options, logger, queueLines);
  }

  @AfterEach
  void closeLog() {
    log.close();
  }

  private HttpFixture.Reply get(Wire wire, String target) throws Exception {
    return http.get(wire, target, "user-agent", "spy");
  }

  private static AccessLogOptions options(double rate) {
    return new AccessLogOptions(true, rate, Duration.ofHours(1), true);
  }

  @OverWires
  void aLineTellsTheRouteAndNothingPrivate(Wire wire) throws Exception {
    start(options(1), 100);
    HttpFixture.Reply item = get(wire, "/items/5?token=secret");
    HttpFixture.Reply missing = get(wire, "/nowhere?token=secret");
    await().until(() -> lines.size() == 2);
    assertThat(lines.getFirst())
        .containsEntry("method", "GET")
        .containsEntry("route", "/items/{id}")
        .containsEntry("status", "200")
        .containsEntry("protocol", wire.protocol().label())
        .containsEntry("request_bytes", "0")
        .containsEntry("response_bytes", "4")
        .containsEntry("request_id", item.header("x-request-id"))
        .containsKey("duration_ms");
    assertThat(lines.get(1))
        .containsEntry("path", "/nowhere")
        .containsEntry("request_id", missing.header("x-request-id"));
    assertThat(lines.toString()).doesNotContain("secret", "spy", "127.0.0.1");
  }

  @OverWires
  void errorsAreLoggedEvenIfNothingElseIs(Wire wire) throws Exception {
    start(options(0), 100);
    get(wire, "/items/5");
    get(wire, "/fails");
    await().until(() -> !lines.isEmpty());
    assertThat(lines).singleElement().extracting(line -> line.get("status")).isEqualTo("500");
  }

  @OverWires
  void slowRequestsAreLoggedEvenIfNothingElseIs(Wire wire) throws Exception {
    start(new AccessLogOptions(true, 0, Duration.ofNanos(1), false), 100);
    get(wire, "/items/5");
    await().until(() -> lines.size() == 1);
  }

  @OverWires
  void aShareOfTheRestIsLogged(Wire wire) throws Exception {
    start(options(0.5), 1_000);
    for (int i = 0; i < 100; i++) {
      get(wire, "/items/" + i);
    }
    log.close();
    assertThat(lines).hasSizeBetween(20, 80);
  }

  @OverWires
  void aFullQueueDropsAndCounts(Wire wire) throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    start(options(1), 8);
    Metrics metrics = new Metrics();
    log.register(metrics);
    beforeEachLine.set(() -> {
      try {
        written.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    try {
      for (int i = 0; i < 30; i++) {
        assertThat(get(wire, "/items/5").status()).isEqualTo(200);
      }
      // 8 wait, and at most as many as the writer has taken already are not in the queue.
      await().until(() -> dropped(metrics) >= 20);
      assertThat(dropped(metrics)).isBetween(20, 22);
    } finally {
      written.countDown();
    }
    int dropped = dropped(metrics);
    log.close();
    assertThat(lines).hasSize(30 - dropped);
  }

  private static int dropped(Metrics metrics) {
    return (int) Scrape.value(metrics, "access_log_lines_total{outcome=\"dropped\"}");
  }
}
