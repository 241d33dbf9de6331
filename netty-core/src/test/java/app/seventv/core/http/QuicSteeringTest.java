package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
  private static final int LARGE_BYTES = 6_000_000;

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
                  String path = e.request().path();
                  e.respond(
                      Response.text(200, path.equals("/large") ? "x".repeat(LARGE_BYTES) : path));
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

  /** What was under way to the port that the NAT has forgotten is sent again. */
  @Test
  void responsesSurviveANewPort() throws Exception {
    try (UdpRelay relay = new UdpRelay(server.addresses().getFirst());
        Http3Client client = Http3Client.connect(clientLoops, relay.address())) {
      CompletableFuture<Http3Client.Answer> large =
          client.send("GET", "/large", Map.of(), new byte[0]);
      for (int i = 1; i <= MIGRATIONS; i++) {
        int sent = i * (LARGE_BYTES / (MIGRATIONS + 1));
        await().until(() -> relay.fromServerBytes.get() >= sent);
        relay.rebind();
      }
      assertThat(large.get(20, TimeUnit.SECONDS).body()).hasSize(LARGE_BYTES);
      for (int i = 1; i <= 2 * MIGRATIONS; i++) {
        CompletableFuture<Http3Client.Answer> small =
            client.send("GET", "/" + i, Map.of(), new byte[0]);
        relay.rebind(); // mostly before the answer has come
        assertThat(small.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
      }
    }
  }

  /** Whoever has seen a datagram can send it again, or one like it, from a port of his own. */
  @Test
  void copiesAndForgeriesMoveNobody() throws Exception {
    try (UdpRelay relay = new UdpRelay(server.addresses().getFirst());
        DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Http3Client client = Http3Client.connect(clientLoops, relay.address())) {
      stranger.setSoTimeout(1);
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/" + i).status()).isEqualTo(200);
        byte[] copy = relay.lastFromClient();
        send(stranger, copy);
        copy[copy.length - 1] ^= 1;
        send(stranger, copy);
        assertThat(client.get("/again").status()).isEqualTo(200);
        assertThatExceptionOfType(SocketTimeoutException.class)
            .isThrownBy(() -> stranger.receive(new DatagramPacket(new byte[1], 1)));
      }
    }
  }

  private void send(DatagramSocket from, byte[] datagram) throws IOException {
    from.send(new DatagramPacket(datagram, datagram.length, server.addresses().getFirst()));
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
