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

/**
 * All clients of a host come back at once: accepted connections with their handshakes, greeting and
 * first subscription per second of the server's processor time. With TLS they resume their
 * sessions, as browsers do.
 */
final class StormBenchmark implements Benchmark {
  private static final int CLIENTS = 15_000;
  private static final int QUICK_CLIENTS = 3_000;
  private static final int WARM_UPS = 2;

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
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure("storm-accepts-plain-per-core-second", accepts(context, false), "accepts/s"));
    figures.add(
        new Figure("storm-accepts-tls-per-core-second", accepts(context, true), "accepts/s"));
    return figures;
  }

  private static double accepts(BenchContext context, boolean tls) throws Exception {
    int count = context.quick() ? QUICK_CLIENTS : CLIENTS;
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    try (DevNats nats = DevNats.start(natsFolder, 0, 0)) {
      EventServerSetup setup = new EventServerSetup(context, nats).onOneCore();
      if (tls) {
        setup.withTls(
            context.work().resolve("cert.pem").toString(),
            context.work().resolve("key.pem").toString());
      }
      double seconds = 0;
      try (ServerProcess server = setup.start();
          EventLoops loops = IdleClients.loops()) {
        IdleClients.Tls sessions = tls ? IdleClients.Tls.create() : null;
        for (int round = 0; round <= WARM_UPS; round++) {
          try (IdleClients clients = clients(loops, setup.port(), round)) {
            if (sessions != null) {
              clients.withTls(sessions);
            }
            double before = server.cpuSeconds();
            clients.growTo(count);
            seconds = server.cpuSeconds() - before;
          }
          context.progress(
              "%s round %d: %.0f per core second"
                  .formatted(tls ? "tls" : "plain", round, count / seconds));
        }
        if (tls) {
          context.progress("handshakes: " + server.metric("tls_handshakes_total"));
        }
      }
      return count / seconds;
    }
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
