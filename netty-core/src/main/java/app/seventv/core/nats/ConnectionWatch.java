package app.seventv.core.nats;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of every change of a connection: completes a future at its first success, passes changes
 * on, and logs when the servers are away, why, and when one is back. The client tries twice a
 * second, so what stays as it is is told once a minute.
 */
final class ConnectionWatch implements ConnectionListener, ErrorListener {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionWatch.class);

  static final Duration REPEAT = Duration.ofMinutes(1);

  /** A name, a password or a token in an address. */
  private static final Pattern CREDENTIALS = Pattern.compile("(?<=//)[^/@\\s]*@");

  private final String servers;
  private final CompletableFuture<Connection> first;
  private final Consumer<Events> listener;
  private final LongSupplier nanoTime;

  private String reason = "no answer";
  private boolean isAway;
  private long awaySinceNs;
  private long toldNs;

  ConnectionWatch(
      List<String> servers,
      CompletableFuture<Connection> first,
      Consumer<Events> listener,
      LongSupplier nanoTime) {
    this.servers = withoutCredentials(String.join(", ", servers));
    this.first = first;
    this.listener = listener;
    this.nanoTime = nanoTime;
  }

  private static String withoutCredentials(String text) {
    return CREDENTIALS.matcher(text).replaceAll("");
  }

  @Override
  @SuppressWarnings("deprecation") // abstract: the client wants it beside its successor
  public void connectionEvent(Connection connection, Events event) {
    // A server that was not there at the first attempt is "reconnected" to.
    if (event == Events.CONNECTED || event == Events.RECONNECTED) {
      first.complete(connection);
    }
    log(event, connection.getStatus() == Connection.Status.CLOSED);
    listener.accept(event);
  }

  @Override
  public void exceptionOccurred(Connection connection, Exception failure) {
    String message = failure.getMessage();
    failed(message == null ? failure.getClass().getSimpleName() : message);
  }

  @Override
  public void errorOccurred(Connection connection, String error) {
    failed(error);
  }

  /** The latest failure is the reason of what follows. */
  synchronized void failed(String why) {
    reason = withoutCredentials(why);
  }

  /**
   * Logs a change.
   *
   * @param isWanted whether we close the connection ourselves
   */
  synchronized void log(Events event, boolean isWanted) {
    switch (event) {
      case CONNECTED, RECONNECTED -> here();
      case DISCONNECTED -> {
        if (!isWanted) {
          away();
        }
      }
      case LAME_DUCK -> LOG.info("NATS: a server is about to stop");
      default -> LOG.debug("NATS: {}", event);
    }
  }

  private void away() {
    long nowNs = nanoTime.getAsLong();
    if (!isAway) {
      isAway = true;
      awaySinceNs = nowNs;
      toldNs = nowNs;
      LOG.warn("NATS is away: {} at {}; trying on", reason, servers);
    } else if (nowNs - toldNs >= REPEAT.toNanos()) {
      toldNs = nowNs;
      LOG.warn("NATS is away for {} s: {} at {}", awaySeconds(nowNs), reason, servers);
    }
  }

  private void here() {
    if (isAway) {
      LOG.info("NATS is back after {} s at {}", awaySeconds(nanoTime.getAsLong()), servers);
    } else {
      LOG.info("NATS is connected at {}", servers);
    }
    isAway = false;
    reason = "no answer";
  }

  private long awaySeconds(long nowNs) {
    return TimeUnit.NANOSECONDS.toSeconds(nowNs - awaySinceNs);
  }
}
