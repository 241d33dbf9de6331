package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Connections whose client changes its address, on several loops (RFC 9000 §9). */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H3},
    because = "datagrams")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class QuicSteeringTest {
  private static final int MIGRATIONS = 4;

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private EventLoops clientLoops;
  private HttpServer server;
  private final Set<String> threads = ConcurrentHashMap.newKeySet();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 4, true));
    clientLoops = EventLoops.start(TransportOptions.loops(1));
    server =
        HttpServer.builder(
                loops,
                e -> {
                  threads.add(Thread.currentThread().getName());
                  e.respond(Response.text(200, e.request().path()));
                })
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
    clientLoops.close();
  }

  @Test
  void requestsGoOnWhenTheAddressChanges() throws Exception {
    try (UdpRelay relay = new UdpRelay(server.addresses().getFirst());
        Http3Client client = Http3Client.connect(clientLoops, relay.address())) {
      assertThat(client.get("/0").status()).isEqualTo(200);
      threads.clear();
      for (int i = 1; i <= MIGRATIONS; i++) {
        relay.rebind();
        Http3Client.Answer answer =
            client.send("GET", "/" + i, Map.of(), new byte[0]).get(10, TimeUnit.SECONDS);
        assertThat(answer.body()).asString().isEqualTo("/" + i);
      }
      assertThat(threads).as("the loop that owns the connection answers").hasSize(1);
    }
  }

  @Test
  void connectionsSpreadOverTheLoops() throws Exception {
    threads.clear();
    for (int i = 0; i < 24; i++) {
      try (Http3Client client = Http3Client.connect(clientLoops, server.addresses().getFirst())) {
        assertThat(client.get("/x").status()).isEqualTo(200);
      }
    }
    assertThat(threads.size()).isGreaterThan(transport == TransportOptions.Choice.NIO ? 0 : 1);
  }

  @Test
  void idsTellTheirOwnerAndForgedOnesAreNotOurs() {
    QuicConnectionIds ids = new QuicConnectionIds(200, 513);
    ByteBuf id = Unpooled.wrappedBuffer(ids.newId(QuicConnectionIds.LENGTH_BYTES));
    assertThat(QuicConnectionIds.isOurs(id, 0)).isTrue();
    assertThat(QuicConnectionIds.generation(id, 0)).isEqualTo(200);
    assertThat(QuicConnectionIds.socket(id, 0)).isEqualTo(513);
    id.setByte(5, id.getByte(5) ^ 1);
    assertThat(QuicConnectionIds.isOurs(id, 0)).isFalse();
  }
}
