package app.seventv.benchmarks;

import app.seventv.core.transport.EventLoops;
import app.seventv.devstack.nats.DevNats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All clients of a host come back at once: accepted connections with their handshakes, greeting and
 * first subscription per second of the server's processor time. With TLS they resume their
 * sessions, as browsers do. The words {@code plain} and {@code tls} choose one of the two; anything
 * else is a setting of the server.
 */
final class StormBenchmark implements Benchmark {
  private static final int CLIENTS = 15_000;
  private static final int QUICK_CLIENTS = 5_000;

  /** Rounds until the server's code is compiled. */
  private static final int WARM_UPS = 3;

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
    int count = context.quick() ? QUICK_CLIENTS : CLIENTS;
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
          EventLoops loops = IdleClients.loops()) {
        IdleClients.Tls sessions = tls ? IdleClients.Tls.create() : null;
        for (int round = 0; round < WARM_UPS + ROUNDS; round++) {
          double rate;
          try (IdleClients clients = clients(loops, setup.port(), round)) {
            if (sessions != null) {
              clients.withTls(sessions);
            }
            server.awaitIdle(); // the last round's clients have left
            double before = server.cpuSeconds();
            clients.growTo(count);
            rate = count / (server.cpuSeconds() - before);
          }
          context.progress("%s round %d: %.0f per core second".formatted(way, round, rate));
          if (round >= WARM_UPS) {
            rates.add(rate);
          }
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

  /** From another address each round: closed connections keep their ports for a minute. */
  private static IdleClients clients(EventLoops loops, int port, int round) throws IOException {
    return new IdleClients(
            loops,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            "/v3",
            client -> ConnectionsBenchmark.subscriptions(client).subList(0, 1))
        .from(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (round + 2)}));
  }
}
