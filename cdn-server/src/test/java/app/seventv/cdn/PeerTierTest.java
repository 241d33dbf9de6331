package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.cdn.peer.PeerClient;
import app.seventv.cdn.peer.PeerOptions;
import app.seventv.cdn.peer.Rendezvous;
import app.seventv.core.config.Secret;
import app.seventv.core.http.Connection;
import app.seventv.core.http.Handler;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import com.sun.net.httpserver.HttpServer;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer whose purges have come further or less far than this node's. */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class PeerTierTest {
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
  private final PurgeState state = new PurgeState(System::nanoTime);
  private volatile String told = "";
  private HttpServer server;
  private PeerTier tier;
  private String key;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("cache-control", "public, max-age=600");
          exchange.getResponseHeaders().set("age", "100");
          if (!told.isEmpty()) {
            exchange.getResponseHeaders().set(PeerClient.PURGES, told);
          }
          exchange.sendResponseHeaders(200, 1);
          exchange.getResponseBody().write(7);
          exchange.close();
        });
    server.start();
    URI peer = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    URI self = URI.create("http://127.0.0.1:1");
    List<URI> nodes = List.of(self, peer);
    PeerOptions options =
        new PeerOptions(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            nodes,
            self,
            new Secret("s"),
            Duration.ofSeconds(30));
    tier =
        new PeerTier(
            new PeerClient(options, 1 << 20, memory, System::nanoTime), state, System::nanoTime);
    Rendezvous rendezvous = new Rendezvous(nodes);
    key =
        IntStream.range(0, 100)
            .mapToObj(i -> "key-" + i)
            .filter(k -> rendezvous.owner(k).equals(peer))
            .findFirst()
            .orElseThrow();
  }

  @AfterEach
  void stop() {
    tier.close();
    server.stop(0);
  }

  private boolean isCertain(String purges) throws Exception {
    told = purges;
    Tier.Copy copy = Objects.requireNonNull(tier.lookup(key).get(60, TimeUnit.SECONDS));
    copy.object().release();
    return copy.isCertain();
  }

  @Test
  void aPeerThatIsBehindIsNotBelieved() throws Exception {
    assertThat(isCertain("")).isTrue(); // nobody knows of any purge: lives are short then
    state.wants(new PurgeProgress("stream", 10)); // of which this process has seen nothing itself
    assertThat(isCertain("stream 10")).isTrue();
    assertThat(isCertain("stream 11")).isTrue();
    assertThat(isCertain("stream 9")).isFalse();
    assertThat(isCertain("another 11")).isFalse();
    assertThat(isCertain("")).isFalse();
    assertThat(isCertain("stream -1")).isFalse();
    assertThat(isCertain("stream 99999999999999999999")).isFalse();
    state.wants(new PurgeProgress("stream", 12));
    assertThat(isCertain("stream 11")).isFalse();
    state.wants(new PurgeProgress("stream", 11)); // one that comes again
    assertThat(isCertain("stream 11")).isFalse();
    state.wants(new PurgeProgress("anew", 1));
    assertThat(isCertain("anew 1")).isTrue();
  }

  /** Lists of nodes that differ send no request in circles. */
  @Test
  void whatAPeerAsksForIsNotAskedOfAPeer() throws Exception {
    List<Boolean> asked = new ArrayList<>();
    Handler content = exchange -> asked.add(tier.lookup(key).get(60, TimeUnit.SECONDS) != null);
    Simulation simulation = new Simulation(1);
    HttpHeaders fields = Response.newHeaders();
    fields.set("authorization", "Bearer s");
    Connection peer =
        new Connection(Protocol.HTTP_1, new InetSocketAddress("192.0.2.1", 1), 80, false);
    SimulatedExchange exchange =
        new SimulatedExchange(simulation, new Request("GET", '/' + key, fields, peer));
    tier.endpoint(content, new Secret("s"), () -> 1).handle(exchange);
    exchange.leave();
    simulation.run(100);
    Tier.Copy copy = Objects.requireNonNull(tier.lookup(key).get(60, TimeUnit.SECONDS));
    copy.object().release();
    assertThat(asked).containsExactly(false);
  }
}
