package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All clients of a host come back at once: accepted connections with their handshakes, greeting and
 * first subscription per second of the server's processor time. With TLS they resume their
 * sessions, as browsers do. The words {@code plain} and {@code tls} choose one of the two; anything
 * else is a setting of the server.
 */
final class StormBenchmark implements Benchmark {
  private static final int CLIENTS = 15_000;

  /** A handshake of TLS takes five times as long; the same processor time tells as much. */
  private static final int TLS_CLIENTS = 6_000;

  private static final int QUICK_CLIENTS = 3_000;

  /** Clients at once while the server's code is being compiled. */
  private static final int WARM_UP_CLIENTS = 1_000;

  /** The whole benchmark is to take less than four minutes. */
  private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(60);

  private static final Duration QUICK_WARM_UP_LIMIT = Duration.ofSeconds(30);
  private static final int ROUNDS = 3;
  private static final List<String> CASES = List.of("plain", "tls");
  private static final Pattern HANDSHAKES =
      Pattern.compile("outcome=\"(resumed|full)\"[^}]*}\\s+([0-9.]+)");

  @Override
  public String name() {
    return "storm";
  }

  @Override
  public String summary() {
    return "clients that come back at once: accepts per core second, plain and TLS resumed";
  }

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    HttpBenchmark.certificate(context);
    List<String> chosen = CASES.stream().filter(context.arguments()::contains).toList();
    List<Figure> figures = new ArrayList<>();
    for (String way : chosen.isEmpty() ? CASES : chosen) {
      accepts(context, way, figures);
    }
    return figures;
  }

  private static void accepts(BenchContext context, String way, List<Figure> figures)
      throws Exception {
    boolean tls = way.equals("tls");
    int count = context.quick() ? QUICK_CLIENTS : tls ? TLS_CLIENTS : CLIENTS;
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    try (DevNats nats = DevNats.start(natsFolder, 0, 0)) {
      EventServerSetup setup = new EventServerSetup(context, nats).onOneCore();
      context.arguments().stream().filter(word -> !CASES.contains(word)).forEach(setup::with);
      if (tls) {
        setup.withTls(
            context.work().resolve("cert.pem").toString(),
            context.work().resolve("key.pem").toString());
      }
      List<Double> rates = new ArrayList<>();
      try (ServerProcess server = setup.start();
          ClientLoop loops = ClientLoop.start()) {
        Crowd crowd = new Crowd(loops, setup.port(), tls ? IdleClients.Tls.create() : null);
        WarmUp.run(
            context,
            server.measured("event-server, " + way, setup.port(), setup.port()),
            context.quick() ? QUICK_WARM_UP_LIMIT : WARM_UP_LIMIT,
            warming ->
                new LoadTools.Load(Double.NaN, crowd.comeAndGo(WARM_UP_CLIENTS), Double.NaN));
        for (int round = 0; round < ROUNDS; round++) {
          server.awaitIdle(); // the last round's clients have left
          double rate = crowd.rate(server, count);
          context.progress("%s round %d: %.0f per core second".formatted(way, round, rate));
          rates.add(rate);
        }
        figures.add(
            new Figure(
                "storm-accepts-%s-per-core-second".formatted(way),
                Statistics.median(rates),
                "accepts/s"));
        if (tls) {
          figures.add(new Figure("storm-tls-resumed-share", resumedShare(server), ""));
        }
      }
    }
  }

  private static double resumedShare(ServerProcess server)
      throws IOException, InterruptedException {
    Matcher line = HANDSHAKES.matcher(server.metric("tls_handshakes_total"));
    double resumed = 0;
    double all = 0;
    while (line.find()) {
      double count = Double.parseDouble(line.group(2));
      all += count;
      resumed += line.group(1).equals("resumed") ? count : 0;
    }
    return resumed / all;
  }

  /** Clients that come all at once. */
  private static final class Crowd {
    private final ClientLoop loops;
    private final int port;
    private final IdleClients.@Nullable Tls sessions;
    private int comings;

    Crowd(ClientLoop loops, int port, IdleClients.@Nullable Tls sessions) {
      this.loops = loops;
      this.port = port;
      this.sessions = sessions;
    }

    /** From another address each time: closed connections keep their ports for a minute. */
    private IdleClients clients() throws IOException {
      IdleClients clients =
          new IdleClients(
                  loops,
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                  "/v3",
                  client -> ConnectionsBenchmark.subscriptions(client).subList(0, 1))
              .from(InetAddress.getByAddress(new byte[] {127, 0, 2, (byte) ++comings}));
      return sessions == null ? clients : clients.withTls(sessions);
    }

    int comeAndGo(int count) throws IOException, InterruptedException {
      try (IdleClients clients = clients()) {
        clients.growTo(count);
      }
      return count;
    }

    /** Accepts per second of the server's processor time. */
    double rate(ServerProcess server, int count) throws IOException, InterruptedException {
      try (IdleClients clients = clients()) {
        double before = server.cpuSeconds();
        clients.growTo(count);
        return count / (server.cpuSeconds() - before);
      }
    }
  }
}
