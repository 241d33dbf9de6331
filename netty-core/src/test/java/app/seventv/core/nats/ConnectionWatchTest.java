package app.seventv.core.nats;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.nats.client.ConnectionListener.Events;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is logged of a connection; EventServer's BusLogTest has it with a real server. */
class ConnectionWatchTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(ConnectionWatch.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private long nowNs = 5;
  private final ConnectionWatch watch =
      new ConnectionWatch(
          List.of("nats://someone:hidden@one:4222", "nats://token@two:4222"),
          new CompletableFuture<>(),
          _ -> {},
          () -> nowNs);

  @BeforeEach
  void listen() {
    log.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(log);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(log);
    logger.setLevel(null);
  }

  private List<String> lines() {
    List<String> lines =
        log.list.stream().map(line -> line.getLevel() + " " + line.getFormattedMessage()).toList();
    log.list.clear();
    return lines;
  }

  @Test
  void anOutageIsAWarningAMinute() {
    watch.failed("Connection refused by nats://someone:hidden@one:4222");
    for (int halfSeconds = 0; halfSeconds <= 240; halfSeconds++) {
      watch.log(Events.DISCONNECTED, false);
      nowNs += Duration.ofMillis(500).toNanos();
    }
    String where = "Connection refused by nats://one:4222 at nats://one:4222, nats://two:4222";
    assertThat(lines())
        .containsExactly(
            "WARN NATS is away: " + where + "; trying on",
            "WARN NATS is away for 60 s: " + where,
            "WARN NATS is away for 120 s: " + where);
    watch.log(Events.RECONNECTED, false);
    watch.log(Events.RESUBSCRIBED, false);
    assertThat(lines())
        .containsExactly("INFO NATS is back after 120 s at nats://one:4222, nats://two:4222");
    watch.log(Events.DISCONNECTED, true);
    watch.log(Events.CLOSED, true);
    assertThat(lines()).as("we end ourselves").isEmpty();
  }
}
