package app.seventv.core.nats;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.Secret;
import app.seventv.core.config.ValueTypes;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The {@code nats} option group (operations.md §2.4) and the connection made from it. */
public final class NatsOptions {
  /** Addresses of the cluster. */
  public static final Key<List<String>> SERVERS =
      Key.of(
          "nats.servers",
          ValueTypes.SERVER.list(),
          List.of("nats://localhost:4222"),
          "NATS servers.");

  /** User name; wins over a token. */
  public static final Key<String> USERNAME = Key.string("nats.username", "", "NATS user name.");

  /** Password of the user. */
  public static final Key<Optional<Secret>> PASSWORD =
      Key.secret("nats.password", "Password of the NATS user.");

  /** Token, for servers without users. */
  public static final Key<Optional<Secret>> TOKEN = Key.secret("nats.token", "NATS token.");

  /** The keys above. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(SERVERS, USERNAME, PASSWORD, TOKEN)
          .check(NatsOptions::checkServers)
          .ignore("TLS to NATS is not offered by this version", "nats.tls")
          .build();

  /** Pause between two attempts to reach a server. */
  private static final Duration RECONNECT_WAIT = Duration.ofMillis(500);

  /** A silent connection counts as dead after two of these. */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(20);

  private NatsOptions() {}

  /**
   * The rule for {@link #SERVERS}. Asks the client itself, which would refuse to start with what it
   * cannot read.
   */
  public static void checkServers(Config config, ConfigCheck.Problems problems) {
    for (String server : config.get(SERVERS)) {
      try {
        new Options.Builder().server(server).build();
      } catch (IllegalArgumentException e) {
        problems.add(
            SERVERS, "has no address of a server: \"" + Secret.withoutUserInfo(server) + "\"");
      }
    }
  }

  /**
   * Starts to connect and tries for ever, so that a service can serve before NATS is up. What
   * becomes of it is logged.
   *
   * @param name connection name shown by the server's monitor
   * @param listener told of every change of state, on a thread of the client
   * @return the connection, completed at its first success
   */
  public static CompletableFuture<Connection> connectInBackground(
      Config config, String name, Consumer<ConnectionListener.Events> listener) {
    CompletableFuture<Connection> first = new CompletableFuture<>();
    ConnectionWatch watch =
        new ConnectionWatch(config.get(SERVERS), first, listener, System::nanoTime);
    Options options = builder(config, name).connectionListener(watch).errorListener(watch).build();
    try {
      Nats.connectAsynchronously(options, true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      first.completeExceptionally(e);
    }
    return first;
  }

  /** The same for who need not be told of changes. */
  public static CompletableFuture<Connection> connectInBackground(Config config, String name) {
    return connectInBackground(config, name, _ -> {});
  }

  /**
   * The check of readiness for a connection that {@link #connectInBackground} makes.
   *
   * @throws IOException saying what state it is in if it is not connected
   */
  public static void requireConnected(CompletableFuture<Connection> nats) throws IOException {
    Connection connection = nats.getNow(null);
    if (connection == null || connection.getStatus() != Connection.Status.CONNECTED) {
      throw new IOException(
          connection == null ? "not connected yet" : connection.getStatus().toString());
    }
  }

  /** Closes what {@link #connectInBackground} has connected, if it has. */
  public static void close(CompletableFuture<Connection> nats) {
    Connection connection = nats.isCompletedExceptionally() ? null : nats.getNow(null);
    if (connection != null) {
      try {
        connection.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    nats.cancel(false);
  }

  /**
   * Connects now; reconnects for ever afterwards.
   *
   * @throws IOException if no server answers within the timeout
   */
  public static Connection connect(Config config, String name)
      throws IOException, InterruptedException {
    return Nats.connect(builder(config, name).build());
  }

  private static Options.Builder builder(Config config, String name) {
    Options.Builder builder =
        new Options.Builder()
            .servers(config.get(SERVERS).toArray(String[]::new))
            .connectionName(name)
            .maxReconnects(-1)
            .reconnectWait(RECONNECT_WAIT)
            .pingInterval(PING_INTERVAL)
            .errorListener(new ErrorListener() {});
    String user = config.get(USERNAME);
    if (!user.isEmpty()) {
      String password = config.get(PASSWORD).map(Secret::reveal).orElse("");
      builder.userInfo(user.toCharArray(), password.toCharArray());
    } else {
      config.get(TOKEN).ifPresent(token -> builder.token(token.reveal().toCharArray()));
    }
    return builder;
  }
}
