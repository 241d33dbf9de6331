package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.ClientAddress;
import app.seventv.core.http.Connection;
import app.seventv.core.http.Handler;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.metrics.Metrics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Requests, purges, updates, faults of the origin, slow and leaving clients in 10,000 orders, each
 * given by a seed: no client gets bytes that were purged before it asked, or mixed or cut ones that
 * look whole; everyone gets an answer; no memory is lost.
 */
class PurgeRaceTest {
  private static final int SCHEDULES = 10_000;
  private static final int MAX_STEPS = 20_000;
  private static final String[] KEYS = {
    "emote/01F6MZGCNG000255K4X1K7NTHR/1x.webp", "badge/01F6MZGCNG000255K4X1K7NTHR/2x.webp"
  };

  private static final Connection CLIENT =
      new Connection(
          Protocol.HTTP_2, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), 443, true);

  private final CdnMetrics metrics = new CdnMetrics(new Metrics());
  private int wrong;
  private int stuck;
  private int leaked;
  private int served;

  /** One client and what it may see. */
  private record Client(SimulatedExchange exchange, int oldest, boolean leaves) {}

  @Test
  void noScheduleServesWrongBytesOrLosesARequest() {
    for (int seed = 0; seed < SCHEDULES; seed++) {
      new Run(seed).run();
      assertThat(wrong + stuck + leaked)
          .as("seed %d: %d wrong, %d stuck, %d bytes leaked", seed, wrong, stuck, leaked)
          .isZero();
    }
    assertThat(served).isGreaterThan(SCHEDULES);
    System.out.println("figure: cdn-wrong-bytes " + wrong);
    System.out.println("figure: cdn-stuck-requests " + stuck);
  }

  private final class Run {
    private final Simulation simulation;
    private final SimulatedOrigin origin;
    private final ObjectCache cache;
    private final ObjectStore store;
    private final Handler handler;
    private final Map<String, Integer> oldest = new HashMap<>();
    private final List<Client> clients = new ArrayList<>();

    Run(long seed) {
      simulation = new Simulation(seed);
      boolean faulty = seed % 2 == 1;
      origin = new SimulatedOrigin(simulation, faulty);
      PurgeState purges = new PurgeState(simulation::nowNs);
      purges.connected();
      Freshness freshness =
          new Freshness(
              Duration.ofSeconds(50),
              Duration.ofSeconds(100),
              0.1,
              Duration.ofSeconds(60),
              purges,
              simulation.random()::nextDouble);
      // Room for one object or two: eviction is part of it.
      cache =
          new ObjectCache(
              seed % 3 == 0 ? 850 : 1 << 20,
              object -> freshness.usefulNs(object, simulation.nowNs()),
              simulation::nowNs);
      Origin guarded =
          new CircuitBreaker(
              new BoundedOrigin(
                  new HedgedOrigin(
                      origin, Duration.ofSeconds(5), Duration.ofSeconds(1), simulation),
                  2,
                  Duration.ofSeconds(5),
                  simulation),
              simulation::nowNs);
      List<Tier> tiers = seed % 4 < 2 ? List.of(new SimulatedTier(simulation)) : List.of();
      store =
          new ObjectStore(
              cache,
              tiers,
              guarded,
              new ObjectStore.Settings(
                  freshness, seed % 7 == 0 ? 60 : 1000, Duration.ofSeconds(5), new PassLimit(200)),
              metrics,
              simulation::nowNs,
              simulation);
      handler =
          new ImageHandler(
                  new CdnHeaders(new CdnIdentity("SevenTV", "node", "pod", null)),
                  new ClientAddress(List.of(), List.of(), List.of()),
                  store,
                  false,
                  metrics,
                  simulation::nowNs)
              .routes(exchange -> exchange.respond(Response.of(200)));
    }

    void run() {
      Random random = simulation.random();
      origin.put(KEYS[0]);
      int events = 4 + random.nextInt(12);
      for (int i = 0; i < events; i++) {
        String key = KEYS[random.nextInt(4) == 0 ? 1 : 0];
        switch (random.nextInt(8)) {
          case 0 -> simulation.sometime(() -> update(key, false));
          case 1 -> simulation.sometime(() -> update(key, true));
          case 2 -> simulation.sometime(() -> simulation.pass(Duration.ofSeconds(60)));
          default -> simulation.sometime(() -> request(key));
        }
      }
      simulation.run(MAX_STEPS);
      clients.forEach(this::judge);
      cache.clear();
      leaked += (int) cache.directBytes();
    }

    /** A new version, and the purge that follows it some time later. */
    private void update(String key, boolean byPrefix) {
      int version = origin.put(key);
      simulation.sometime(() -> {
        if (byPrefix) {
          store.purgePrefix(key.substring(0, 12));
        } else {
          store.purge(key);
        }
        oldest.merge(key, version, Math::max);
      });
    }

    private void request(String key) {
      Request request = new Request("GET", '/' + key, Response.newHeaders(), CLIENT);
      SimulatedExchange exchange = new SimulatedExchange(simulation, request);
      boolean leaves = simulation.random().nextInt(6) == 0;
      clients.add(new Client(exchange, oldest.getOrDefault(key, 0), leaves));
      try {
        handler.handle(exchange);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      if (leaves) {
        simulation.sometime(exchange::leave);
      }
    }

    private void judge(Client client) {
      SimulatedExchange exchange = client.exchange;
      if (!exchange.hasEnded()) {
        stuck++;
      }
      if (exchange.status() == 200 && exchange.isComplete() && !exchange.isBroken()) {
        byte[] body = exchange.body();
        int version = body.length == 0 ? -1 : body[0];
        served++;
        if (version < client.oldest || !Arrays.equals(body, SimulatedOrigin.bytes(version))) {
          wrong++;
        }
      } else if (exchange.status() == 404 && client.oldest > 0) {
        wrong++;
      }
    }
  }
}
